// The HTTP face in virtual time, without connections: requests go in, answers come out.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/face/http/face.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/gate.hpp"
#include "operator/seams/http_service.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"

namespace fakeapi_http {

using namespace std::chrono_literals;

/// Collects an answer. A client that does not read is one that is told to hold up.
class Writer final : public seams::HttpResponseWriter {
 public:
  explicit Writer(seams::Clock& clock) : gate_(clock) {}

  boost::asio::awaitable<bool> respond(seams::HttpResponse response) override;
  boost::asio::awaitable<bool> start(int given_status, seams::HttpHeaders given_headers) override;
  boost::asio::awaitable<bool> write(std::string_view bytes) override;
  boost::asio::awaitable<bool> finish() override;
  void on_end(std::move_only_function<void()> callback) override { on_end_ = std::move(callback); }
  bool draining() const override { return draining_; }

  /// The connection breaks.
  void disconnect();
  /// The server is to end.
  void drain();
  /// From now on writes wait.
  void hold() { held_ = true; }
  void let_go();

  int status = 0;
  seams::HttpHeaders headers;
  std::string body;
  std::size_t writes = 0;
  bool started = false;
  bool finished = false;

 private:
  boost::asio::awaitable<bool> pass();

  seams::Gate gate_;
  std::move_only_function<void()> on_end_;
  bool draining_ = false;
  bool broken_ = false;
  bool held_ = false;
};

/// A request with what it needs.
struct Call {
  std::string method;
  std::string target;
  std::string body = {};
  seams::HttpHeaders headers = {};
  seams::Peer peer = {};
};

class FaceTest : public testing::Test {
 protected:
  ~FaceTest() override { process.kill(); }  // what is still going on ends before what it uses

  /// Another server than the usual one (v1.20, everything allowed): before the first request.
  void serve(fakeapi::ServerOptions server_options, fakeapi::http::FaceOptions face_options = {});

  fakeapi::Server& server();
  fakeapi::http::Face& face();
  seams::Environment environment();
  /// Sends a request and lets things happen until it is answered.
  std::shared_ptr<Writer> send(Call call);
  /// The same, without waiting.
  std::shared_ptr<Writer> begin(Call call);
  /// The same, to another face.
  std::shared_ptr<Writer> begin_at(fakeapi::http::Face& face, Call call);
  std::shared_ptr<Writer> get(std::string const& target, seams::HttpHeaders headers = {}) {
    return send({"GET", target, {}, std::move(headers), {}});
  }
  std::shared_ptr<Writer> post(std::string const& target, std::string const& body) {
    return send({"POST", target, body, {{"Content-Type", "application/json"}}, {}});
  }
  /// Lets everything happen that happens within this time.
  void pass(seams::Duration time);

  /// Creates the definition that the recordings were made with, and Echoes of it in namespace default.
  void define();
  void create_echo(std::string const& name, std::string const& text = "hi");

  static boost::json::value json(std::string_view text) { return boost::json::parse(text); }

  sim::Scheduler scheduler;
  sim::Process process{scheduler, "server"};

 private:
  std::unique_ptr<fakeapi::Server> server_;
  std::unique_ptr<fakeapi::http::Face> face_;
};

/// The lines of a stream.
std::vector<std::string> lines(std::string_view text);

inline std::string const echoes = "/apis/demo.example.com/v1/namespaces/default/echoes";

}  // namespace fakeapi_http
