#include "sim/workload.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "sim/fault_kind.hpp"

namespace sim {

namespace {

using std::chrono::milliseconds;

// The sites of the workload's choices; `actor` is the Echo.
enum Site : unsigned {
  created_at,
  created_with,
  step_count,
  step_kind,
  step_gap,
  step_value,
  propagation,
  comeback,
  edited,
  edit_at,
  edit_kind,
  deleted_child,
  deleted_child_at,
  stranger,
  stranger_leaves_at,
  finalizer_before,
  finalizer_during,
  finalizer_at,
  finalizer_removed,
  finalizer_removed_at,
  annotated,
  in_bursts,
  lease_pace,
};

constexpr std::uint32_t always = 65536;

// The chance, in 65,536, of something that a run with full weight sees `percent` times in a hundred.
std::uint32_t chances(Swarm const& swarm, FaultKind kind, std::uint32_t percent) {
  return always * swarm.weight_of(static_cast<unsigned>(kind)) / 100 * percent / 100;
}

// Stable: deeds of one moment stay in the order in which they were thought of.
void sort_by_time(std::vector<Step>& steps) {
  for (std::size_t i = 1; i < steps.size(); ++i) {
    auto const place = std::upper_bound(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i), steps[i],
                                        [](Step const& a, Step const& b) { return a.at < b.at; });
    std::rotate(place, steps.begin() + static_cast<std::ptrdiff_t>(i),
                steps.begin() + static_cast<std::ptrdiff_t>(i) + 1);
  }
}

// Whatever would happen within two seconds happens at once.
void gather(Workload& workload) {
  constexpr auto beat = std::chrono::seconds(2);
  std::map<seams::Duration, std::uint32_t> moments;
  for (auto& step : workload.steps) {
    step.at -= step.at % beat;
    ++moments[step.at];
  }
  for (auto const& [at, steps] : moments) workload.bursts += steps > 1 ? 1 : 0;
}

// Mostly a lease that is short beside the script, with the proportions of the one that ships; else the script is slow.
void set_pace(Workload& workload, ChoiceSource& choices) {
  if (workload.profile.operators == 1) return;
  if (choices.uniform(lease_pace, 4) != 0) {
    workload.lease = {3, std::chrono::seconds(2), milliseconds(400)};
    return;
  }
  for (auto& step : workload.steps) step.at *= 5;
}

}  // namespace

std::string Workload::name_of(std::uint32_t echo) { return "echo-" + std::to_string(echo); }

Swarm draw_swarm(Tape& tape) {
  ChoiceSource choices(tape, Stream::swarm, 0, 0);
  Swarm swarm;
  swarm.weight.resize(fault_kind_count);
  for (unsigned kind = 0; kind < fault_kind_count; ++kind) {
    // Half of the kinds are off in a run; the rest have very different weights.
    swarm.weight[kind] = choices.rare(kind, always / 2, 101);
  }
  return swarm;
}

