#include "operator/client/http_api.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "operator/client/answers.hpp"
#include "operator/client/http_message.hpp"
#include "operator/client/http_watch.hpp"
#include "operator/seams/check.hpp"

namespace client {
namespace asio = boost::asio;

namespace {

http::ClientRequest to_request(HttpMessage const& message) {
  return {message.method, message.target, message.headers, message.body};
}

api::Error not_after_passed() {
  api::Error error;
  error.reason = api::Reason::not_after_passed;
  error.message = "the write was not sent: the time until which it may be sent has passed";
  return error;
}

api::Error deadline_passed() {
  api::Error error;
  error.reason = api::Reason::deadline_exceeded;
  error.message = "the request was not sent: its deadline has passed";
  return error;
}

}  // namespace

api::Error to_error(http::ClientError const& error, bool is_write) {
  using Kind = http::ClientError::Kind;
  api::Error made;
  made.reason = error.kind == Kind::timed_out   ? api::Reason::deadline_exceeded
                : error.kind == Kind::cancelled ? api::Reason::cancelled
                                                : api::Reason::connection_failed;
  made.message = error.message;
  made.outcome_unknown = is_write;
  return made;
}

HttpApi::HttpApi(seams::Connector& connector, seams::Clock& clock, HttpApiOptions options)
    : connector_(connector), clock_(clock), options_(std::move(options)) {}

HttpApi::~HttpApi() = default;

seams::MonotonicTime HttpApi::deadline_of(api::Request const& request) const {
  return std::min(request.deadline(), clock_.now() + options_.call_timeout);
}

void HttpApi::authorize(seams::HttpHeaders& headers) const {
  if (options_.credentials == nullptr) return;
  if (auto value = options_.credentials->authorization(); !value.empty())
    headers.add("Authorization", std::move(value));
}

std::unique_ptr<http::ClientConnection> HttpApi::take_idle() {
  auto const oldest = clock_.now() - options_.idle_for;
  std::erase_if(idle_, [&](Idle const& idle) { return idle.since < oldest; });
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back().connection);
  idle_.pop_back();
  return connection;
}

void HttpApi::keep(std::unique_ptr<http::ClientConnection> connection) {
  if (!connection->reusable()) return;
  if (idle_.size() >= options_.most_idle) {
    if (idle_.empty()) return;
    idle_.erase(idle_.begin());
  }
  idle_.push_back({std::move(connection), clock_.now()});
}

asio::awaitable<std::expected<std::unique_ptr<http::ClientConnection>, api::Error>> HttpApi::connect(
    seams::MonotonicTime deadline) {
  auto stream = co_await connector_.connect(deadline);
  if (!stream) {
    using Kind = seams::StreamError::Kind;
    api::Error error;
    error.reason = stream.error().kind == Kind::timed_out   ? api::Reason::deadline_exceeded
                   : stream.error().kind == Kind::cancelled ? api::Reason::cancelled
                                                            : api::Reason::connection_failed;
    error.message = "no connection to " + options_.host + ": " + stream.error().message;
    co_return std::unexpected(std::move(error));
  }
  co_return std::make_unique<http::ClientConnection>(*std::move(stream), options_.host);
}

api::AsyncResult<api::Response> HttpApi::exchange(api::Request const& request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto const deadline = deadline_of(request);
  bool const is_write = api::is_write(request.verb);
  HttpMessage message = to_http(request, options_.user_agent);
  authorize(message.headers);
  auto connection = take_idle();
  for (bool kept = connection != nullptr;; kept = false) {
    if (!connection) {
      auto made = co_await connect(deadline);
      if (!made) co_return std::unexpected(std::move(made.error()));
      connection = *std::move(made);
    }
    auto const* const write = request.write_options();
    if (write != nullptr && clock_.now() >= write->not_after) co_return std::unexpected(not_after_passed());
    if (clock_.now() >= deadline) co_return std::unexpected(deadline_passed());
    auto answer = co_await connection->exchange(to_request(message), most_answer_bytes, deadline);
    if (answer) {
      keep(std::move(connection));
      co_return read_answer(request, *answer);
    }
    using Kind = http::ClientError::Kind;
    bool const closed_meanwhile = answer.error().kind == Kind::no_answer || answer.error().kind == Kind::broken;
    if (!kept || is_write || !closed_meanwhile) co_return std::unexpected(to_error(answer.error(), is_write));
    connection.reset();
  }
}

api::AsyncResult<api::Response> HttpApi::call(api::Request request) {
  seams::check(request.verb != api::Verb::watch, "a watch is opened with open_watch()");
  if (!api::is_write(request.verb)) co_return co_await exchange(request);
  // A write is not abandoned, whatever becomes of its caller's patience: nothing cancels it.
  co_await asio::this_coro::throw_if_cancelled(false);
  auto const executor = co_await asio::this_coro::executor;
  co_return co_await asio::co_spawn(executor, exchange(request),
                                    asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
}

api::AsyncResult<std::unique_ptr<api::Watch>> HttpApi::open_watch(api::Request request) {
  seams::check(request.verb == api::Verb::watch, "only a watch is opened with open_watch()");
  co_await asio::this_coro::throw_if_cancelled(false);
  auto const deadline = deadline_of(request);
  auto connection = co_await connect(deadline);
  if (!connection) co_return std::unexpected(std::move(connection.error()));
  HttpMessage message = to_http(request, options_.user_agent);
  authorize(message.headers);
  auto head = co_await (*connection)->request(to_request(message), deadline);
  if (!head) co_return std::unexpected(to_error(head.error(), false));
  if (head->status != 200) {
    std::string body;
    for (;;) {
      auto const more = co_await (*connection)->read_body(body, deadline);
      constexpr std::size_t most_failure_bytes = std::size_t{1} << 20;
      if (!more || !*more || body.size() > most_failure_bytes) break;
    }
    co_return std::unexpected(read_failure(head->status, body, head->headers.get("Retry-After"), false));
  }
  auto const* const options = std::get_if<api::WatchOptions>(&request.options);
  std::vector<std::string> trim;
  if (options != nullptr) trim = options->trim;
  co_return std::make_unique<HttpWatch>(*std::move(connection), std::move(trim));
}

}  // namespace client
