#include "operator/client/http_watch.hpp"

#include <boost/asio/this_coro.hpp>

namespace client {

namespace {

api::Error broken(std::string message) {
  api::Error error;
  error.reason = api::Reason::connection_failed;
  error.message = std::move(message);
  return error;
}

}  // namespace

boost::asio::awaitable<std::expected<std::optional<api::WatchEvent>, api::Error>> HttpWatch::next(
    seams::MonotonicTime deadline) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    if (auto const line = lines_.next()) {
      auto event = read_event(*line, trim_);
      if (!event) co_return std::unexpected(std::move(event.error()));
      co_return std::optional<api::WatchEvent>(*std::move(event));
    }
    if (ended_) {
      if (lines_.in_line()) co_return std::unexpected(broken("the watch was cut off in the middle of an event"));
      co_return std::optional<api::WatchEvent>();
    }
    if (lines_.too_long()) co_return std::unexpected(broken("an event of the watch is longer than 8 MiB"));
    auto const more = co_await connection_->read_body(lines_.buffer(), deadline);
    if (!more) co_return std::unexpected(to_error(more.error(), false));
    ended_ = !*more;
  }
}

}  // namespace client
