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
#include <utility>

#include "operator/seams/clock.hpp"

namespace runtime_tests {

enum class Woken { opened, deadline, cancelled };

class Gate {
 public:
  explicit Gate(seams::Clock& clock) : clock_(clock) {}

  /// Lets the waiting coroutine go on, or the next one that comes.
  void open() {
    if (!complete(Woken::opened)) opened_ = true;
  }
  bool waiting() const { return static_cast<bool>(handler_); }

  boost::asio::awaitable<Woken> wait(seams::MonotonicTime deadline = seams::never) {
    if (std::exchange(opened_, false)) co_return Woken::opened;
    executor_ = co_await boost::asio::this_coro::executor;
    auto initiate = [this, deadline](auto handler) {
      auto slot = boost::asio::get_associated_cancellation_slot(handler);
      handler_ = std::move(handler);
      if (deadline != seams::never) {
        timer_ = seams::ScopedTimer(clock_, deadline, [this] { complete(Woken::deadline); });
      }
      if (slot.is_connected()) {
        slot.assign([this](boost::asio::cancellation_type) { complete(Woken::cancelled); });
      }
    };
    co_return co_await boost::asio::async_initiate<boost::asio::use_awaitable_t<> const, void(Woken)>(
        initiate, boost::asio::use_awaitable);
  }

 private:
  bool complete(Woken woken) {
    if (!handler_) return false;
    timer_.reset();
    boost::asio::post(executor_, [handler = std::exchange(handler_, nullptr), woken]() mutable { handler(woken); });
    return true;
  }

  seams::Clock& clock_;
  boost::asio::any_io_executor executor_;
  std::move_only_function<void(Woken)> handler_;
  seams::ScopedTimer timer_;
  bool opened_ = false;
};

}  // namespace runtime_tests
