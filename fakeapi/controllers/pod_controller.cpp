#include "fakeapi/controllers/pod_controller.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/controllers/pod_view.hpp"
#include "fakeapi/controllers/resources.hpp"
#include "fakeapi/controllers/retry_delay.hpp"

namespace fakeapi {
namespace json = boost::json;

PodController::PodController(Server& server, seams::Clock& clock, DelaySource& delays, PodControllerOptions options)
    : server_(server),
      clock_(clock),
      delays_(delays),
      scheduler_(server, clock, options.scheduler, "kube-scheduler"),
      kubelet_(server, clock, options.kubelet, "kubelet"),
      stages_(options.stages),
      node_(std::move(options.node)),
      resource_(server.index_of(pods)) {
  server_.for_each(pods, [this](api::ObjectPtr const& pod) { consider(*pod); });
  observer_ = server_.add_observer([this](Commit const& commit) { observe(commit); });
}

PodController::~PodController() {
  server_.remove_observer(observer_);
  for (auto& [uid, tracked] : pods_) cancel(tracked);
}

void PodController::pause() {
  paused_ = true;
  for (auto& [uid, tracked] : pods_) cancel(tracked);
}

void PodController::resume() {
  if (!paused_) return;
  paused_ = false;
  server_.for_each(pods, [this](api::ObjectPtr const& pod) { consider(*pod); });
}

std::size_t PodController::pending() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      pods_, [](auto const& each) { return each.second.situation != PodSituation::nothing_to_do; }));
}

void PodController::set_weight(PodStage stage, std::uint32_t weight) {
  stages_[stage].weight = weight;
  for (auto& [uid, tracked] : pods_) {
    cancel(tracked);
    tracked.situation = PodSituation::nothing_to_do;
  }
  server_.for_each(pods, [this](api::ObjectPtr const& pod) { consider(*pod); });
}

bool PodController::strike(api::ObjectKey const& key, PodStage stage) {
  api::ObjectPtr const pod = server_.find(pods, key);
  if (!pod) return false;
  auto const at = pods_.find(pod->metadata.uid);
  bool const was_ready = at != pods_.end() && at->second.was_ready;
  if (situation_of(*pod, was_ready) != stages_[stage].applies_to) return false;
  return enter(stage, *pod);
}

void PodController::observe(Commit const& commit) {
  if (commit.resource != resource_) return;
  if (commit.after) {
    consider(*commit.after);
  } else if (auto const at = pods_.find(commit.before->metadata.uid); at != pods_.end()) {
    cancel(at->second);
    pods_.erase(at);
  }
}

void PodController::consider(api::Object const& pod) {
  auto const at = pods_.try_emplace(pod.metadata.uid).first;
  Tracked& tracked = at->second;
  tracked.key = pod.key();
  tracked.was_ready = tracked.was_ready || is_ready(pod);
  if (paused_) return;
  PodSituation const situation = situation_of(pod, tracked.was_ready);
  // A stage that is on its way comes, unless the pod is in another situation by now or has less time left.
  if (tracked.scheduled && tracked.situation == situation && tracked.deletion == pod.metadata.deletion_timestamp) {
    return;
  }
  cancel(tracked);
  tracked.refusals = 0;
  plan(tracked, pod);
  if (tracked.situation == PodSituation::nothing_to_do) return;
  schedule(*at, delay_of(tracked.stage, tracked, pod));
}

void PodController::plan(Tracked& tracked, api::Object const& pod) {
  tracked.deletion = pod.metadata.deletion_timestamp;
  tracked.situation = situation_of(pod, tracked.was_ready);
  auto const found = choices(stages_, tracked.situation, pod);
  if (found.empty()) {
    tracked.situation = PodSituation::nothing_to_do;
    return;
  }
  tracked.stage = choose(found, stages_[found.front().stage].delay);
}

PodStage PodController::choose(std::vector<PodChoice> const& found, DelayUse use) {
  std::uint32_t total = 0;
  for (auto const& choice : found) total += choice.weight;
  std::uint32_t left = found.size() == 1 ? 0 : delays_.choose(use, total);
  for (auto const& choice : found) {
    if (left < choice.weight) return choice.stage;
    left -= choice.weight;
  }
  return found.back().stage;
}

