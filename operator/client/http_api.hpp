// The Kubernetes API over HTTP: the implementation of api::Api that runs against any server.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/api.hpp"
#include "operator/client/credentials.hpp"
#include "operator/client/warnings.hpp"
#include "operator/http/client_connection.hpp"
#include "operator/seams/clock.hpp"
#include "operator/seams/log.hpp"
#include "operator/seams/metrics.hpp"
#include "operator/seams/stream.hpp"

namespace client {

struct HttpMessage;

struct HttpApiOptions {
  std::string host = "localhost";  ///< the Host header
  /// Stands before every path, without a slash at its end: "/k8s/clusters/c-1".
  std::string path_prefix{};
  std::string user_agent = "echo-operator";
  /// Outlives the Api. Null: none but what the connector shows (a client certificate).
  Credentials* credentials = nullptr;
  /// Outlives the Api. Where the server's warnings are told, each text once. Null: nowhere.
  seams::Log* log = nullptr;
  /// How many connections are kept for later calls, and for how long without one. A watch has one of its own.
  std::size_t most_idle = 16;
  seams::Duration idle_for = std::chrono::seconds(60);
  /// The deadline of a call that has none.
  seams::Duration call_timeout = std::chrono::seconds(60);
};

/// One client of one server.
///
/// A read that fails on a kept connection before its answer began is sent once more, on a new one: the server may just
/// have closed it. A write never is: its outcome is unknown, and its caller reads again. What the server refused with
/// 401 is sent once more with newer credentials if there are any, since it was not carried out. A write's not_after is
/// looked at when its bytes are handed over, and so is the deadline of any call: from then on nothing is
/// sent.
class HttpApi final : public api::Api {
 public:
  /// Connector and clock outlive it.
  HttpApi(seams::Connector& connector, seams::Clock& clock, HttpApiOptions options);
  ~HttpApi() override;
  HttpApi(HttpApi const&) = delete;
  HttpApi& operator=(HttpApi const&) = delete;

  api::AsyncResult<api::Response> call(api::Request request) override;
  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override;

  /// rest_client_requests_total by code and method, as client-go has it.
  void collect(seams::Metrics& metrics) const;

  /// Connections that wait for a call.
  std::size_t idle_connections() const { return idle_.size(); }

 private:
  struct Connection {
    std::unique_ptr<http::ClientConnection> http;
    std::uint64_t credentials = 0;  ///< Credentials::connection_number() when it was made
  };
  struct Idle {
    Connection connection;
    seams::MonotonicTime since;
  };

  api::AsyncResult<api::Response> exchange(api::Request const& request);
  /// An answer whole, or, of a list, what has been made of it while it came.
  struct Answer {
    seams::HttpResponse http{};
    std::optional<api::Result<api::ObjectList>> list{};
  };
  boost::asio::awaitable<api::Result<Answer>> send(api::Request const& request, HttpMessage const& message,
                                                   seams::MonotonicTime deadline);
  static boost::asio::awaitable<http::ClientResult<Answer>> receive(http::ClientConnection& connection,
                                                                    api::Request const& request,
                                                                    HttpMessage const& message,
                                                                    seams::MonotonicTime deadline);
  boost::asio::awaitable<std::expected<Connection, api::Error>> connect(seams::MonotonicTime deadline);
  Connection take_idle();
  void keep(Connection connection);
  std::uint64_t connection_number() const;
  HttpMessage message_of(api::Request const& request, seams::HttpHeaders const& credentials) const;
  seams::MonotonicTime deadline_of(api::Request const& request) const;
  boost::asio::awaitable<std::expected<Credentials::Authorization, api::Error>> authorize(
      seams::MonotonicTime deadline);

  seams::Connector& connector_;
  seams::Clock& clock_;
  HttpApiOptions options_;
  void count(std::string const& method, std::string code);
  void tell_warnings(seams::HttpHeaders const& headers);

  std::vector<Idle> idle_;                                                 // the one used last at the end
  std::map<std::pair<std::string, std::string>, std::uint64_t> requests_;  // by code and method
  SeenWarnings warnings_;
};

}  // namespace client
