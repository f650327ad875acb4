// One reconcile from what is seen to what is returned. The actions are in reconciler_actions.cpp.
#include "operator/echo/reconciler.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/echo/echo.hpp"
#include "operator/seams/check.hpp"

namespace echo {

namespace asio = boost::asio;

namespace {

/// More actions than any situation takes: finalizer, Deployment, status, and again after a refusal.
constexpr int most_actions = 12;

}  // namespace

runtime::Mapping echoes_concerned(runtime::Store const& echo_store) {
  runtime::OwnerKind owner{std::string(group), std::string(kind)};
  return runtime::map_to_each(
      {runtime::map_to_owner(echo_store, std::move(owner)), runtime::map_to_same_name(echo_store)});
}

EchoReconciler::EchoReconciler(seams::Environment const& environment, api::Api& api, runtime::Store const& echo_store,
                               runtime::Store const& deployment_store, runtime::EventRecorder& events,
                               ReconcilerOptions options)
    : environment_(environment),
      api_(api),
      echoes_(echo_store),
      deployments_(deployment_store),
      events_(events),
      options_(std::move(options)) {}

boost::asio::awaitable<EchoReconciler::Outcome> EchoReconciler::reconcile(runtime::ReconcileContext& context) {
  co_await asio::this_coro::throw_if_cancelled(false);
  Pass pass{context, {}, {}, {}, context.read_live()};
  if (context.read_live()) {
    auto const looked = co_await look_at_server(pass);
    if (!looked) co_return std::unexpected(looked.error());
  } else {
    look_into_caches(pass);
    note_generation(pass);
  }
  for (int actions = 0; actions <= most_actions; ++actions) {
    recall(pass);
    Plan const plan = echo::plan(pass.seen);
    if (context.log().enabled(seams::LogLevel::debug)) context.log().debug("planned", {{"plan", to_string(plan)}});
    if (options_.dry_run) co_return only_say(pass, plan);
    if (plan.actions.empty()) co_return finish(pass, plan);
    if (is_hearsay(pass) || claims_too_early(pass, plan.actions.front())) {
      auto const looked = co_await look_at_server(pass);
      if (!looked) co_return std::unexpected(looked.error());
      pass.looked_at_server = true;
      continue;
    }
    auto const next = co_await carry_out(pass, plan.actions.front());
    if (!next) {
      if (!pass.error) co_return std::unexpected(next.error());
      // What came first says what to do; whatever asked for patience last gets it.
      if (next.error().retry_after) pass.error->retry_after = next.error().retry_after;
      co_return std::unexpected(std::move(*pass.error));
    }
    if (*next == Next::gone) co_return runtime::ReconcileResult{};
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
      if (pass.error) co_return std::unexpected(std::move(*pass.error));
      api::Error cancelled;
      cancelled.reason = api::Reason::cancelled;
      co_return std::unexpected(std::move(cancelled));
    }
  }
  seams::check(false, "a reconcile comes to an end");
  co_return runtime::ReconcileResult{};
}

void EchoReconciler::look_into_caches(Pass& pass) const {
  pass.seen.echo = echoes_.find(pass.context.key());
  if (pass.seen.echo) pass.seen.deployment = deployments_.find(pass.context.key());
}

// A generation whose readiness is still to be claimed is remembered with the revision at which it was first seen: only
// a Deployment as of then or later can vouch for it.
void EchoReconciler::note_generation(Pass& pass) {
  if (!pass.seen.echo || !options_.deployments_observed) return;
  auto const& echo = *pass.seen.echo;
  if (holds(echo.status.get(), ConditionType::ready) &&
      api::find_integer(echo.status.get(), {"observedGeneration"}) == echo.metadata.generation) {
    return;
  }
  Memory& memory = memory_of(pass);
  if (memory.generation == echo.metadata.generation) return;
  memory.generation = echo.metadata.generation;
  memory.generation_seen_at = echo.metadata.resource_version;
}

// The two caches advance independently of each other: a Deployment that looks ready may be the one from before the
// Echo was changed. Revisions of different resources are comparable where both are kept in one store, as they are
// unless an API server is told otherwise; where they are not, this costs or saves a read, nothing more.
bool EchoReconciler::claims_too_early(Pass const& pass, Action const& action) {
  auto const* write = std::get_if<WriteStatus>(&action);
  if (write == nullptr || pass.looked_at_server || !options_.deployments_observed) return false;
  if (!write->status[ConditionType::ready].holds) return false;
  Memory const* const memory = memories_.find(pass.context.key(), pass.seen.echo->metadata.uid);
  return memory != nullptr && memory->generation == pass.seen.echo->metadata.generation &&
         options_.deployments_observed(pass.context.key().namespace_) < memory->generation_seen_at;
}

