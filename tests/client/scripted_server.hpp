// A server of a few words at the end of a pipe: it reads requests, notes them, and does what it was told to do.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "operator/http/pipe.hpp"
#include "operator/http/request_parser.hpp"
#include "sim/process.hpp"

namespace client_tests {

/// What the server does with a request.
struct Behaviour {
  enum class What : std::uint8_t {
    answer,           ///< and keep the connection
    answer_then_end,  ///< say so in no word, and end the stream in good order behind the answer
    answer_then_break,
    hang_up,  ///< end the stream without an answer
    cut_off,  ///< end it in the middle of the answer
    keep_silent,
  };
  What what = What::answer;
  int status = 200;
  std::string headers{};  ///< whole lines
  std::string body = R"({"apiVersion":"example.com/v1","kind":"Echo","metadata":{"name":"a","namespace":"default"}})";
};

class ScriptedServer {
 public:
  struct Seen {
    std::string method;
    std::string target;
    std::size_t connection = 0;  ///< counted from 1
    seams::MonotonicTime at;
  };

  explicit ScriptedServer(sim::Scheduler& scheduler, http::PipeHooks* hooks = nullptr)
      : process_(scheduler, "server"), host_(pipe_options(hooks)), listener_(host_.listen(process_.clock())) {
    spawn(accept());
  }
  ~ScriptedServer() { process_.kill(); }
  ScriptedServer(ScriptedServer const&) = delete;
  ScriptedServer& operator=(ScriptedServer const&) = delete;

  std::unique_ptr<seams::Connector> connector(seams::Clock& clock) { return host_.connector(clock); }
  /// For the next requests, one each; then it answers 200.
  void will(std::vector<Behaviour> behaviours) { script_.assign(behaviours.begin(), behaviours.end()); }

  std::vector<Seen> seen;
  std::size_t connections = 0;

 private:
  using Stream = std::unique_ptr<seams::Stream>;

  static http::PipeOptions pipe_options(http::PipeHooks* hooks) {
    http::PipeOptions options;
    options.hooks = hooks;
    return options;
  }

  void spawn(boost::asio::awaitable<void> work) {
    boost::asio::co_spawn(process_.executor(), std::move(work), [](std::exception_ptr const& failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }

  boost::asio::awaitable<void> accept() {
    for (;;) {
      auto stream = co_await listener_->accept();
      if (!stream) co_return;
      spawn(serve(*std::move(stream), ++connections));
    }
  }

  boost::asio::awaitable<void> serve(Stream stream, std::size_t number) {
    http::RequestParser parser;
    std::string held;
    for (;;) {
      held.erase(0, parser.feed(held));
      if (parser.state() == http::RequestParser::State::complete) {
        auto const request = parser.take();
        seen.push_back({request.method, request.target, number, process_.clock().now()});
        if (!co_await answer(*stream)) co_return;
        continue;
      }
      if (parser.state() == http::RequestParser::State::refused) co_return;
      std::array<char, 4096> buffer{};
      auto const count = co_await stream->read_some(buffer, seams::never);
      if (!count || *count == 0) co_return;
      held.append(buffer.data(), *count);
    }
  }

  boost::asio::awaitable<bool> answer(seams::Stream& stream) {
    using What = Behaviour::What;
    Behaviour behaviour;
    if (!script_.empty()) {
      behaviour = script_.front();
      script_.pop_front();
    }
    std::string text = "HTTP/1.1 " + std::to_string(behaviour.status) + " Word\r\n" + behaviour.headers +
                       "Content-Length: " + std::to_string(behaviour.body.size()) + "\r\n\r\n" + behaviour.body;
    switch (behaviour.what) {
      case What::answer:
        co_return (co_await stream.write(text, seams::never)).has_value();
      case What::answer_then_end:
        if (co_await stream.write(text, seams::never)) co_await stream.end(seams::never);
        break;
      case What::answer_then_break:
        co_await stream.write(text, seams::never);
        stream.close();
        break;
      case What::hang_up:
        co_await stream.end(seams::never);
        break;
      case What::cut_off:
        if (co_await stream.write(text.substr(0, text.size() - 5), seams::never)) co_await stream.end(seams::never);
        break;
      case What::keep_silent: {
        std::array<char, 64> buffer{};
        co_await stream.read_some(buffer, seams::never);
        break;
      }
    }
    co_return false;
  }

  sim::Process process_;
  http::PipeHost host_;
  std::unique_ptr<seams::Listener> listener_;
  std::deque<Behaviour> script_;
};

}  // namespace client_tests
