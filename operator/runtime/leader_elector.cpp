#include "operator/runtime/leader_elector.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/runtime/root.hpp"
#include "operator/seams/check.hpp"

namespace runtime {
namespace asio = boost::asio;

LeaderElector::LeaderElector(seams::Environment const& environment, api::Api& api, LeaderElectionOptions options,
                             LeaderCallbacks callbacks)
    : environment_(environment),
      api_(api),
      options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      election_(options_) {}

void LeaderElector::start() {
  seams::check(!running_ && !stopping_, "an elector is started once");
  running_ = true;
  spawn_root(environment_.executor, run(), cancel_.slot(), [this](std::exception_ptr const& bug) { ended(bug); });
}

void LeaderElector::stop(bool release, std::function<void()> stopped) {
  seams::check(!stopping_, "an elector is stopped once");
  stopping_ = true;
  release_ = release;
  stopped_ = std::move(stopped);
  if (!running_) {
    asio::post(environment_.executor, [this] { ended(nullptr); });
  } else if (begun_) {
    cancel_.emit(asio::cancellation_type::terminal);
  }
}

bool LeaderElector::leading() const { return election_.leading(environment_.clock.now()); }

void LeaderElector::settle() {
  if (std::string const& holder = election_.holder(); holder != told_holder_) {
    told_holder_ = holder;
    environment_.log.info("the lease has a holder", {{"lease", options_.lease.to_string()}, {"holder", holder}});
  }
  bool const now_leading = leading();
  seams::MonotonicTime const end = now_leading ? election_.not_after() : seams::never;
  if (end != timer_at_) {
    timer_at_ = end;
    timer_.reset();
    if (now_leading)
      timer_ = seams::ScopedTimer(environment_.clock, end, [this] {
        timer_at_ = seams::never;
        settle();
      });
  }
  if (now_leading == told_leading_) return;
  told_leading_ = now_leading;
  if (now_leading) {
    ++stats_.terms;
    environment_.log.info("leading", {{"lease", options_.lease.to_string()}, {"identity", options_.identity}});
    if (callbacks_.on_started_leading) callbacks_.on_started_leading();
  } else {
    if (stopping_) {
      environment_.log.info("no longer leading", {{"lease", options_.lease.to_string()}});
    } else {
      environment_.log.warning("no longer leading", {{"lease", options_.lease.to_string()}, {"why", trouble_}});
    }
    if (callbacks_.on_stopped_leading) callbacks_.on_stopped_leading();
  }
}

void LeaderElector::failed(char const* verb, api::Error const& error) {
  if (error.is(api::Reason::conflict) || error.is(api::Reason::already_exists)) return;
  if (error.is(api::Reason::cancelled) && stopping_) return;
  ++stats_.failures;
  trouble_ = std::string(verb) + " leases.coordination.k8s.io " + options_.lease.to_string() + ": " + error.to_string();
  char const* const hint =
      error.is(api::Reason::forbidden) ? "the operator's role must allow get, create and update of leases" : "";
  environment_.log.warning("the lease is out of reach", {{"error", trouble_}, {"hint", hint}});
}

asio::awaitable<void> LeaderElector::take(LeaderElection::Step step) {
  using Kind = LeaderElection::Step::Kind;
  seams::MonotonicTime const sent = environment_.clock.now();
  seams::MonotonicTime const deadline = sent + options_.request_timeout;
  if (step.kind == Kind::read) {
    api::GetOptions options;
    options.deadline = deadline;
    auto const answer = co_await api_.get(api::leases, options_.lease, options);
    if (answer || answer.error().is(api::Reason::not_found)) {
      trouble_.clear();
    } else {
      failed("get", answer.error());
    }
    election_.read(answer, environment_.clock.now(), environment_.random);
    co_return;
  }
  // Not bound to the lead's end: this is what makes it last.
  api::WriteOptions options;
  options.deadline = deadline;
  bool const create = step.kind == Kind::create;
  auto const answer =
      create ? co_await api_.create(api::leases, std::move(step.lease), std::move(options))
             : co_await api_.update(api::leases, std::move(step.lease), api::Subresource::none, std::move(options));
  if (answer) {
    ++stats_.renewals;
    trouble_.clear();
  } else {
    failed(create ? "create" : "update", answer.error());
  }
  election_.wrote(answer, sent, environment_.clock.now(), environment_.random);
}

asio::awaitable<void> LeaderElector::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  begun_ = true;
  while (!stopping_) {
    auto step = election_.next(environment_.clock.now(), environment_.clock.wall_now(), environment_.random);
    settle();
    if (stopping_) break;
    if (step.kind == LeaderElection::Step::Kind::wait) {
      co_await seams::sleep_until(environment_.clock, step.until);
    } else {
      co_await take(std::move(step));
      settle();
    }
  }
  if (release_) co_await release();
}

asio::awaitable<void> LeaderElector::release() {
  auto lease = election_.released(environment_.clock.now(), environment_.clock.wall_now());
  if (!lease) co_return;
  settle();
  api::WriteOptions options;
  options.deadline = environment_.clock.now() + options_.request_timeout;
  auto const answer = co_await api_.update(api::leases, std::move(lease), api::Subresource::none, std::move(options));
  if (answer) {
    environment_.log.info("gave the lease back", {{"lease", options_.lease.to_string()}});
  } else {
    environment_.log.warning("the lease was not given back, others have to wait for its end",
                             {{"lease", options_.lease.to_string()}, {"error", answer.error().to_string()}});
  }
}

void LeaderElector::ended(std::exception_ptr const& bug) {
  running_ = false;
  timer_.reset();
  timer_at_ = seams::never;
  if (bug) std::rethrow_exception(bug);
  auto const stopped = std::exchange(stopped_, {});
  if (stopped) stopped();
}

}  // namespace runtime
