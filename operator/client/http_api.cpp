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
#include "operator/client/list_decoder.hpp"
#include "operator/http/encoding.hpp"
#include "operator/seams/check.hpp"
#include "operator/seams/gate.hpp"

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

void HttpApi::count(std::string const& method, std::string code) { ++requests_[{std::move(code), method}]; }

void HttpApi::tell_warnings(seams::HttpHeaders const& headers) {
  if (options_.log == nullptr || !headers.has("Warning")) return;
  for (auto const& [name, value] : headers) {
    constexpr std::string_view wanted = "warning";
    bool const is_warning = std::ranges::equal(name, wanted, {}, [](char c) { return static_cast<char>(c | 0x20); });
    if (!is_warning) continue;
    for (auto const& text : warning_texts(value)) {
      if (warnings_.is_new(text)) options_.log->warning("the API server warns", {{"warning", text}});
    }
  }
}

void HttpApi::collect(seams::Metrics& metrics) const {
  for (auto const& [what, count] : requests_) {
    metrics.counter("rest_client_requests_total",
                    "Requests to the API server, by the code of the answer and the method",
                    {{"code", what.first}, {"method", what.second}, {"host", options_.host}}, count);
  }
}

HttpMessage HttpApi::message_of(api::Request const& request, seams::HttpHeaders const& credentials) const {
  HttpMessage message = to_http(request, options_.user_agent);
  if (!options_.path_prefix.empty()) message.target.insert(0, options_.path_prefix);
  for (auto const& [name, value] : credentials) message.headers.add(name, value);
  return message;
}

std::uint64_t HttpApi::connection_number() const {
  return options_.credentials == nullptr ? 0 : options_.credentials->connection_number();
}

asio::awaitable<std::expected<Credentials::Authorization, api::Error>> HttpApi::authorize(
    seams::MonotonicTime deadline) {
  if (options_.credentials == nullptr) co_return Credentials::Authorization{};
  co_return co_await options_.credentials->authorize(deadline);
}

HttpApi::Connection HttpApi::take_idle() {
  auto const oldest = clock_.now() - options_.idle_for;
  auto const number = connection_number();
  std::erase_if(idle_, [&](Idle const& idle) { return idle.since < oldest || idle.connection.credentials != number; });
  if (idle_.empty()) return {};
  auto connection = std::move(idle_.back().connection);
  idle_.pop_back();
  return connection;
}

void HttpApi::keep(Connection connection) {
  if (!connection.http->reusable()) return;
  if (idle_.size() >= options_.most_idle) {
    if (idle_.empty()) return;
    idle_.erase(idle_.begin());
  }
  idle_.push_back({std::move(connection), clock_.now()});
}

asio::awaitable<std::expected<HttpApi::Connection, api::Error>> HttpApi::connect(seams::MonotonicTime deadline) {
  auto const number = connection_number();
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
  co_return Connection{std::make_unique<http::ClientConnection>(*std::move(stream), options_.host), number};
}

/// Sends a request and takes its answer. A list is decoded while it comes.
asio::awaitable<http::ClientResult<HttpApi::Answer>> HttpApi::receive(http::ClientConnection& connection,
                                                                      api::Request const& request,
                                                                      HttpMessage const& message,
                                                                      seams::MonotonicTime deadline) {
  Answer answer;
  if (request.verb != api::Verb::list) {
    auto whole = co_await connection.exchange(to_request(message), most_answer_bytes, deadline);
    if (!whole) co_return std::unexpected(std::move(whole.error()));
    answer.http = *std::move(whole);
    co_return answer;
  }
  auto head = co_await connection.request(to_request(message), deadline);
  if (!head) co_return std::unexpected(std::move(head.error()));
  constexpr int good = 200;
  bool const is_list = head->status == good;
  bool const packed = head->headers.get("Content-Encoding") == "gzip";
  static std::vector<std::string> const nothing;
  auto const* const options = std::get_if<api::ListOptions>(&request.options);
  ListDecoder decoder(options != nullptr ? options->trim : nothing);
  http::Inflater inflater(most_answer_bytes);
  std::string whole, piece, plain, trouble;
  std::size_t taken = 0;
  // What is wrong with it does not matter to the connection: the rest is read all the same, so that it can be used on.
  for (std::size_t turns = 1;; ++turns) {
    piece.clear();
    auto const more = co_await connection.read_body(is_list ? piece : whole, deadline);
    if (!more) co_return std::unexpected(more.error());
    taken += is_list ? piece.size() : 0;
    if (taken > most_answer_bytes || whole.size() > most_answer_bytes) {
      connection.close();
      co_return std::unexpected(
          http::ClientError{http::ClientError::Kind::too_large,
                            "the answer has more than " + std::to_string(most_answer_bytes) + " bytes"});
    }
    if (!*more) break;
    if (!is_list || !trouble.empty()) continue;
    if (packed) {
      plain.clear();
      if (auto const fed = inflater.feed(piece, plain); !fed) {
        trouble = fed.error();
        continue;
      }
    }
    if (!decoder.feed(packed ? plain : piece)) trouble = decoder.error();
    // Objects are made at the pace of the connection: others have their turn in between.
    constexpr std::size_t pieces_a_turn = 8;
    if (turns % pieces_a_turn == 0) co_await seams::yield_turn();
  }
  answer.http.status = head->status;
  answer.http.headers = std::move(head->headers);
  if (!is_list) {
    answer.http.body = std::make_shared<std::string const>(std::move(whole));
    co_return answer;
  }
  if (trouble.empty() && packed && !inflater.complete()) trouble = "the compressed bytes end too early";
  if (trouble.empty()) {
    auto list = decoder.finish();
    if (list) {
      answer.list.emplace(*std::move(list));
    } else {
      trouble = list.error();
    }
  }
  if (!trouble.empty()) answer.list.emplace(std::unexpected(unreadable_answer(trouble)));
  co_return answer;
}

