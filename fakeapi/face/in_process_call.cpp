#include "fakeapi/face/in_process_call.hpp"

#include <utility>

#include "fakeapi/frontend.hpp"

namespace fakeapi {

namespace {

// How long an API server lets a read wait for a cache that has not seen the revision asked for, and how often the wait
// is looked after here.
constexpr seams::Duration longest_wait = std::chrono::seconds(3);
constexpr seams::Duration wait_step = std::chrono::milliseconds(100);

Verdict proceed() { return {}; }

}  // namespace

api::Error InProcessCall::no_answer(api::Reason reason, std::string message) const {
  api::Error error;
  error.reason = reason;
  error.message = std::move(message);
  error.outcome_unknown = api::is_write(request_.verb);
  return error;
}

void InProcessCall::start(CallHandler handler) {
  handler_ = std::move(handler);
  PendingHandlers::of(client_.executor).add(shared_from_this());

  auto const* write = request_.write_options();
  if (write != nullptr && client_.clock.now() > write->not_after) {
    api::Error error = no_answer(api::Reason::not_after_passed, "the write was held back: its not_after has passed");
    error.outcome_unknown = false;
    return answer(std::unexpected(std::move(error)), {});
  }
  Verdict verdict = front_.hooks != nullptr ? front_.hooks->before_send(info_) : proceed();
  switch (verdict.kind) {
    case Verdict::Kind::hold:
      return;
    case Verdict::Kind::lose:
      return lose_answer();
    case Verdict::Kind::fail:
      return answer(std::unexpected(std::move(*verdict.error)), verdict.delay);
    case Verdict::Kind::again:
    case Verdict::Kind::expire:
    case Verdict::Kind::proceed:
      break;
  }
  front_.clock.schedule_at(front_.clock.now() + verdict.delay, [self = shared_from_this()] { self->arrive(); });
}

void InProcessCall::arrive() {
  Verdict verdict = front_.hooks != nullptr ? front_.hooks->arrived(info_) : proceed();
  switch (verdict.kind) {
    case Verdict::Kind::hold:
    case Verdict::Kind::lose:
      return lose_answer();
    case Verdict::Kind::fail:
      return answer(std::unexpected(std::move(*verdict.error)), verdict.delay);
    case Verdict::Kind::expire:
      watch_.expired = true;
      break;
    case Verdict::Kind::again:
    case Verdict::Kind::proceed:
      break;
  }
  frontend_ = front_.hooks != nullptr ? front_.hooks->route(info_) : nullptr;
  if (frontend_ == nullptr) frontend_ = front_.frontend;
  if (verdict.delay > seams::Duration::zero()) {  // held up in the network; not asked a second time
    front_.clock.schedule_at(front_.clock.now() + verdict.delay, [self = shared_from_this()] { self->apply(); });
  } else {
    apply();
  }
}

void InProcessCall::apply() {
  api::Result<api::Response> outcome = execute();
  if (!outcome && outcome.error().is_too_large_resource_version()) {
    auto const now = front_.clock.now();
    if (!fresh_by_) fresh_by_ = now + longest_wait;
    if (now < *fresh_by_) {
      front_.clock.schedule_at(now + wait_step, [self = shared_from_this()] { self->apply(); });
      return;
    }
  }
  Verdict verdict = front_.hooks != nullptr ? front_.hooks->applied(info_, outcome) : proceed();
  switch (verdict.kind) {
    case Verdict::Kind::hold:
    case Verdict::Kind::lose:
      return lose_answer();
    case Verdict::Kind::fail:
      return answer(std::unexpected(std::move(*verdict.error)), verdict.delay);
    case Verdict::Kind::again:
      front_.clock.schedule_at(front_.clock.now() + verdict.delay, [self = shared_from_this()] { self->apply(); });
      return;
    case Verdict::Kind::expire:
    case Verdict::Kind::proceed:
      return answer(std::move(outcome), verdict.delay);
  }
}

api::Result<api::Response> InProcessCall::execute() {
  RequestContext context;
  context.actor = info_.actor;
  context.cause = info_.id;
  context.now = front_.clock.wall_now();
  context.frontend = frontend_;
  if (request_.verb != api::Verb::watch) return front_.server.execute(request_, context);
  auto cursor = front_.server.open_watch(request_, context);
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  watch_.cursor = std::move(*cursor);
  watch_.frontend = frontend_;
  return api::Response(api::ObjectPtr());
}

void InProcessCall::answer(api::Result<api::Response> outcome, seams::Duration delay) {
  if (!handler_) return;
  auto const arrival = client_.clock.now() + delay;
  if (arrival > request_.deadline()) return lose_answer();
  client_.clock.schedule_at(arrival, [self = shared_from_this(), outcome = std::move(outcome)]() mutable {
    self->deliver(std::move(outcome));
  });
}

void InProcessCall::lose_answer() {
  if (!handler_) return;
  auto const deadline = request_.deadline();
  if (deadline == seams::never) return;  // waits until it is cancelled or the process ends, as on a dead connection
  client_.clock.schedule_at(deadline, [self = shared_from_this()] {
    self->finish(std::unexpected(self->no_answer(api::Reason::deadline_exceeded,
                                                 self->request_.to_string() + ": no answer before the deadline")));
  });
}

void InProcessCall::deliver(api::Result<api::Response> outcome) {
  if (!handler_) return;
  Verdict const verdict = front_.hooks != nullptr ? front_.hooks->delivered(info_, outcome) : proceed();
  if (verdict.kind != Verdict::Kind::proceed) return;
  finish(std::move(outcome));
}

void InProcessCall::finish(api::Result<api::Response> outcome) {
  if (!handler_) return;
  auto handler = std::exchange(handler_, nullptr);
  PendingHandlers::of(client_.executor).remove(*this);
  handler(std::move(outcome));
}

void InProcessCall::abandon() noexcept { auto const dropped = std::exchange(handler_, nullptr); }

void InProcessCall::cancel() {
  if (!handler_ || api::is_write(request_.verb)) return;
  // In a turn of its own: never resume inside the canceller's.
  client_.clock.schedule_at(client_.clock.now(), [self = shared_from_this()] {
    self->finish(std::unexpected(self->no_answer(api::Reason::cancelled, "the call was cancelled")));
  });
}

}  // namespace fakeapi
