// A client of the cluster that the command line and the surroundings name, from real parts. For mains only.
#pragma once
#include <boost/asio/io_context.hpp>
#include <expected>
#include <memory>
#include <string>

#include "operator/client/access.hpp"
#include "operator/client/credentials.hpp"
#include "operator/client/http_api.hpp"
#include "operator/real/commands.hpp"
#include "operator/real/files.hpp"

namespace program {

/// The value of a variable of the process's environment.
std::optional<std::string> environment_variable(std::string_view name);

/// Context, clock and log outlive it. It is destroyed when nothing is under way on its api().
class Connection {
 public:
  /// Finds out how to reach the cluster; connects to nothing yet. The error says in one line what is wrong.
  static std::expected<std::unique_ptr<Connection>, std::string> make(boost::asio::io_context& context,
                                                                      seams::Clock& clock, seams::Log& log,
                                                                      client::AccessOptions const& options);

  client::Access const& access() const { return access_; }
  client::HttpApi& api() { return *api_; }

 private:
  Connection(boost::asio::io_context& context, seams::Clock& clock, seams::Log& log, client::Access access);

  client::Access access_;
  real::SystemFiles files_;
  real::ChildCommands commands_;
  client::AccessCredentials credentials_;
  client::MakeConnector make_connector_;
  std::unique_ptr<client::RotatingConnector> connector_;
  std::unique_ptr<client::HttpApi> api_;
};

}  // namespace program
