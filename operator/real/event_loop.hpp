// An io_context with its clock: what a process runs on.
//
// What is still pending when the loop ends (coroutines above all) is destroyed while the clock is there, since timers
// that go out of scope call it; and it must find all else that it refers to. So whatever coroutines use is made before
// the loop, or outlived by nothing that uses it.
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>

#include "operator/real/real_clock.hpp"

namespace real {

class EventLoop {
 public:
  EventLoop() : context_(std::make_unique<boost::asio::io_context>(1)), clock_(*context_) {}
  ~EventLoop() { drop_pending(); }
  EventLoop(EventLoop const&) = delete;
  EventLoop& operator=(EventLoop const&) = delete;

  boost::asio::io_context& context() { return *context_; }
  RealClock& clock() { return clock_; }

  /// Destroys everything that is pending. There is no context any more; sockets and the like must have gone before, or
  /// be what is pending.
  void drop_pending() noexcept {
    clock_.close();
    context_.reset();
  }

 private:
  std::unique_ptr<boost::asio::io_context> context_;
  RealClock clock_;
};

}  // namespace real
