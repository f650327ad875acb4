// Carries out what plan() decides.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "operator/api/api.hpp"
#include "operator/echo/memory.hpp"
#include "operator/echo/plan.hpp"
#include "operator/runtime/event_recorder.hpp"
#include "operator/runtime/mapping.hpp"
#include "operator/runtime/reconciler.hpp"
#include "operator/runtime/store.hpp"
#include "operator/seams/environment.hpp"

namespace echo {

struct ReconcilerOptions {
  std::string field_manager = "echo-operator";
  /// The moment after which no write must be sent any more (the end of the lease); unset: there is none.
  std::function<seams::MonotonicTime()> not_after{};
  /// The revision that the cache of Deployments has reached in a namespace. Unset: a Deployment in the cache always
  /// counts as new enough to vouch for what the Echo wants.
  std::function<api::ResourceVersion(std::string const&)> deployments_observed{};
  /// What the containers of an Echo without spec.image run.
  std::string fallback_image{default_image};
  /// See Observation::adopt_tutorial.
  bool adopt_tutorial = false;
  /// What is planned is said and not done.
  bool dry_run = false;
  /// Where the definition of Echo has no status: how long until it is looked again, when there is something to tell.
  seams::Duration status_probe_interval = std::chrono::minutes(10);
};

/// Which Echoes a change of a Deployment concerns: the one whose uid it bears, and the one whose name it has, who may
/// be waiting for that name. `echo_store` outlives the mapping.
runtime::Mapping echoes_concerned(runtime::Store const& echo_store);

/// Reads from the two caches alone, except where the context says read_live(), where a status cannot be written, before
/// it claims Ready from a Deployment that may be older than what the Echo wants, and before it first acts on an Echo
/// after another process has led.
/// Every write is made after what was seen and fails if that has changed since. Between two writes it plans again with
/// the server's answer, so that nothing is done on a guess.
///
/// Assumes caches of all Echoes and all Deployments (of the namespaces served), whole, and a runtime that does not
/// reconcile a key before the caches show what this one wrote. Everything given outlives it. One thread.
class EchoReconciler final : public runtime::Reconciler {
 public:
  using Outcome = std::expected<runtime::ReconcileResult, api::Error>;

  EchoReconciler(seams::Environment const& environment, api::Api& api, runtime::Store const& echo_store,
                 runtime::Store const& deployment_store, runtime::EventRecorder& events,
                 ReconcilerOptions options = {});

  boost::asio::awaitable<Outcome> reconcile(runtime::ReconcileContext& context) override;

  /// This process leads from now on, and another one has led before: whatever that wrote last, the caches may not show
  /// it yet. What is not looked at on the server once since then is not acted upon.
  void begin_term();

  /// How many Echoes something is remembered of.
  std::size_t remembered() const { return memories_.size(); }

 private:
  /// One reconcile under way.
  struct Pass {
    runtime::ReconcileContext& context;
    Observation seen;
    std::optional<Refusal> refusal;   ///< of this pass alone; seen.refusal points to it
    std::optional<api::Error> error;  ///< what the pass ends with when all has been told
    bool looked_at_server = false;    ///< what is seen is not from the caches
  };
  /// How an action came out: plan again; the Echo is gone, there is nothing left to do; or an error to end with.
  enum class Next : std::uint8_t { plan_again, gone };
  using ActionResult = api::AsyncResult<Next>;

  void look_into_caches(Pass& pass) const;
  boost::asio::awaitable<std::expected<void, api::Error>> look_at_server(Pass& pass);
  /// Adds to what is seen what is remembered.
  void recall(Pass& pass);
  void note_generation(Pass& pass);
  bool claims_too_early(Pass const& pass, Action const& action);
  bool is_hearsay(Pass const& pass) const;
  Outcome finish(Pass& pass, Plan const& plan);
  Outcome only_say(Pass& pass, Plan const& plan);

  ActionResult carry_out(Pass& pass, Action const& action);
  ActionResult add_finalizer(Pass& pass);
  ActionResult create_deployment(Pass& pass);
  ActionResult patch_deployment(Pass& pass, PatchDeployment const& action);
  ActionResult delete_deployment(Pass& pass);
  ActionResult remove_finalizer(Pass& pass);
  ActionResult write_status(Pass& pass, WriteStatus const& action);
  ActionResult find_out_why_status_is_missing(Pass& pass);
  ActionResult record_event(Pass& pass, RecordEvent const& action);

  /// What follows from an error that the action itself makes no sense of.
  api::Result<Next> failed(Pass& pass, api::Verb verb, api::Resource const& resource, api::Error error);

  void saw_echo(Pass& pass, api::ObjectPtr echo);
  void saw_deployment(Pass& pass, api::ObjectPtr deployment);
  void child_is_gone(Pass& pass);
  static void log_standing(Pass& pass, EchoStatus const& status);
  Memory& memory_of(Pass const& pass);
  seams::MonotonicTime not_after() const;
  api::WriteOptions write_options(Pass const& pass) const;

  seams::Environment environment_;
  api::Api& api_;
  runtime::Store const& echoes_;
  runtime::Store const& deployments_;
  runtime::EventRecorder& events_;
  ReconcilerOptions options_;
  Memories memories_;
  std::map<api::ObjectKey, std::string> said_;  ///< in a dry run: the plans said last
  /// False: the definition of Echo has no status, as of `status_probed_at_`.
  bool status_storable_ = true;
  seams::MonotonicTime status_probed_at_{};
  bool in_term_ = false;                ///< there has been a begin_term()
  std::set<api::ObjectKey> confirmed_;  ///< Echoes that the server has been asked about since
};

}  // namespace echo
