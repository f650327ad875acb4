#include "fakeapi/controllers/disruption_plan.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <utility>

#include "fakeapi/controllers/pod_view.hpp"
#include "fakeapi/controllers/rolling_numbers.hpp"

namespace fakeapi {
namespace json = boost::json;
namespace {

/// How long a pod may take to go after its eviction was allowed.
constexpr seams::Duration deletion_timeout = std::chrono::minutes(2);

/// The pods that the controllers of these pods should have, all together.
std::expected<std::int64_t, DisruptionProblem> expected_scale(std::vector<api::ObjectPtr> const& pods,
                                                              FindScale const& find_scale) {
  std::map<std::string, std::int64_t> scales;
  std::set<std::string> seen;
  for (auto const& pod : pods) {
    auto const* const controller = pod->metadata.controller();
    if (controller == nullptr) {
      return std::unexpected(
          DisruptionProblem{"NoControllerRef", "found no controller ref for pod \"" + pod->metadata.name + "\""});
    }
    if (!seen.insert(controller->uid).second) continue;
    auto const scale = find_scale(*controller);
    if (!scale) {
      return std::unexpected(
          DisruptionProblem{"NoControllers", "found no controllers for pod \"" + pod->metadata.name + "\""});
    }
    scales[scale->uid] = scale->replicas;
  }
  std::int64_t sum = 0;
  for (auto const& [uid, replicas] : scales) sum += replicas;
  return sum;
}

/// status.disruptedPods as far as they still matter.
json::object still_disrupted(api::Object const& budget, std::vector<api::ObjectPtr> const& pods, seams::WallTime now,
                             DisruptionStep& step) {
  json::object kept;
  auto const* const before = api::find_path(budget.status.get(), {"disruptedPods"});
  if (before == nullptr || !before->is_object()) return kept;
  for (auto const& pod : pods) {
    if (pod->metadata.terminating()) continue;
    auto const* const entry = before->get_object().if_contains(pod->metadata.name);
    if (entry == nullptr) continue;
    auto const since = api::parse_timestamp(api::find_string(entry, {}).value_or(""));
    if (!since) continue;
    seams::WallTime const until = seams::WallTime(*since) + deletion_timeout;
    if (until < now) {
      step.not_deleted.push_back(pod);
      continue;
    }
    kept.emplace(pod->metadata.name, *entry);
    step.again_after = std::min(step.again_after.value_or(until - now), until - now);
  }
  return kept;
}

/// policy/v1 tells it in a condition, too.
void tell_condition(json::object& status, api::Object const& budget, bool allowed, seams::WallTime now) {
  if (budget.api_version != "policy/v1") return;
  std::string_view const says = allowed ? "True" : "False";
  std::string since = api::format_timestamp(std::chrono::floor<std::chrono::seconds>(now));
  if (auto const* const before = api::find_path(budget.status.get(), {"conditions"});
      before != nullptr && before->is_array()) {
    for (auto const& condition : before->get_array()) {
      bool const same = api::find_string(&condition, {"type"}) == "DisruptionAllowed" &&
                        api::find_string(&condition, {"status"}) == says;
      if (same) since = api::find_string(&condition, {"lastTransitionTime"}).value_or(std::string_view(since));
    }
  }
  json::object condition(6);
  condition.emplace("type", "DisruptionAllowed");
  condition.emplace("status", says);
  condition.emplace("observedGeneration", budget.metadata.generation);
  condition.emplace("lastTransitionTime", since);
  condition.emplace("reason", allowed ? "SufficientPods" : "InsufficientPods");
  condition.emplace("message", "");
  json::array conditions;
  conditions.push_back(std::move(condition));
  status["conditions"] = std::move(conditions);
}

}  // namespace

std::expected<DisruptionCounts, DisruptionProblem> count_disruptions(api::Object const& budget,
                                                                     std::vector<api::ObjectPtr> const& pods,
                                                                     FindScale const& find_scale) {
  DisruptionCounts counts;
  auto const* const most_unavailable = api::find_path(budget.spec.get(), {"maxUnavailable"});
  auto const* const least_available = api::find_path(budget.spec.get(), {"minAvailable"});
  if (most_unavailable != nullptr) {
    auto const scale = expected_scale(pods, find_scale);
    if (!scale) return std::unexpected(scale.error());
    counts.expected = *scale;
    counts.desired_healthy = std::max<std::int64_t>(*scale - scaled_value(most_unavailable, *scale, true, 0), 0);
  } else if (auto const number = api::find_integer(least_available, {})) {
    counts.desired_healthy = *number;
    counts.expected = static_cast<std::int64_t>(pods.size());
  } else if (least_available != nullptr) {
    auto const scale = expected_scale(pods, find_scale);
    if (!scale) return std::unexpected(scale.error());
    counts.expected = *scale;
    counts.desired_healthy = scaled_value(least_available, *scale, true, 0);
  }
  return counts;
}

DisruptionStep plan_disruption(api::Object const& budget, std::vector<api::ObjectPtr> const& pods,
                               DisruptionCounts const& counts, seams::WallTime now) {
  DisruptionStep step;
  json::object disrupted = still_disrupted(budget, pods, now, step);
  std::int64_t const healthy = std::ranges::count_if(pods, [&](api::ObjectPtr const& pod) {
    return !pod->metadata.terminating() && !disrupted.contains(pod->metadata.name) && is_ready(*pod);
  });
  std::int64_t const spare = healthy - counts.desired_healthy;
  std::int64_t const allowed = counts.expected <= 0 ? 0 : std::max<std::int64_t>(spare, 0);
  json::object status(7);
  status.emplace("observedGeneration", budget.metadata.generation);
  if (!disrupted.empty()) status.emplace("disruptedPods", std::move(disrupted));
  status.emplace("disruptionsAllowed", allowed);
  status.emplace("currentHealthy", healthy);
  status.emplace("desiredHealthy", counts.desired_healthy);
  status.emplace("expectedPods", counts.expected);
  tell_condition(status, budget, allowed > 0, now);
  json::value next(std::move(status));
  if (budget.status && *budget.status == next) return step;
  step.next = budget;
  step.next->status = api::share(std::move(next));
  return step;
}

std::optional<api::Object> allow_none(api::Object const& budget) {
  if (api::find_integer(budget.status.get(), {"disruptionsAllowed"}) == 0) return std::nullopt;
  json::object status;
  if (budget.status && budget.status->is_object()) status = budget.status->get_object();
  status["disruptionsAllowed"] = 0;
  api::Object next = budget;
  next.status = api::share(json::value(std::move(status)));
  return next;
}

}  // namespace fakeapi
