#include "fakeapi/controllers/cheap_deployment_controller.hpp"

#include <iterator>
#include <utility>

#include "fakeapi/controllers/retry_delay.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi {
namespace {

bool is_deployment(api::Object const& object) { return object.kind == "Deployment" && object.api_version == "apps/v1"; }

}  // namespace

CheapDeploymentController::CheapDeploymentController(Server& server, seams::Clock& clock, DelaySource& delays,
                                                     CheapDeploymentOptions options)
    : server_(server), clock_(clock), delays_(delays), options_(options) {
  server_.for_each(api::deployments, [this](api::ObjectPtr const& deployment) { consider(*deployment); });
  observer_ = server_.add_observer([this](Commit const& commit) { observe(commit); });
}

CheapDeploymentController::~CheapDeploymentController() {
  server_.remove_observer(observer_);
  for (auto& tracked : tracked_) cancel(tracked);
}

void CheapDeploymentController::pause() {
  paused_ = true;
  for (auto& tracked : tracked_) cancel(tracked);
}

void CheapDeploymentController::resume() {
  if (!paused_) return;
  paused_ = false;
  server_.for_each(api::deployments, [this](api::ObjectPtr const& deployment) { consider(*deployment); });
}

void CheapDeploymentController::observe(Commit const& commit) {
  api::Object const& object = commit.after ? *commit.after : *commit.before;
  if (!is_deployment(object)) return;
  if (commit.after) {
    consider(object);
  } else if (auto const at = by_uid_.find(object.metadata.uid); at != by_uid_.end()) {
    auto const tracked = at->second;
    cancel(*tracked);
    by_uid_.erase(at);
    tracked_.erase(tracked);
  }
}

void CheapDeploymentController::consider(api::Object const& deployment) {
  auto at = by_uid_.find(deployment.metadata.uid);
  if (at == by_uid_.end()) {
    Tracked fresh;
    fresh.uid = deployment.metadata.uid;
    fresh.key = deployment.key();
    fresh.rollout = adopt_rollout(deployment);
    tracked_.push_back(std::move(fresh));
    at = by_uid_.emplace(tracked_.back().uid, std::prev(tracked_.end())).first;
  }
  if (paused_) return;
  Tracked& tracked = *at->second;
  // A write that is about to come looks at the Deployment as it is then.
  if (tracked.scheduled && tracked.waiting_for == DelayUse::deployment_sync) return;
  auto const use = next_step(deployment, tracked.rollout, options_.ready_steps);
  if (tracked.scheduled) {
    if (use == tracked.waiting_for) return;
    cancel(tracked);
  }
  if (use) schedule(tracked, *use, delays_.delay(*use));
}

void CheapDeploymentController::schedule(Tracked& tracked, DelayUse use, seams::Duration delay) {
  tracked.waiting_for = use;
  tracked.scheduled = true;
  ++pending_;
  tracked.timer = clock_.schedule_at(clock_.now() + delay, [this, at = &tracked] { write(*at); });
}

void CheapDeploymentController::cancel(Tracked& tracked) {
  if (!tracked.scheduled) return;
  tracked.scheduled = false;
  --pending_;
  clock_.cancel(tracked.timer);
}

void CheapDeploymentController::write(Tracked& tracked) {
  tracked.scheduled = false;
  --pending_;
  api::ObjectPtr const latest = server_.find(api::deployments, tracked.key);
  if (!latest) return;
  seams::WallTime const now = clock_.wall_now();
  auto step =
      next_status(*latest, tracked.rollout, options_.ready_steps, std::chrono::floor<std::chrono::seconds>(now));
  if (!step) return;
  api::Object next = *latest;
  next.status = std::move(step->status);
  if (step->set_revision) {
    api::StringMap annotations = *next.metadata.annotations;
    annotations.set("deployment.kubernetes.io/revision", std::to_string(step->rollout.revision));
    next.metadata.annotations = std::move(annotations);
  }
  api::Request request;
  request.verb = api::Verb::update;
  request.subresource = api::Subresource::status;
  request.resource = api::deployments;
  request.key = tracked.key;
  request.body = std::make_shared<api::Object const>(std::move(next));
  request.options = api::WriteOptions();
  // The commit is observed, and the next write planned, before execute() returns.
  Rollout const before = std::exchange(tracked.rollout, std::move(step->rollout));
  std::string const uid = latest->metadata.uid;
  RequestContext const context{options_.actor, 0, now};
  auto const answer = server_.execute(request, context);
  if (!by_uid_.contains(uid)) return;  // forgotten: the write has let it go
  if (answer) {
    tracked.refusals = 0;
    return;
  }
  ++refused_writes_;
  tracked.rollout = before;
  if (!tracked.scheduled && !paused_) {
    seams::Duration const delay = delays_.delay(DelayUse::deployment_sync);
    schedule(tracked, DelayUse::deployment_sync, retry_delay(delay, ++tracked.refusals));
  }
}

}  // namespace fakeapi
