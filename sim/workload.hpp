// What people and other controllers do to the cluster in one run.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "operator/seams/time.hpp"
#include "sim/tape.hpp"

namespace sim {

enum class StepKind : std::uint8_t {
  create_echo,    ///< value: replicas; does nothing if there is one
  scale_echo,     ///< value: replicas
  delete_echo,    ///< value: 0 background, 1 foreground, 2 orphan
  recreate_echo,  ///< delete, and create anew as soon as the old one is gone; value: replicas + 4 · how, as above
  annotate_echo,  ///< somebody else's annotation
  add_foreign_finalizer,  ///< somebody else's finalizer on the Echo
  remove_foreign_finalizer,
  create_stranger,  ///< a Deployment of the Echo's name that has nothing to do with it
  delete_stranger,
  edit_deployment,  ///< value: which edit, see DeploymentEdit
  delete_deployment,
};
inline constexpr unsigned step_kind_count = 11;

/// What somebody changes in a Deployment that is not theirs. The first ones touch what is the operator's, the others
/// what it must leave alone.
enum class DeploymentEdit : std::uint8_t {
  replicas,
  image,
  app_label,
  template_label,
  port,
  foreign_label,
  foreign_annotation,
  sidecar,
};
inline constexpr unsigned deployment_edit_count = 8;

/// One deed. Deeds on something that is not there do nothing.
struct Step {
  seams::Duration at{0};  ///< since the start of the run
  StepKind kind = StepKind::create_echo;
  std::uint32_t echo = 0;  ///< which Echo, counted from 0
  std::uint32_t value = 0;
};

/// What is asked of a run besides its script.
struct Profile {
  /// How many operator processes there are; where it is more than one they elect a leader by Lease.
  unsigned operators = 1;
  static constexpr unsigned most_operators = 3;
  /// The operators talk HTTP, through the client that ships; else they call the server as a function.
  bool http = false;
};

/// How the operators of a run hold their lease.
struct LeasePace {
  std::int64_t duration_seconds = 15;
  seams::Duration renew_deadline = std::chrono::seconds(10);
  seams::Duration retry_period = std::chrono::seconds(2);
};

/// The whole script of a run, in the order of time.
struct Workload {
  Profile profile{};
  LeasePace lease{};
  std::uint32_t echoes = 1;
  /// The Echo is created with somebody else's finalizer on it.
  std::vector<bool> finalizer_before;
  std::vector<Step> steps;
  /// How many moments there are at which much happens at once, on purpose.
  std::uint32_t bursts = 0;

  /// When the last step is done.
  seams::Duration length() const { return steps.empty() ? seams::Duration(0) : steps.back().at; }
  /// "echo-0", …: the name of an Echo and of its Deployment.
  static std::string name_of(std::uint32_t echo);
};

/// Which kinds of disturbance a run has at all (swarm testing, Groce et al., ISSTA 2012): a run with few kinds gets
/// deeper than one with all of them.
struct Swarm {
  /// For each FaultKind: 0 when switched off, else 1 to 100.
  std::vector<std::uint32_t> weight;
  std::uint32_t weight_of(unsigned kind) const { return kind < weight.size() ? weight[kind] : 0; }
};

Swarm draw_swarm(Tape& tape);

/// A script with at least one scale, delete or recreate for each Echo, and with the swarm's disturbances.
/// Where there are several operators it may go on at the pace of their lease.
Workload draw_workload(Tape& tape, Swarm const& swarm, std::uint32_t echoes, Profile const& profile = {});

/// One line per step.
std::string to_string(Workload const& workload);

}  // namespace sim
