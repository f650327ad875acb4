// A place where one coroutine waits until a test lets it go on.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "operator/seams/clock.hpp"

namespace runtime_tests {

enum class Woken { opened, deadline, cancelled };

/// The waiting coroutine belongs to a timer, if need be one for the end of time: so a kill, which drops the process's
/// timers, destroys it before any object of the process, as it does with every other coroutine.
class Gate {
 public:
  explicit Gate(seams::Clock& clock) : clock_(clock) {}

  /// Lets the waiting coroutine go on, or the next one that comes.
  void open() {
    if (!complete(Woken::opened)) opened_ = true;
  }
  bool waiting() const {
    auto const waiter = waiter_.lock();
    return waiter && *waiter;
  }

  boost::asio::awaitable<Woken> wait(seams::MonotonicTime deadline = seams::never) {
    if (std::exchange(opened_, false)) co_return Woken::opened;
    executor_ = co_await boost::asio::this_coro::executor;
    auto initiate = [this, deadline](auto handler) {
      auto slot = boost::asio::get_associated_cancellation_slot(handler);
      auto const waiter = std::make_shared<Handler>(std::move(handler));
      waiter_ = waiter;
      timer_ = clock_.schedule_at(deadline, [waiter] { std::exchange(*waiter, nullptr)(Woken::deadline); });
      if (slot.is_connected()) {
        slot.assign([this](boost::asio::cancellation_type) { complete(Woken::cancelled); });
      }
    };
    co_return co_await boost::asio::async_initiate<boost::asio::use_awaitable_t<> const, void(Woken)>(
        initiate, boost::asio::use_awaitable);
  }

 private:
  using Handler = std::move_only_function<void(Woken)>;

  bool complete(Woken woken) {
    auto const waiter = waiter_.lock();
    if (!waiter || !*waiter) return false;
    boost::asio::post(executor_, [handler = std::exchange(*waiter, nullptr), woken]() mutable { handler(woken); });
    clock_.cancel(timer_);
    return true;
  }

  seams::Clock& clock_;
  boost::asio::any_io_executor executor_;
  std::weak_ptr<Handler> waiter_;
  seams::TimerId timer_{};
  bool opened_ = false;
};

}  // namespace runtime_tests
