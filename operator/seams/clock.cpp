#include "operator/seams/clock.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace seams {
namespace asio = boost::asio;

boost::asio::awaitable<bool> sleep_until(Clock& clock, MonotonicTime at) {
  // The handler is held in one place, by the timer or by the cancellation, whichever comes first.
  auto initiate = [&clock, at](auto handler) {
    using Handler = decltype(handler);
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto waiting = std::make_shared<std::unique_ptr<Handler>>(std::make_unique<Handler>(std::move(handler)));
    TimerId const timer = clock.schedule_at(at, [waiting] {
      auto taken = std::move(*waiting);
      asio::get_associated_cancellation_slot(*taken).clear();
      std::move (*taken)(true);
    });
    if (slot.is_connected()) {
      std::weak_ptr<std::unique_ptr<Handler>> const weak = waiting;
      slot.assign([weak, timer, clock_ptr = &clock](asio::cancellation_type) {
        auto still_waiting = weak.lock();
        if (!still_waiting || !*still_waiting) return;
        auto taken = std::move(*still_waiting);
        clock_ptr->cancel(timer);
        // Never resume inside the canceller's turn.
        auto executor = asio::get_associated_executor(*taken);
        asio::post(executor, asio::append(std::move(*taken), false));
      });
    }
  };
  co_return co_await asio::async_initiate<asio::use_awaitable_t<> const, void(bool)>(initiate, asio::use_awaitable);
}

}  // namespace seams
