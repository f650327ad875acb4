// The Kubernetes API over HTTP: the implementation of api::Api that runs against any server.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "operator/api/api.hpp"
#include "operator/http/client_connection.hpp"
#include "operator/seams/clock.hpp"
#include "operator/seams/stream.hpp"

namespace client {

/// Gives each request its credentials.
class Credentials {
 public:
  virtual ~Credentials() = default;
  /// The value of the Authorization header, or "" for none. Never logged.
  virtual std::string authorization() = 0;
};

struct HttpApiOptions {
  std::string host = "localhost";  ///< the Host header
  std::string user_agent = "echo-operator";
  /// Outlives the Api. Null: none but what the connector shows (a client certificate).
  Credentials* credentials = nullptr;
  /// How many connections are kept for later calls, and for how long without one. A watch has one of its own.
  std::size_t most_idle = 16;
  seams::Duration idle_for = std::chrono::seconds(60);
  /// The deadline of a call that has none.
  seams::Duration call_timeout = std::chrono::seconds(60);
};

/// One client of one server.
///
/// A read that fails on a kept connection before its answer began is sent once more, on a new one: the server may just
/// have closed it. A write never is: its outcome is unknown, and its caller reads again. A write's not_after is looked
/// at when its bytes are handed over, and so is the deadline of any call: from then on nothing is sent.
class HttpApi final : public api::Api {
 public:
  /// Connector and clock outlive it.
  HttpApi(seams::Connector& connector, seams::Clock& clock, HttpApiOptions options);
  ~HttpApi() override;
  HttpApi(HttpApi const&) = delete;
  HttpApi& operator=(HttpApi const&) = delete;

  api::AsyncResult<api::Response> call(api::Request request) override;
  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override;

  /// Connections that wait for a call.
  std::size_t idle_connections() const { return idle_.size(); }

 private:
  struct Idle {
    std::unique_ptr<http::ClientConnection> connection;
    seams::MonotonicTime since;
  };

  api::AsyncResult<api::Response> exchange(api::Request const& request);
  boost::asio::awaitable<std::expected<std::unique_ptr<http::ClientConnection>, api::Error>> connect(
      seams::MonotonicTime deadline);
  std::unique_ptr<http::ClientConnection> take_idle();
  void keep(std::unique_ptr<http::ClientConnection> connection);
  seams::MonotonicTime deadline_of(api::Request const& request) const;
  void authorize(seams::HttpHeaders& headers) const;

  seams::Connector& connector_;
  seams::Clock& clock_;
  HttpApiOptions options_;
  std::vector<Idle> idle_;  // the one used last at the end
};

}  // namespace client
