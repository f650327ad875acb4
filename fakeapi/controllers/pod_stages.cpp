#include "fakeapi/controllers/pod_stages.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <string>

#include "fakeapi/controllers/pod_view.hpp"

namespace fakeapi {
namespace json = boost::json;
namespace {

constexpr std::string_view annotation_domain = ".stage.kwok.x-k8s.io/";
constexpr std::uint32_t most_weight = 1'000'000;

std::string const* annotation(PodStageRule const& rule, std::string_view what, api::Object const& pod) {
  std::string key(rule.name);
  key += annotation_domain;
  key += what;
  return pod.metadata.annotations->find(key);
}

std::uint32_t weight_of(PodStageRule const& rule, api::Object const& pod) {
  if (pod.metadata.annotations.empty()) return rule.weight;
  std::string const* const text = annotation(rule, "weight", pod);
  if (text == nullptr) return rule.weight;
  std::uint32_t weight = 0;
  auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), weight);
  bool const good = error == std::errc() && end == text->data() + text->size();
  return good ? std::min(weight, most_weight) : rule.weight;
}

/// Whether any container of a status waits for this reason.
bool waits_for(api::Object const& pod, std::string_view reason) {
  auto const* const containers = api::find_path(pod.status.get(), {"containerStatuses"});
  if (containers == nullptr || !containers->is_array()) return false;
  return std::ranges::any_of(containers->get_array(), [&](json::value const& container) {
    return api::find_string(&container, {"state", "waiting", "reason"}) == reason;
  });
}

bool is_taken_up(api::Object const& pod) { return api::find_path(pod.status.get(), {"startTime"}) != nullptr; }

template <class Visit>
void for_each_container(api::Object const& pod, Visit const& visit) {
  auto const* const containers = api::find_path(pod.spec.get(), {"containers"});
  if (containers == nullptr || !containers->is_array()) return;
  for (auto const& container : containers->get_array()) visit(container);
}

}  // namespace

PodStageTable::PodStageTable() {
  using enum PodSituation;
  auto const set = [this](PodStage stage, std::string_view name, PodSituation situation, DelayUse delay,
                          std::uint32_t weight) { (*this)[stage] = {name, situation, delay, weight}; };
  set(PodStage::schedule, "pod-schedule", unscheduled, DelayUse::pod_scheduling, 1);
  set(PodStage::create, "pod-create", scheduled, DelayUse::pod_pulling, 1);
  set(PodStage::ready, "pod-ready", creating, DelayUse::pod_starting, 1);
  set(PodStage::probe, "pod-probe", probing, DelayUse::pod_readiness, 1);
  set(PodStage::complete, "pod-complete", PodSituation::ready, DelayUse::pod_failing, 0);
  set(PodStage::remove, "pod-delete", terminating, DelayUse::pod_stopping, 1);
  set(PodStage::image_error, "pod-image-error", scheduled, DelayUse::pod_pulling, 0);
  set(PodStage::image_back_off, "pod-image-back-off", image_missing, DelayUse::pod_recovering, 1);
  set(PodStage::unready, "pod-unready", PodSituation::ready, DelayUse::pod_failing, 0);
  set(PodStage::recover, "pod-recover", PodSituation::unready, DelayUse::pod_recovering, 1);
  set(PodStage::container_failed, "pod-container-failed", PodSituation::ready, DelayUse::pod_failing, 0);
  set(PodStage::container_restart, "pod-container-restart", crashed, DelayUse::pod_recovering, 1);
}

PodSituation situation_of(api::Object const& pod, bool was_ready) {
  if (pod.metadata.terminating()) {
    bool const is_over = pod.metadata.deletion_grace_period_seconds.value_or(0) <= 0;
    return is_over ? PodSituation::nothing_to_do : PodSituation::terminating;
  }
  if (has_ended(pod)) return PodSituation::nothing_to_do;
  if (pod_node(pod).empty()) {
    auto const scheduler = api::find_string(pod.spec.get(), {"schedulerName"}).value_or("default-scheduler");
    return scheduler == "default-scheduler" ? PodSituation::unscheduled : PodSituation::nothing_to_do;
  }
  if (waits_for(pod, "ErrImagePull")) return PodSituation::image_missing;
  if (waits_for(pod, "ImagePullBackOff")) return PodSituation::image_backing_off;
  if (waits_for(pod, "CrashLoopBackOff")) return PodSituation::crashed;
  if (pod_phase(pod) != "Running") return is_taken_up(pod) ? PodSituation::creating : PodSituation::scheduled;
  if (is_ready(pod)) return PodSituation::ready;
  return was_ready ? PodSituation::unready : PodSituation::probing;
}

