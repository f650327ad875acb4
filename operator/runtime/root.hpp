// Starting the root of a coroutine tree.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

namespace runtime {

/// A completion handler that carries a cancellation slot and, on purpose, no executor: to a handler with an executor
/// co_spawn delivers a cancellation in a later turn, through a pointer that the root's end has made invalid by then.
template <class Done>
class RootHandler {
 public:
  using cancellation_slot_type = boost::asio::cancellation_slot;

  RootHandler(Done done, boost::asio::cancellation_slot slot) : done_(std::move(done)), slot_(slot) {}
  cancellation_slot_type get_cancellation_slot() const noexcept { return slot_; }

  template <class... Results>
  void operator()(std::exception_ptr const& error, Results&&... results) {
    done_(error, std::forward<Results>(results)...);
  }

 private:
  Done done_;
  boost::asio::cancellation_slot slot_;
};

/// Runs `root` on `executor`, from a later turn on, and calls `done(exception_ptr, result)` in a turn of its own when
/// it has ended; never `detached`, which swallows exceptions. What the slot's signal emits reaches the root within
/// emit(). The signal outlives the root. Nothing may be emitted before the root has had its first turn and has set
/// throw_if_cancelled(false): Asio would throw out of the executor and never call `done`.
template <class T, class Done>
void spawn_root(boost::asio::any_io_executor const& executor, boost::asio::awaitable<T> root,
                boost::asio::cancellation_slot slot, Done done) {
  boost::asio::co_spawn(executor, std::move(root), RootHandler<Done>(std::move(done), slot));
}

}  // namespace runtime