asio::awaitable<api::Result<HttpApi::Answer>> HttpApi::send(api::Request const& request, HttpMessage const& message,
                                                            seams::MonotonicTime deadline) {
  bool const is_write = api::is_write(request.verb);
  Connection connection = take_idle();
  for (bool kept = connection.http != nullptr;; kept = false) {
    if (!connection.http) {
      auto made = co_await connect(deadline);
      if (!made) co_return std::unexpected(std::move(made.error()));
      connection = *std::move(made);
    }
    auto const* const write = request.write_options();
    // Read anew: the turn may have begun before the process was stopped for longer than a lease lasts.
    if (write != nullptr && write->not_after != seams::never && clock_.exact_now() >= write->not_after)
      co_return std::unexpected(not_after_passed());
    if (clock_.now() >= deadline) co_return std::unexpected(deadline_passed());
    auto answer = co_await receive(*connection.http, request, message, deadline);
    count(message.method, answer ? std::to_string(answer->http.status) : "<error>");
    if (answer) {
      tell_warnings(answer->http.headers);
      keep(std::move(connection));
      co_return *std::move(answer);
    }
    using Kind = http::ClientError::Kind;
    bool const closed_meanwhile = answer.error().kind == Kind::no_answer || answer.error().kind == Kind::broken;
    if (!kept || is_write || !closed_meanwhile) co_return std::unexpected(to_error(answer.error(), is_write));
    connection = {};
  }
}

api::AsyncResult<api::Response> HttpApi::exchange(api::Request const& request) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto const deadline = deadline_of(request);
  for (bool again = true;; again = false) {
    auto authorization = co_await authorize(deadline);
    if (!authorization) co_return std::unexpected(std::move(authorization.error()));
    HttpMessage const message = message_of(request, authorization->headers);
    auto answer = co_await send(request, message, deadline);
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    constexpr int unauthorized = 401;
    bool const newer = answer->http.status == unauthorized && again && options_.credentials != nullptr &&
                       options_.credentials->refused(authorization->number);
    if (newer) continue;
    if (!answer->list) co_return read_answer(request, answer->http);
    if (!*answer->list) co_return std::unexpected(std::move(answer->list->error()));
    co_return api::Response(**std::move(answer->list));
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
  Connection connection;
  for (bool again = true;; again = false) {
    auto authorization = co_await authorize(deadline);
    if (!authorization) co_return std::unexpected(std::move(authorization.error()));
    HttpMessage const message = message_of(request, authorization->headers);
    auto made = co_await connect(deadline);
    if (!made) co_return std::unexpected(std::move(made.error()));
    connection = *std::move(made);
    auto head = co_await connection.http->request(to_request(message), deadline);
    count(message.method, head ? std::to_string(head->status) : "<error>");
    if (!head) co_return std::unexpected(to_error(head.error(), false));
    tell_warnings(head->headers);
    if (head->status == 200) break;
    std::string body;
    for (;;) {
      auto const more = co_await connection.http->read_body(body, deadline);
      constexpr std::size_t most_failure_bytes = std::size_t{1} << 20;
      if (!more || !*more || body.size() > most_failure_bytes) break;
    }
    constexpr int unauthorized = 401;
    if (head->status != unauthorized || !again || options_.credentials == nullptr ||
        !options_.credentials->refused(authorization->number))
      co_return std::unexpected(read_failure(head->status, body, head->headers.get("Retry-After"), false));
  }
  auto const* const options = std::get_if<api::WatchOptions>(&request.options);
  std::vector<std::string> trim;
  if (options != nullptr) trim = options->trim;
  co_return std::make_unique<HttpWatch>(std::move(connection.http), std::move(trim));
}

}  // namespace client