Workload draw_workload(Tape& tape, Swarm const& swarm, std::uint32_t echoes, Profile const& profile) {
  Workload workload;
  workload.profile = profile;
  workload.echoes = echoes;
  workload.finalizer_before.resize(echoes);
  for (std::uint32_t echo = 0; echo < echoes; ++echo) {
    ChoiceSource choices(tape, Stream::workload, static_cast<std::uint16_t>(echo), 0);
    auto add = [&](seams::Duration at, StepKind kind, std::uint32_t value = 0) {
      workload.steps.push_back({at, kind, echo, value});
    };
    seams::Duration at = milliseconds(100) * choices.uniform(created_at, 10);
    if (choices.rare(stranger, chances(swarm, FaultKind::stranger_first, 50), 3) != 0) {
      add(seams::Duration(0), StepKind::create_stranger);
      // Some strangers leave, some stay to the end.
      if (auto const leaves = choices.uniform(stranger_leaves_at, 12); leaves != 0) {
        add(milliseconds(700) * leaves, StepKind::delete_stranger);
      }
    }
    bool foreign = false;
    if (choices.rare(finalizer_before, chances(swarm, FaultKind::foreign_finalizer_before, 60), 2) != 0) {
      workload.finalizer_before[echo] = foreign = true;
    }
    std::uint32_t replicas = 1 + choices.uniform(created_with, 3);
    add(at, StepKind::create_echo, replicas);

    auto const steps = 5 + choices.uniform(step_count, 3);
    seams::Duration const begin = at;
    for (std::uint32_t step = 0; step < steps; ++step) {
      at += milliseconds(700) + milliseconds(350) * choices.uniform(step_gap, 8);
      auto const weight_delete = swarm.weight_of(static_cast<unsigned>(FaultKind::echo_delete)) / 8;
      auto const weight_recreate = swarm.weight_of(static_cast<unsigned>(FaultKind::echo_recreate)) / 8;
      auto const pick = choices.uniform(step_kind, 30 + weight_delete + weight_recreate);
      replicas = (replicas + 1 + choices.uniform(step_value, 3)) % 4;  // never the same as before
      if (pick < 30) {
        add(at, StepKind::scale_echo, replicas);
      } else if (pick < 30 + weight_delete) {
        add(at, StepKind::delete_echo, choices.rare(propagation, always / 4, 3));
        at += milliseconds(400) * choices.uniform(comeback, 6);
        add(at, StepKind::create_echo, replicas);
      } else {
        add(at, StepKind::recreate_echo, replicas + 4 * choices.rare(propagation, always / 4, 3));
      }
    }
    auto const somewhere = [&](unsigned site) {
      return begin + (at - begin) * static_cast<std::int64_t>(choices.uniform(site, 64)) / 64;
    };
    for (int i = 0; i < 3; ++i) {
      if (choices.rare(edited, chances(swarm, FaultKind::deployment_edit, 60), 2) != 0) {
        add(somewhere(edit_at), StepKind::edit_deployment, choices.uniform(edit_kind, deployment_edit_count));
      }
      if (choices.rare(deleted_child, chances(swarm, FaultKind::deployment_delete, 40), 2) != 0) {
        add(somewhere(deleted_child_at), StepKind::delete_deployment);
      }
    }
    if (choices.rare(finalizer_during, chances(swarm, FaultKind::foreign_finalizer_during, 60), 2) != 0) {
      add(somewhere(finalizer_at), StepKind::add_foreign_finalizer);
      foreign = true;
    }
    if (foreign &&
        choices.rare(finalizer_removed, chances(swarm, FaultKind::foreign_finalizer_never_removed, 100), 2) == 0) {
      for (int i = 0; i < 3; ++i) add(somewhere(finalizer_removed_at), StepKind::remove_foreign_finalizer);
      add(at + milliseconds(500), StepKind::remove_foreign_finalizer);
    }
    if (choices.rare(annotated, always / 4, 2) != 0) add(somewhere(edit_at), StepKind::annotate_echo);
  }
  ChoiceSource all(tape, Stream::workload, 0, 0);
  if (all.rare(in_bursts, chances(swarm, FaultKind::burst, 60), 2) != 0) gather(workload);
  set_pace(workload, all);
  sort_by_time(workload.steps);
  return workload;
}

std::string to_string(Workload const& workload) {
  static constexpr std::array<std::string_view, step_kind_count> names{"create Echo",
                                                                       "scale Echo",
                                                                       "delete Echo",
                                                                       "recreate Echo",
                                                                       "annotate Echo",
                                                                       "add foreign finalizer",
                                                                       "remove foreign finalizer",
                                                                       "create stranger's Deployment",
                                                                       "delete stranger's Deployment",
                                                                       "edit Deployment",
                                                                       "delete Deployment"};
  std::string text;
  for (auto const& step : workload.steps) {
    text += std::to_string(std::chrono::duration_cast<milliseconds>(step.at).count()) + " ms  " +
            std::string(names.at(static_cast<std::size_t>(step.kind))) + ' ' + Workload::name_of(step.echo) + " (" +
            std::to_string(step.value) + ")\n";
  }
  return text;
}

}  // namespace sim
