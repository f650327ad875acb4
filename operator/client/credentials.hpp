// Who the client is: what goes into each request and each connection, kept fresh.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "operator/api/error.hpp"
#include "operator/client/access.hpp"
#include "operator/seams/clock.hpp"
#include "operator/seams/commands.hpp"
#include "operator/seams/files.hpp"
#include "operator/seams/http_service.hpp"
#include "operator/seams/log.hpp"

namespace client {

/// Gives each request its credentials. Used from one thread.
class Credentials {
 public:
  virtual ~Credentials() = default;

  struct Authorization {
    std::uint64_t number = 0;      ///< which credentials these are, for refused()
    seams::HttpHeaders headers{};  ///< Authorization, Impersonate-…; never logged
  };
  /// The headers of a request that is about to be sent. May have to run a plugin; many may wait for that at once.
  virtual boost::asio::awaitable<std::expected<Authorization, api::Error>> authorize(seams::MonotonicTime deadline) = 0;

  /// The server answered 401 to a request with these credentials. True if others may be had: the request, which was not
  /// carried out, can be sent once more.
  virtual bool refused(std::uint64_t number) = 0;

  /// Grows when connections have to be made with another certificate or another authority: older ones are to be closed
  /// when they are idle.
  virtual std::uint64_t connection_number() const = 0;
};

/// What connections are made with, in PEM.
struct TlsMaterial {
  std::string authority{};  ///< "": the system's
  std::string certificate{};
  std::string key{};
  friend bool operator==(TlsMaterial const&, TlsMaterial const&) = default;
};

struct CredentialsTiming {
  /// How old what was read from a file may be. kubelets renew tokens long before they expire.
  seams::Duration file_period = std::chrono::seconds(60);
  /// Files are read at most this often, whatever the server says of them.
  seams::Duration file_pause = std::chrono::seconds(1);
  /// A plugin's credentials are renewed this long before they expire.
  seams::Duration expiry_margin = std::chrono::seconds(60);
  /// A plugin that has worked is not run again within this time, should its credentials expire or be refused at once
  /// (clocks that differ); one that has failed not within this times two, four, … up to the cap.
  seams::Duration plugin_pause = std::chrono::seconds(1);
  seams::Duration plugin_pause_cap = std::chrono::seconds(30);
  seams::Duration plugin_limit = std::chrono::seconds(60);
};

/// The credentials of an Access.
///
/// Files (token, certificate and key, authority) are read again every minute and when the server refuses them; what
/// cannot be read or is empty leaves the old value as it is, with one warning. An exec plugin runs once for all who
/// wait for it, again shortly before its credentials expire and when the server refuses them. Files and everything else
/// given outlive it; a plugin that runs when it is destroyed is left to end by itself.
class AccessCredentials final : public Credentials {
 public:
  AccessCredentials(Access const& access, seams::Files& files, seams::Commands& commands, seams::Clock& clock,
                    seams::Log& log, CredentialsTiming timing = {});
  ~AccessCredentials() override;

  boost::asio::awaitable<std::expected<Authorization, api::Error>> authorize(seams::MonotonicTime deadline) override;
  bool refused(std::uint64_t number) override;
  std::uint64_t connection_number() const override;

  /// What connections are to be made with now.
  TlsMaterial const& material() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

/// Makes a connector to the server. The error says what is wrong with the material.
using MakeConnector =
    std::function<std::expected<std::unique_ptr<seams::Connector>, std::string>(TlsMaterial const& material)>;

/// Connects with what the credentials say at the time. Material that is no good (a certificate and a key that do not
/// belong together, since one of the two has just been renewed) leaves the old connector in use, with one warning.
class RotatingConnector final : public seams::Connector {
 public:
  /// All that is given outlives it.
  RotatingConnector(AccessCredentials const& credentials, MakeConnector make, seams::Log& log)
      : credentials_(credentials), make_(std::move(make)), log_(log) {}

  boost::asio::awaitable<seams::StreamResult<std::unique_ptr<seams::Stream>>> connect(
      seams::MonotonicTime deadline) override;

 private:
  AccessCredentials const& credentials_;
  MakeConnector make_;
  seams::Log& log_;
  std::shared_ptr<seams::Connector> connector_;
  std::uint64_t number_ = 0;  ///< of the material that was tried last
};

}  // namespace client