std::vector<PodChoice> choices(PodStageTable const& table, PodSituation situation, api::Object const& pod) {
  std::vector<PodChoice> found;
  // The next try for an image is like the first one.
  bool const tries_again = situation == PodSituation::image_backing_off;
  if (tries_again) situation = PodSituation::scheduled;
  for (std::size_t i = 0; i < pod_stage_count; ++i) {
    auto const stage = static_cast<PodStage>(i);
    PodStageRule const& rule = table[stage];
    if (rule.applies_to != situation) continue;
    if (std::uint32_t const weight = weight_of(rule, pod); weight > 0) found.push_back({stage, weight});
  }
  // If it can only fail again, nothing will ever change.
  if (tries_again && std::ranges::none_of(found, [](auto const& each) { return each.stage == PodStage::create; })) {
    found.clear();
  }
  return found;
}

std::optional<AnnotatedDelay> annotated_delay(PodStageTable const& table, PodStage stage, api::Object const& pod) {
  if (pod.metadata.annotations.empty()) return std::nullopt;
  std::string const* const text = annotation(table[stage], "delay", pod);
  if (text == nullptr) return std::nullopt;
  auto const delay = parse_duration(*text);
  if (!delay) return std::nullopt;
  AnnotatedDelay annotated{*delay, std::nullopt};
  if (std::string const* const jitter = annotation(table[stage], "jitter-delay", pod)) {
    annotated.jitter = parse_duration(*jitter);
  }
  return annotated;
}

std::optional<seams::Duration> parse_duration(std::string_view text) {
  using std::chrono::nanoseconds;
  struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
  };
  // Longer names first where one begins with another.
  static constexpr auto units = std::to_array<Unit>({{"ns", 1},
                                                     {"us", 1'000},
                                                     {"ms", 1'000'000},
                                                     {"s", 1'000'000'000},
                                                     {"m", 60'000'000'000},
                                                     {"h", 3'600'000'000'000}});
  constexpr std::int64_t most = 24 * 3'600'000'000'000;
  if (text.empty()) return std::nullopt;
  if (text == "0") return seams::Duration(0);
  std::int64_t sum = 0;
  while (!text.empty()) {
    std::int64_t whole = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error != std::errc() || whole < 0 || whole > most) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        // Further digits are finer than what is counted.
        if (denominator < 1'000'000) {
          numerator = numerator * 10 + (text.front() - '0');
          denominator *= 10;
        }
        text.remove_prefix(1);
      }
    }
    auto const unit = std::ranges::find_if(units, [&](Unit const& each) { return text.starts_with(each.name); });
    if (unit == units.end()) return std::nullopt;
    text.remove_prefix(unit->name.size());
    if (whole > most / unit->nanoseconds) return std::nullopt;
    sum += whole * unit->nanoseconds + numerator * unit->nanoseconds / denominator;
    if (sum > most) return std::nullopt;
  }
  return seams::Duration(sum);
}

seams::Duration probe_delay(api::Object const& pod) {
  constexpr std::int64_t most = 86'400;
  std::int64_t seconds = 0;
  for_each_container(pod, [&](json::value const& container) {
    seconds = std::max(seconds, api::find_integer(&container, {"readinessProbe", "initialDelaySeconds"}).value_or(0));
  });
  return std::chrono::seconds(std::min(seconds, most));
}

bool has_readiness_probe(api::Object const& pod) {
  bool found = false;
  for_each_container(pod, [&](json::value const& container) {
    found = found || api::find_path(&container, {"readinessProbe"}) != nullptr;
  });
  return found;
}

}  // namespace fakeapi
