// Several requests to one server, each as a client would write it: bytes -> request -> HTTP face -> core.
//
// An input is requests (see parts.hpp): "METHOD TARGET", header lines, an empty line, the body. A first text that
// begins with '#' says how the server is set up: words of modern, rbac, deny, small.
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "fakeapi/face/http/face.hpp"
#include "operator/http/encoding.hpp"
#include "operator/http/request_parser.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"
#include "tests/fuzz/cluster.hpp"
#include "tests/fuzz/parts.hpp"
#include "tests/fuzz/require.hpp"

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

/// Keeps an answer.
class Answer final : public seams::HttpResponseWriter {
 public:
  asio::awaitable<bool> respond(seams::HttpResponse response) override {
    fuzz::require(status == 0, "there is one answer");
    status = response.status;
    headers = std::move(response.headers);
    if (response.body) body = *response.body;
    co_return true;
  }
  asio::awaitable<bool> start(int given_status, seams::HttpHeaders given_headers) override {
    fuzz::require(status == 0, "there is one answer");
    status = given_status;
    headers = std::move(given_headers);
    streams = true;
    co_return !gone_;
  }
  asio::awaitable<bool> write(std::string_view bytes) override {
    fuzz::require(streams, "what is streamed has begun");
    body += bytes;
    co_return !gone_;
  }
  asio::awaitable<bool> finish() override { co_return !gone_; }
  void on_end(std::move_only_function<void()> callback) override { on_end_ = std::move(callback); }
  bool draining() const override { return false; }

  void leave() {
    gone_ = true;
    if (auto callback = std::exchange(on_end_, nullptr)) callback();
  }

  int status = 0;
  seams::HttpHeaders headers;
  std::string body;
  bool streams = false;
  bool done = false;

 private:
  std::move_only_function<void()> on_end_;
  bool gone_ = false;
};

json::value parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = 2000;  // what is around the deepest body
  json::error_code error;
  auto value = json::parse(text, error, {}, options);
  if (error) std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  fuzz::require(!error, "an answer that says so is JSON");
  return value;
}

void check_status(Answer const& answer, json::value const& body) {
  auto const& object = body.as_object();
  if (answer.status == 404 && object.contains("paths")) return;  // what there is instead
  auto const* kind = object.if_contains("kind");
  fuzz::require(kind != nullptr && *kind == "Status", "a failure is a Status");
  fuzz::require(object.at("status") == "Failure" && object.at("code") == answer.status,
                "a Status has the answer's code");
  if (answer.status != 500) return;
  auto const* reason = object.if_contains("reason");
  if (reason == nullptr || *reason != "InternalError") return;
  auto const message = std::string_view(object.at("message").as_string());
  for (auto const* known : {"Object 'apiVersion' is missing", "replicas field", "range is full"}) {
    if (message.contains(known)) return;
  }
  std::fprintf(stderr, "%s\n", std::string(message).c_str());
  fuzz::require(false, "the server has no internal error");
}

void check(Answer const& answer) {
  fuzz::require(answer.status >= 200 && answer.status < 600, "an answer has a status");
  for (auto const& [name, value] : answer.headers) {
    fuzz::require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a header is one line");
  }
  auto const type = answer.headers.get("Content-Type");
  if (answer.streams) {
    std::string_view rest = answer.body;
    while (!rest.empty()) {
      auto const line = fuzz::take_line(rest);
      auto const event = parse(line);
      fuzz::require(event.is_object() && event.get_object().contains("type") && event.get_object().contains("object"),
                    "a line of a watch is an event");
    }
    return;
  }
  if (!type.starts_with("application/json")) return;
  std::string const body = answer.headers.get("Content-Encoding") == "gzip"
                               ? http::gunzip(answer.body, std::size_t{64} << 20).value_or("")
                               : answer.body;
  auto const value = parse(body);
  fuzz::require(value.is_object(), "an answer is an object");
  if (answer.status >= 400) check_status(answer, value);
}

