#include "fakeapi/face/in_process_watch.hpp"

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "fakeapi/frontend.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {
namespace asio = boost::asio;

namespace {

// How often a watch is told the current revision (watch cache: about once a minute).
constexpr seams::Duration bookmark_interval = std::chrono::seconds(60);

api::Error failure(api::Reason reason, std::string message) {
  api::Error error;
  error.reason = reason;
  error.message = std::move(message);
  return error;
}

api::WatchEvent expired_event() {
  api::WatchEvent event;
  event.type = api::WatchEventType::error;
  event.error = failure(api::Reason::expired, "too old resource version");
  event.error->code = 410;
  return event;
}

}  // namespace

InProcessWatch::InProcessWatch(InProcessApi& api, OpenedWatch opened, api::Request const& request)
    : api_(api),
      cursor_(std::move(opened.cursor)),
      resource_(resource_of(*cursor_)),
      frontend_(opened.frontend),
      visible_(0) {
  auto const& options = std::get<api::WatchOptions>(request.options);
  bookmarks_ = options.allow_bookmarks && !opened.expired;
  api_.watches_.push_back(this);
  if (frontend_ != nullptr) {
    observer_ = frontend_->add_observer([this](Commit const& commit) { committed(commit); });
  }
  auto& clock = api_.client_.clock;
  if (options.timeout > std::chrono::seconds::zero()) {
    timeout_timer_ = seams::ScopedTimer(clock, clock.now() + options.timeout, [this] {
      if (ending_ == Ending::none) ending_ = Ending::end;
      wake();
    });
  }
  arm_bookmark();
  // What was committed between the opening at the server and the arrival of its answer here is visible at once.
  if (opened.expired) {
    ending_ = Ending::expire;
  } else {
    visible_ = told_by_server();
  }
}

InProcessWatch::~InProcessWatch() {
  auto const at = std::find(api_.watches_.begin(), api_.watches_.end(), this);
  if (at != api_.watches_.end()) api_.watches_.erase(at);
  if (frontend_ != nullptr) frontend_->remove_observer(observer_);
  PendingHandlers::of(api_.client_.executor).remove(*waiting_);
}

Revision InProcessWatch::told_by_server() const {
  return frontend_ != nullptr ? frontend_->reached(resource_) : api_.front_.server.revision();
}

void InProcessWatch::arm_bookmark() {
  if (!bookmarks_) return;
  auto& clock = api_.client_.clock;
  bookmark_timer_ = seams::ScopedTimer(clock, clock.now() + bookmark_interval, [this] {
    // Only what has reached the client may be claimed: while news is on its way, there is no bookmark.
    if (arrivals_.empty()) {
      visible_ = std::max(visible_, told_by_server());
      bookmark_due_ = true;
      wake();
    }
    arm_bookmark();
  });
}

void InProcessWatch::committed(Commit const& commit) {
  if (commit.resource != resource_ || ending_ != Ending::none || silent_) return;
  WatchVerdict verdict;
  if (api_.front_.hooks != nullptr) verdict = api_.front_.hooks->news(api_.actor_, commit);
  Arrival arrival{api_.client_.clock.now() + verdict.delay, commit.revision, Ending::none};
  switch (verdict.kind) {
    case WatchVerdict::Kind::deliver:
      break;
    case WatchVerdict::Kind::reset:
      arrival.ending = Ending::reset;
      break;
    case WatchVerdict::Kind::end:
      arrival.ending = Ending::end;
      break;
    case WatchVerdict::Kind::expire:
      arrival.ending = Ending::expire;
      break;
    case WatchVerdict::Kind::silence:
      return fall_silent();
  }
  expect(arrival);
}

// Only the client's own deadline ends the wait.
void InProcessWatch::fall_silent() {
  silent_ = true;
  timeout_timer_.reset();
  bookmark_timer_.reset();
}

void InProcessWatch::definition_changed(Commit const& commit) {
  // Whether the watch ends shows in a moment, when the server has followed the definition.
  if (ending_ == Ending::none && !silent_) expect({api_.client_.clock.now(), commit.revision, Ending::none});
}

