// The actions of a plan as calls to the API, and what their answers mean.
#include <chrono>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/echo/deployment.hpp"
#include "operator/echo/echo.hpp"
#include "operator/echo/patches.hpp"
#include "operator/echo/reconciler.hpp"

namespace echo {

namespace {

/// The cache was behind: the controller tries again soon and counts no failure.
std::unexpected<api::Error> as_conflict(api::Error error) {
  error.reason = api::Reason::conflict;
  error.outcome_unknown = false;
  return std::unexpected(std::move(error));
}

}  // namespace

EchoReconciler::ActionResult EchoReconciler::carry_out(Pass& pass, Action const& action) {
  struct Dispatch {
    EchoReconciler& self;
    Pass& pass;
    ActionResult operator()(AddFinalizer const&) const { return self.add_finalizer(pass); }
    ActionResult operator()(CreateDeployment const&) const { return self.create_deployment(pass); }
    ActionResult operator()(PatchDeployment const& patch) const { return self.patch_deployment(pass, patch); }
    ActionResult operator()(DeleteDeployment const&) const { return self.delete_deployment(pass); }
    ActionResult operator()(RemoveFinalizer const&) const { return self.remove_finalizer(pass); }
    ActionResult operator()(WriteStatus const& status) const { return self.write_status(pass, status); }
    ActionResult operator()(RecordEvent const& event) const { return self.record_event(pass, event); }
  };
  // Each arm hands on a coroutine of ours and is none itself: Dispatch does not live that long.
  return std::visit(Dispatch{*this, pass}, action);
}

EchoReconciler::ActionResult EchoReconciler::add_finalizer(Pass& pass) {
  auto answer = co_await api_.patch(echoes, pass.context.key(), add_finalizer_patch(*pass.seen.echo),
                                    api::Subresource::none, write_options(pass));
  if (!answer) co_return failed(pass, api::Verb::patch, echoes, std::move(answer.error()));
  saw_echo(pass, std::move(*answer));
  co_return Next::plan_again;
}

EchoReconciler::ActionResult EchoReconciler::create_deployment(Pass& pass) {
  auto wanted = wanted_deployment(Echo(*pass.seen.echo), options_.fallback_image);
  auto answer = co_await api_.create(api::deployments, std::move(wanted), write_options(pass));
  if (!answer) {
    if (answer.error().is(api::Reason::already_exists)) {
      // The cache does not show it yet, and nobody knows for how long. It may even be ours, of a request that arrived
      // twice; were the Echo deleted now, it would seem to have no Deployment.
      if (pass.looked_at_server) co_return as_conflict(std::move(answer.error()));
      auto const looked = co_await look_at_server(pass);
      if (!looked) co_return std::unexpected(looked.error());
      pass.looked_at_server = true;
      co_return Next::plan_again;
    }
    co_return failed(pass, api::Verb::create, api::deployments, std::move(answer.error()));
  }
  saw_deployment(pass, std::move(*answer));
  co_return Next::plan_again;
}

EchoReconciler::ActionResult EchoReconciler::patch_deployment(Pass& pass, PatchDeployment const& action) {
  auto answer =
      co_await api_.patch(api::deployments, pass.context.key(), locked_patch(*pass.seen.deployment, action.operations),
                          api::Subresource::none, write_options(pass));
  if (!answer) {
    // It has been deleted; the cache will show it.
    if (answer.error().is(api::Reason::not_found)) co_return as_conflict(std::move(answer.error()));
    co_return failed(pass, api::Verb::patch, api::deployments, std::move(answer.error()));
  }
  saw_deployment(pass, std::move(*answer));
  co_return Next::plan_again;
}

EchoReconciler::ActionResult EchoReconciler::delete_deployment(Pass& pass) {
  api::DeleteOptions options;
  // The uid, since another one may have the name by now; the resourceVersion, since this one may have changed hands
  // (the garbage collector takes owner references off when an Echo is deleted with the orphan policy).
  options.preconditions.uid = pass.seen.deployment->metadata.uid;
  options.preconditions.resource_version = pass.seen.deployment->metadata.resource_version;
  options.propagation = api::PropagationPolicy::background;
  options.write = write_options(pass);
  auto answer = co_await api_.delete_(api::deployments, pass.context.key(), std::move(options));
  if (!answer) {
    if (!answer.error().is(api::Reason::not_found)) {
      co_return failed(pass, api::Verb::delete_, api::deployments, std::move(answer.error()));
    }
    child_is_gone(pass);
  } else if (auto* const still_there = std::get_if<api::ObjectPtr>(&*answer)) {
    saw_deployment(pass, std::move(*still_there));
  } else {
    child_is_gone(pass);
  }
  co_return Next::plan_again;
}

EchoReconciler::ActionResult EchoReconciler::remove_finalizer(Pass& pass) {
  auto answer = co_await api_.patch(echoes, pass.context.key(), remove_finalizer_patch(*pass.seen.echo),
                                    api::Subresource::none, write_options(pass));
  if (!answer) co_return failed(pass, api::Verb::patch, echoes, std::move(answer.error()));
  memory_of(pass).finalizer_removed = true;
  saw_echo(pass, std::move(*answer));
  co_return Next::plan_again;
}

EchoReconciler::ActionResult EchoReconciler::write_status(Pass& pass, WriteStatus const& action) {
  auto const now = std::chrono::floor<std::chrono::seconds>(environment_.clock.wall_now());
  auto patch = status_patch(*pass.seen.echo, to_json(action.status, pass.seen.echo->status.get(), now));
  auto answer =
      co_await api_.patch(echoes, pass.context.key(), std::move(patch), api::Subresource::status, write_options(pass));
  if (!answer) {
    if (answer.error().is(api::Reason::not_found)) co_return co_await find_out_why_status_is_missing(pass);
    if (is_misfit_of_a_patch(answer.error())) co_return as_conflict(std::move(answer.error()));
    // There is nowhere else to tell what the server refuses here.
    co_return std::unexpected(std::move(answer.error()));
  }
  log_standing(pass, action.status);
  saw_echo(pass, std::move(*answer));
  co_return Next::plan_again;
}

// A 404 from …/status: either the Echo has gone, or its definition has no status.
EchoReconciler::ActionResult EchoReconciler::find_out_why_status_is_missing(Pass& pass) {
  api::GetOptions options;
  options.deadline = pass.context.deadline();
  auto answer = co_await api_.get(echoes, pass.context.key(), std::move(options));
  if (!answer) {
    if (answer.error().is(api::Reason::not_found)) co_return Next::gone;
    co_return std::unexpected(std::move(answer.error()));
  }
  // Another Echo of that name, or one with a status: the 404 meant an Echo that has gone since.
  bool const same = (*answer)->metadata.uid == pass.seen.echo->metadata.uid;
  bool const has_status = static_cast<bool>((*answer)->status);
  saw_echo(pass, std::move(*answer));
  if (same && !has_status) {
    if (status_storable_) {
      pass.context.log().warning("the definition of Echo has no status; conditions are told in Events instead",
                                 {{"definition", "echoes.example.com"}});
    }
    status_storable_ = false;
    status_probed_at_ = environment_.clock.now();
    co_return Next::plan_again;
  }
  api::Error changed;
  changed.message = "the Echo was replaced while its status was written";
  co_return as_conflict(std::move(changed));
}

EchoReconciler::ActionResult EchoReconciler::record_event(Pass& pass, RecordEvent const& action) {
  seams::MonotonicTime const now = environment_.clock.now();
  if (now - status_probed_at_ >= options_.status_probe_interval) {
    status_storable_ = true;  // perhaps, by now: the plan will be to write a status
    status_probed_at_ = now;
    co_return Next::plan_again;
  }
  pass.context.log().info("an Echo has changed",
                          {{"reason", action.reason.view()}, {"message", action.message.view()}});
  // Told once, whether the Event can be stored or not.
  memory_of(pass).announced = plan(pass.seen).standing;
  auto const& metadata = pass.seen.echo->metadata;
  events_.record({std::string(api_version), std::string(kind), pass.context.key(), metadata.uid,
                  metadata.resource_version, action.warning, std::string(action.reason.view()),
                  std::string(action.message.view()), not_after()});
  co_return Next::plan_again;
}

api::Result<EchoReconciler::Next> EchoReconciler::failed(Pass& pass, api::Verb verb, api::Resource const& resource,
                                                         api::Error error) {
  if (error.is(api::Reason::not_found) && resource == echoes) return Next::gone;
  if (verb == api::Verb::patch && is_misfit_of_a_patch(error)) return as_conflict(std::move(error));
  if (auto refusal = refusal_from(error, {verb, resource, pass.context.key().namespace_})) {
    if (error.is(api::Reason::invalid) || refusal->retry_in) {
      auto const& deployment = pass.seen.deployment;
      memory_of(pass).refused = {std::move(*refusal), pass.seen.echo->metadata.generation,
                                 deployment ? deployment->metadata.resource_version : api::ResourceVersion::none,
                                 refusal->retry_in ? environment_.clock.now() + *refusal->retry_in : seams::never};
    } else {
      pass.refusal = std::move(*refusal);
      pass.error = std::move(error);
    }
    return Next::plan_again;
  }
  bool const server_failed = error.outcome_unknown || error.code >= 500;
  if (!server_failed || resource == echoes) return std::unexpected(std::move(error));
  pass.seen.act = false;
  pass.error = std::move(error);
  return Next::plan_again;
}

void EchoReconciler::saw_echo(Pass& pass, api::ObjectPtr echo) {
  pass.context.wrote(echoes, echo->metadata.resource_version);
  pass.seen.echo = std::move(echo);
}

void EchoReconciler::saw_deployment(Pass& pass, api::ObjectPtr deployment) {
  pass.context.wrote(api::deployments, deployment->metadata.resource_version);
  pass.seen.deployment = std::move(deployment);
}

void EchoReconciler::child_is_gone(Pass& pass) {
  memory_of(pass).gone_child = pass.seen.deployment->metadata.uid;
  pass.seen.deployment = nullptr;
}

void EchoReconciler::log_standing(Pass& pass, EchoStatus const& status) {
  if (!pass.context.log().enabled(seams::LogLevel::info)) return;
  auto const* const before = pass.seen.echo->status.get();
  bool const news = holds(before, ConditionType::ready) != status[ConditionType::ready].holds ||
                    holds(before, ConditionType::degraded) != status[ConditionType::degraded].holds;
  if (!news) return;
  pass.context.log().info("an Echo has changed", {{"reason", status[ConditionType::ready].reason.view()},
                                                  {"message", status[ConditionType::ready].message.view()}});
}

Memory& EchoReconciler::memory_of(Pass const& pass) {
  return memories_.of(pass.context.key(), pass.seen.echo->metadata.uid);
}

seams::MonotonicTime EchoReconciler::not_after() const {
  return options_.not_after ? options_.not_after() : seams::never;
}

api::WriteOptions EchoReconciler::write_options(Pass const& pass) const {
  api::WriteOptions options;
  options.field_manager = options_.field_manager;
  options.deadline = pass.context.deadline();
  options.not_after = not_after();
  return options;
}

}  // namespace echo