void EchoReconciler::begin_term() {
  in_term_ = true;
  confirmed_.clear();
}

// One look is enough: until the caches have got as far as that, the runtime does not reconcile the key again.
bool EchoReconciler::is_hearsay(Pass const& pass) const {
  return in_term_ && !pass.looked_at_server && !confirmed_.contains(pass.context.key());
}

boost::asio::awaitable<std::expected<void, api::Error>> EchoReconciler::look_at_server(Pass& pass) {
  api::GetOptions options;
  options.deadline = pass.context.deadline();
  // The Echo first: if it is being deleted, a Deployment that is not there afterwards will not come any more.
  auto live_echo = co_await api_.get(echoes, pass.context.key(), options);
  if (!live_echo && !live_echo.error().is(api::Reason::not_found)) co_return std::unexpected(live_echo.error());
  pass.seen.echo = nullptr;
  pass.seen.deployment = nullptr;
  if (live_echo) saw_echo(pass, std::move(*live_echo));
  if (!pass.seen.echo || pass.context.key().namespace_.empty()) co_return std::expected<void, api::Error>();
  auto live_deployment = co_await api_.get(api::deployments, pass.context.key(), options);
  if (!live_deployment && !live_deployment.error().is(api::Reason::not_found)) {
    co_return std::unexpected(live_deployment.error());
  }
  if (live_deployment) saw_deployment(pass, std::move(*live_deployment));
  if (in_term_) confirmed_.insert(pass.context.key());
  co_return std::expected<void, api::Error>();
}

void EchoReconciler::recall(Pass& pass) {
  Observation& seen = pass.seen;
  if (!seen.echo) {
    confirmed_.erase(pass.context.key());
    return memories_.forget(pass.context.key());
  }
  if (!status_storable_ && seen.echo->status) status_storable_ = true;  // somebody could store one
  seen.status_storable = status_storable_;
  seen.fallback_image = options_.fallback_image;
  seen.adopt_tutorial = options_.adopt_tutorial;
  seen.refusal = pass.refusal ? &*pass.refusal : nullptr;
  Memory* const memory = memories_.find(pass.context.key(), seen.echo->metadata.uid);
  if (memory == nullptr) return;
  seams::MonotonicTime const now = environment_.clock.now();
  seen.finalizer_removed = memory->finalizer_removed;
  seen.announced = memory->announced;
  seen.status_held_for = memory->held_since == seams::never ? seams::Duration::zero() : now - memory->held_since;
  if (seen.deployment && seen.deployment->metadata.uid == memory->gone_child) seen.deployment = nullptr;
  if (memory->refused && !pass.refusal) {
    auto& refused = *memory->refused;
    auto const child = seen.deployment ? seen.deployment->metadata.resource_version : api::ResourceVersion::none;
    bool const stands = refused.generation == seen.echo->metadata.generation && refused.child == child;
    if (stands && now < refused.retry_at) {
      if (refused.retry_at != seams::never) refused.refusal.retry_in = refused.retry_at - now;
      seen.refusal = &refused.refusal;
    } else {
      memory->refused.reset();
    }
  }
}

// A plan that stays the same is said once.
EchoReconciler::Outcome EchoReconciler::only_say(Pass& pass, Plan const& plan) {
  if (plan.actions.empty()) {
    said_.erase(pass.context.key());
    return finish(pass, plan);
  }
  std::string text = to_string(plan);
  auto& said = said_[pass.context.key()];
  if (said != text) pass.context.log().info("a dry run, so this is not done", {{"plan", text}});
  said = std::move(text);
  return runtime::ReconcileResult{};
}

EchoReconciler::Outcome EchoReconciler::finish(Pass& pass, Plan const& plan) {
  if (pass.seen.echo) {
    bool const to_announce = !pass.seen.status_storable && plan.standing;
    Memory* memory = memories_.find(pass.context.key(), pass.seen.echo->metadata.uid);
    if (memory == nullptr && (plan.status_held || to_announce)) memory = &memory_of(pass);
    if (memory != nullptr) {
      if (!plan.status_held) {
        memory->held_since = seams::never;
      } else if (memory->held_since == seams::never) {
        memory->held_since = environment_.clock.now();
      }
      if (to_announce) memory->announced = plan.standing;
      if (plan.situation == Situation::ready) memory->generation = 0;
      if (memory->empty()) memories_.forget(pass.context.key());
    }
  }
  if (pass.error) return std::unexpected(std::move(*pass.error));
  return runtime::ReconcileResult{plan.requeue_after};
}

}  // namespace echo
