#include "sim/local/show.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "sim/contract.hpp"
#include "sim/local/table.hpp"

namespace sim::local {
namespace {

using namespace std::chrono_literals;

/// "   1.250 s  ".
std::string since(seams::Duration time) {
  auto const milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  std::array<char, 40> text{};
  auto const size =
      std::snprintf(text.data(), text.size(), "%4lld.%03lld s  ", static_cast<long long>(milliseconds / 1000),
                    static_cast<long long>(milliseconds % 1000));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

Show::Show(Sight const& sight, seams::Clock& clock, ShowOptions options)
    : sight_(sight), clock_(clock), options_(std::move(options)), began_(clock.now()) {
  if (options_.once) patience_timer_ = seams::ScopedTimer(clock_, began_ + patience, [this] { give_up(); });
}

void Show::changed(api::ObjectPtr const& before, api::ObjectPtr const& after) {
  if (stopped_) return;
  if (auto const text = describe(before, after); !text.empty())
    options_.print(since(clock_.now() - began_) + text + "\n");
  // Looked at when the present commotion is over.
  look_timer_ = seams::ScopedTimer(clock_, clock_.now() + (options_.once ? 0ms : 250ms), [this] { look(); });
}

void Show::stop() {
  stopped_ = true;
  patience_timer_.reset();
  look_timer_.reset();
}

void Show::finish(bool ready) {
  stop();
  options_.finish(ready);
}

void Show::look() {
  if (stopped_) return;
  auto const all = rows(sight_, clock_.wall_now());
  if (options_.once && (all.empty() || !std::ranges::all_of(all, &Row::is_ready))) return;
  options_.print("\n" + format_table(all) + (options_.once ? "" : "\n"));
  if (options_.once) finish(true);
}

void Show::give_up() {
  auto const all = rows(sight_, clock_.wall_now());
  options_.print("\n" + format_table(all));
  for (auto const& row : all) {
    if (row.is_ready) continue;
    options_.complain(options_.program + ": " + (row.namespace_.empty() ? "" : row.namespace_ + "/") + row.name +
                      " is not Ready after 30 s: " + row.status + (row.message.empty() ? "" : ": " + row.message));
  }
  if (all.empty()) options_.complain(options_.program + ": there is no Echo of example.com/v1, plural echoes");
  finish(false);
}

std::string describe(api::ObjectPtr const& old_state, api::ObjectPtr const& new_state) {
  auto const& newest = new_state ? *new_state : *old_state;
  std::string const who = newest.kind + ' ' + newest.key().to_string();
  if (newest.kind != "Echo" && newest.kind != "Deployment" && newest.kind != "Event") return "";
  if (newest.kind == "Event") {
    if (old_state || !newest.rest) return "";
    return "Event on " + std::string(api::find_string(newest.rest.get(), {"involvedObject", "kind"}).value_or("?")) +
           ' ' + std::string(api::find_string(newest.rest.get(), {"involvedObject", "name"}).value_or("?")) + ": " +
           std::string(api::find_string(newest.rest.get(), {"reason"}).value_or("")) + ": " +
           std::string(api::find_string(newest.rest.get(), {"message"}).value_or(""));
  }
  if (!new_state) return who + " is gone";
  auto const& after = *new_state;
  if (!old_state) return who + " created, " + std::to_string(contract::replicas(after).value_or(0)) + " replicas";
  auto const& before = *old_state;
  if (after.metadata.terminating() && !before.metadata.terminating()) return who + " is being deleted";
  if (contract::replicas(after) != contract::replicas(before)) {
    return who + " scaled to " + std::to_string(contract::replicas(after).value_or(0));
  }
  if (!(after.metadata.finalizers == before.metadata.finalizers)) {
    return who + (after.metadata.finalizers->size() > before.metadata.finalizers->size() ? ": finalizer added"
                                                                                         : ": finalizer removed");
  }
  if (newest.kind == "Echo" && after.status != before.status) {
    auto const* ready = contract::condition(after, "Ready");
    if (ready == nullptr) return "";
    return who + ": " + std::to_string(api::find_integer(after.status.get(), {"readyReplicas"}).value_or(0)) + " of " +
           std::to_string(contract::replicas(after).value_or(0)) + " ready, " +
           std::string(api::find_string(ready, {"reason"}).value_or("")) + ": " +
           std::string(api::find_string(ready, {"message"}).value_or(""));
  }
  return "";
}

}  // namespace sim::local