seams::Duration PodController::delay_of(PodStage stage, Tracked const& tracked, api::Object const& pod) {
  DelayUse const use = stages_[stage].delay;
  seams::Duration delay{0};
  if (auto const annotated = annotated_delay(stages_, stage, pod)) {
    delay = annotated->delay;
    if (annotated->jitter && *annotated->jitter < delay) {
      delay = *annotated->jitter;
    } else if (annotated->jitter) {
      // In steps of a thousandth of the range.
      constexpr std::uint32_t steps = 1000;
      delay += (*annotated->jitter - delay) / steps * delays_.choose(use, steps);
    }
  } else {
    delay = delays_.delay(use);
    if (stage == PodStage::probe) delay += probe_delay(pod);
  }
  if (stage != PodStage::remove || !tracked.deletion) return delay;
  // Containers that have not ended when the grace period is over are killed.
  return std::clamp<seams::Duration>(seams::WallTime(*tracked.deletion) - clock_.wall_now(), seams::Duration(0), delay);
}

void PodController::schedule(Pods::value_type& element, seams::Duration delay) {
  element.second.scheduled = true;
  element.second.timer = clock_.schedule_at(clock_.now() + delay, [this, at = &element] { turn(*at); });
}

void PodController::cancel(Tracked& tracked) {
  if (std::exchange(tracked.scheduled, false)) clock_.cancel(tracked.timer);
}

void PodController::turn(Pods::value_type& element) {
  Tracked& tracked = element.second;
  tracked.scheduled = false;
  std::string const uid = element.first;
  api::ObjectPtr const pod = server_.find(pods, tracked.key);
  if (!pod || pod->metadata.uid != uid) return;
  PodSituation const situation = std::exchange(tracked.situation, PodSituation::nothing_to_do);
  PodStage const stage = tracked.stage;
  // What the write changes is observed, and the next stage planned, before it is answered.
  if (enter(stage, *pod)) return;
  auto const at = pods_.find(uid);
  if (at == pods_.end() || at->second.scheduled || paused_) return;
  at->second.situation = situation;
  at->second.stage = stage;
  schedule(*at, retry_delay(delays_.delay(stages_[stage].delay), ++at->second.refusals));
}

bool PodController::enter(PodStage stage, api::Object const& pod) {
  if (stage == PodStage::schedule) return bind(pod);
  if (stage == PodStage::remove) return end(pod);
  std::string const ip = api::find_path(pod.status.get(), {"podIP"}) != nullptr ? "" : next_ip();
  api::Object next = after_stage(pod, stage, node_, ip, kubelet_.timestamp());
  return kubelet_.update(pods, std::move(next), api::Subresource::status).has_value();
}

bool PodController::bind(api::Object const& pod) {
  json::object target(3);
  target.emplace("apiVersion", "v1");
  target.emplace("kind", "Node");
  target.emplace("name", node_.name);
  json::object rest(1);
  rest.emplace("target", std::move(target));
  api::Object binding;
  binding.api_version = "v1";
  binding.kind = "Binding";
  binding.metadata.name = pod.metadata.name;
  binding.metadata.namespace_ = pod.metadata.namespace_;
  binding.metadata.uid = pod.metadata.uid;
  binding.rest = api::share(json::value(std::move(rest)));
  return scheduler_.create(pods, std::move(binding), api::Subresource::binding).has_value();
}

bool PodController::end(api::Object const& pod) {
  api::DeleteOptions options;
  options.preconditions.uid = pod.metadata.uid;
  options.grace_period_seconds = 0;
  return kubelet_.remove(pods, pod.key(), std::move(options)).has_value();
}

// From 10.244.0.2 on; they start again after 65,000 pods.
std::string PodController::next_ip() {
  constexpr std::uint32_t most = 65'000;
  last_ip_ = last_ip_ % most + 1;
  return "10.244." + std::to_string(last_ip_ / 254) + "." + std::to_string(last_ip_ % 254 + 1);
}

}  // namespace fakeapi
