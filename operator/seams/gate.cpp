#include "operator/seams/gate.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "operator/seams/check.hpp"

namespace seams {
namespace asio = boost::asio;

void Gate::open() {
  if (!complete(Woken::opened)) opened_ = true;
}

bool Gate::waiting() const {
  auto const waiter = waiter_.lock();
  return waiter && *waiter;
}

asio::awaitable<Woken> Gate::wait(MonotonicTime deadline) {
  if (std::exchange(opened_, false)) co_return Woken::opened;
  check(!waiting(), "one coroutine at a time waits at a gate");
  executor_ = co_await asio::this_coro::executor;
  auto initiate = [this, deadline](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    // Whatever ends the wait, what a cancellation would have called is forgotten first.
    auto const waiter = std::make_shared<Handler>([slot, handler = std::move(handler)](Woken woken) mutable {
      if (slot.is_connected()) slot.clear();
      std::move(handler)(woken);
    });
    waiter_ = waiter;
    timer_ = clock_->schedule_at(deadline, [waiter] { std::exchange(*waiter, nullptr)(Woken::deadline); });
    if (slot.is_connected()) slot.assign([this](asio::cancellation_type) { complete(Woken::cancelled); });
  };
  co_return co_await asio::async_initiate<asio::use_awaitable_t<> const, void(Woken)>(initiate, asio::use_awaitable);
}

bool Gate::complete(Woken woken) {
  auto const waiter = waiter_.lock();
  if (!waiter || !*waiter) return false;
  asio::post(executor_, [handler = std::exchange(*waiter, nullptr), woken]() mutable { handler(woken); });
  clock_->cancel(timer_);
  return true;
}

asio::awaitable<void> yield_turn() { co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable); }

}  // namespace seams