void InProcessWatch::expect(Arrival arrival) {
  if (!arrivals_.empty()) arrival.at = std::max(arrival.at, arrivals_.back().at);
  bool const first = arrivals_.empty();
  arrivals_.push_back(arrival);
  if (first) arrival_timer_ = seams::ScopedTimer(api_.client_.clock, arrival.at, [this] { arrive(); });
}

void InProcessWatch::arrive() {
  auto const now = api_.client_.clock.now();
  while (!arrivals_.empty() && arrivals_.front().at <= now) {
    if (arrivals_.front().ending != Ending::none) {
      ending_ = arrivals_.front().ending;
      arrivals_.clear();
      break;
    }
    visible_ = std::max(visible_, arrivals_.front().revision);
    arrivals_.pop_front();
  }
  if (!arrivals_.empty()) {
    arrival_timer_ = seams::ScopedTimer(api_.client_.clock, arrivals_.front().at, [this] { arrive(); });
  }
  wake();
}

std::optional<EventResult> InProcessWatch::take() {
  auto* const hooks = api_.front_.hooks;
  if (repeated_) {
    hooks->event_delivered(api_.actor_, *repeated_);
    return EventResult(*std::exchange(repeated_, std::nullopt));
  }
  if (auto event = api_.front_.server.next_event(*cursor_, visible_)) {
    if (hooks != nullptr) {
      hooks->event_delivered(api_.actor_, *event);
      repeated_ = hooks->repeated(api_.actor_, *event);
    }
    return EventResult(std::move(*event));
  }
  // The server has nothing more to tell: the definition is gone, or its last word was an error.
  if (ending_ == Ending::none && !silent_ && api_.front_.server.watch_ended(*cursor_)) ending_ = Ending::end;
  switch (ending_) {
    case Ending::none:
      break;
    case Ending::reset:
      return EventResult(std::unexpected(failure(api::Reason::connection_failed, "the watch's connection was reset")));
    case Ending::end:
      return EventResult(std::optional<api::WatchEvent>());
    case Ending::expire:
      return EventResult(expired_event());
  }
  if (!std::exchange(bookmark_due_, false)) return std::nullopt;
  auto bookmark = api_.front_.server.bookmark(*cursor_, visible_);
  if (!bookmark) return std::nullopt;
  if (hooks != nullptr) hooks->event_delivered(api_.actor_, *bookmark);
  return EventResult(std::move(*bookmark));
}

void InProcessWatch::wake() {
  if (!waiting_->handler) return;
  if (auto result = take()) finish(std::move(*result));
}

void InProcessWatch::finish(EventResult result) {
  auto handler = std::exchange(waiting_->handler, nullptr);
  if (!handler) return;
  deadline_timer_.reset();
  PendingHandlers::of(api_.client_.executor).remove(*waiting_);
  handler(std::move(result));  // may destroy this watch
}

boost::asio::awaitable<EventResult> InProcessWatch::next(seams::MonotonicTime deadline) {
  if (auto ready = take()) co_return std::move(*ready);
  auto initiate = [this, deadline](auto handler) {
    auto& clock = api_.client_.clock;
    auto slot = asio::get_associated_cancellation_slot(handler);
    seams::check(!waiting_->handler, "a watch has one pending next() at a time");
    waiting_->handler = std::move(handler);
    PendingHandlers::of(api_.client_.executor).add(waiting_);
    if (deadline != seams::never) {
      deadline_timer_ = seams::ScopedTimer(clock, deadline, [this] {
        finish(std::unexpected(failure(api::Reason::deadline_exceeded, "the watch was silent until its deadline")));
      });
    }
    if (slot.is_connected()) {
      slot.assign([this](asio::cancellation_type) {
        auto& client_clock = api_.client_.clock;
        // In a turn of its own: never resume inside the canceller's.
        deadline_timer_ = seams::ScopedTimer(client_clock, client_clock.now(), [this] {
          finish(std::unexpected(failure(api::Reason::cancelled, "the wait for the watch was cancelled")));
        });
      });
    }
  };
  co_return co_await asio::async_initiate<asio::use_awaitable_t<> const, void(EventResult)>(initiate,
                                                                                            asio::use_awaitable);
}

}  // namespace fakeapi