asio::awaitable<void> serve(fakeapi::http::Face& face, seams::HttpRequest request, std::shared_ptr<Answer> answer) {
  co_await face.serve(std::move(request), *answer);
  answer->done = true;
}

struct Setting {
  fakeapi::ServerOptions server = fuzz::server_options(fakeapi::Profile::v1_20);
  fakeapi::http::FaceOptions face;
};

Setting read_setting(std::string_view words) {
  Setting setting;
  setting.face.compaction = true;
  fakeapi::authorization::User user;
  user.name = "jane";
  user.groups = {"system:masters"};
  setting.face.tokens.add("t", user);
  while (!words.empty()) {
    auto const word = fuzz::take_word(words);
    if (word == "modern") setting.server.profile = fakeapi::Profile::modern;
    if (word == "rbac") setting.face.authorization = fakeapi::http::AuthorizationMode::rbac;
    if (word == "deny") setting.face.authorization = fakeapi::http::AuthorizationMode::deny_anonymous;
    if (word == "small") {
      setting.server.retained_entries = 8;
      setting.face.text_bytes = 2000;
    }
  }
  return setting;
}

/// The request of a text, by way of its bytes on the wire; nothing for one that a connection refuses.
std::optional<seams::HttpRequest> read_request(std::string_view text) {
  std::string bytes = std::string(fuzz::take_line(text)) + " HTTP/1.1\r\nHost: fuzz\r\n";
  while (!text.empty()) {
    auto const line = fuzz::take_line(text);
    if (line.empty()) break;
    bytes.append(line).append("\r\n");
  }
  bytes += "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n";
  bytes += text;
  http::RequestParser parser;
  while (parser.state() != http::RequestParser::State::complete) {
    auto const taken = parser.feed(bytes);
    if (parser.state() == http::RequestParser::State::refused) return std::nullopt;
    if (taken == 0 && parser.state() != http::RequestParser::State::complete) return std::nullopt;
    bytes.erase(0, taken);
  }
  return parser.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  constexpr std::size_t most_requests = 16;
  constexpr std::uint64_t turns = 1'000'000;
  auto parts = fuzz::parts(fuzz::as_text(data, size), most_requests);
  Setting setting;
  if (!parts.empty() && parts.front().starts_with('#')) {
    setting = read_setting(parts.front().substr(1));
    parts.erase(parts.begin());
  } else {
    setting = read_setting("");
  }

  sim::Scheduler scheduler;
  sim::Process process(scheduler, "server");
  seams::NoLog log;
  seams::NoRandom random;
  setting.server.started = process.clock().wall_now();
  fakeapi::Server server(std::move(setting.server));
  fakeapi::http::Face face(server, {process.executor(), process.clock(), random, log}, std::move(setting.face));
  fuzz::define(server, process.clock().wall_now());
  fuzz::Auditor auditor(server);
  std::vector<std::shared_ptr<Answer>> streams;
  for (auto const text : parts) {
    auto request = read_request(text);
    if (!request) continue;
    auto answer = std::make_shared<Answer>();
    asio::co_spawn(process.executor(), serve(face, *std::move(request), answer), [](std::exception_ptr const& failure) {
      fuzz::require(failure == nullptr, "a request does not throw");
    });
    scheduler.run_until(scheduler.now() + 4s, turns, [&] { return answer->done; });
    fuzz::require(answer->done || answer->streams, "a request is answered");
    auditor.look();
    if (answer->done) {
      check(*answer);
    } else {
      streams.push_back(std::move(answer));
    }
  }
  for (auto const& answer : streams) answer->leave();
  scheduler.run_until(scheduler.now() + 4s, turns, [&] { return face.watches() == 0; });
  fuzz::require(face.watches() == 0, "a watch ends with its client");
  for (auto const& answer : streams) check(*answer);
  auditor.put_all_again(process.clock().wall_now());
  auditor.look();
  process.kill();
  return 0;
}
