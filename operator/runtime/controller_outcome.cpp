// What a controller makes of a reconcile's end.
#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <utility>

#include "operator/runtime/backoff.hpp"
#include "operator/runtime/controller.hpp"

namespace runtime {

namespace {

std::string what_of(std::exception_ptr const& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (std::exception const& e) {
    return e.what();
  } catch (...) {
    return "not a std::exception";
  }
}

}  // namespace

void Controller::finished(Run& run, std::exception_ptr const& exception, Outcome const& outcome) {
  seams::MonotonicTime const now = environment_.clock.now();
  api::ObjectKey const& key = run.context->key();
  // Most keys leave nothing to remember; those that do are looked up once.
  KeyState fresh;
  auto const known = states_.find(key);
  KeyState& state = known == states_.end() ? fresh : known->second;
  remember_writes(*run.context, state);
  settle(run, state, exception, outcome, now);
  if (!exception) log_end(run, outcome, now);
  reconcile_time_.observe(now - run.started);
  bool const nothing = state.floors.empty() && !state.read_live && state.conflicts == 0;
  if (known == states_.end()) {
    if (!nothing) states_.emplace(key, std::move(fresh));
  } else if (nothing) {
    states_.erase(known);
  }
  run.context.reset();
  --active_;
  if (stopping_) {
    check_stopped();
  } else {
    pump();
  }
}

void Controller::remember_writes(ReconcileContext const& context, KeyState& state) {
  for (auto const& write : context.writes()) {
    for (std::size_t cache = 0; cache < caches_.size(); ++cache) {
      Informer const& informer = *caches_[cache];
      if (informer.resource() != write.resource) continue;
      if (!informer.namespace_().empty() && informer.namespace_() != context.key().namespace_) continue;
      auto const same = std::find_if(state.floors.begin(), state.floors.end(),
                                     [&](Floor const& floor) { return floor.cache == cache; });
      if (same != state.floors.end()) {
        same->version = std::max(same->version, write.version);
      } else if (informer.observed_version() < write.version) {
        state.floors.push_back({cache, write.version});
      }
    }
  }
}

void Controller::settle(Run& run, KeyState& state, std::exception_ptr const& exception, Outcome const& outcome,
                        seams::MonotonicTime now) {
  api::ObjectKey const& key = run.context->key();
  if (exception) {
    ++stats_.exceptions;
    run.context->log().error("exception in a reconcile", {{"what", what_of(exception)}});
    state.read_live = true;  // who knows what was written before it was thrown
    queue_.failed(key, now);
    return;
  }
  if (!outcome) {
    settle_error(run, state, outcome.error(), now);
    return;
  }
  ++stats_.successes;
  state.conflicts = 0;
  state.read_live = false;
  if (outcome->requeue_after) {
    ++stats_.requeued_after;
    queue_.add_at(key, Cause::requeued, now + *outcome->requeue_after);
  }
  queue_.succeeded(key);
}

void Controller::log_end(Run& run, Outcome const& outcome, seams::MonotonicTime now) {
  seams::Log& log = run.context->log();
  if (!log.enabled(seams::LogLevel::debug)) return;
  auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(now - run.started).count();
  log.debug("reconciled", {{"outcome", outcome ? "done" : api::to_string(outcome.error().reason)},
                           {"writes", run.context->writes().size()},
                           {"milliseconds", took}});
}

seams::Duration Controller::patience_asked_for(api::Error const& error) const {
  return error.retry_after ? std::min<seams::Duration>(*error.retry_after, options_.throttle_cap)
                           : options_.throttle_default;
}

void Controller::settle_error(Run& run, KeyState& state, api::Error const& error, seams::MonotonicTime now) {
  api::ObjectKey const& key = run.context->key();
  if (!error.outcome_unknown && error.is(api::Reason::conflict)) {
    // Our picture was out of date; the news is on its way, and there is nothing to complain of.
    ++stats_.conflicts;
    seams::Duration const wait = exponential(options_.conflict_base, options_.conflict_cap, state.conflicts++);
    // Or it is not: the watch may be dead, or its server lag far behind.
    if (wait >= options_.conflict_cap) state.read_live = true;
    queue_.add_at(key, Cause::conflicted, now + wait);
    queue_.released(key);
    return;
  }
  state.conflicts = 0;
  if (!error.outcome_unknown && error.is(api::Reason::not_after_passed)) {
    // Nobody's failure: the lead is over. Whoever leads next looks again, also if that is this process.
    ++stats_.held_back;
    queue_.add_at(key, Cause::retried, now + options_.conflict_base);
    queue_.released(key);
    return;
  }
  if (!error.outcome_unknown && error.is(api::Reason::too_many_requests)) {
    ++stats_.throttled;
    queue_.throttled(key, now + patience_asked_for(error));
    return;
  }
  ++stats_.errors;
  if (error.outcome_unknown) state.read_live = true;
  if (error.retry_after) {
    queue_.throttled(key, now + patience_asked_for(error));
  } else if (error.outcome_unknown) {
    queue_.failed(key, now);
  } else if (error.is(api::Reason::forbidden)) {
    queue_.add_at(key, Cause::forbidden, now + options_.forbidden_retry);
    queue_.released(key);
  } else {
    queue_.failed(key, now);
  }
  run.context->log().warning("a reconcile failed",
                             {{"error", error.to_string()}, {"failures_in_a_row", queue_.failures(key)}});
}

}  // namespace runtime
