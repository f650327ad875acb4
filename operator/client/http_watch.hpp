// A watch over a connection of its own.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/watch.hpp"
#include "operator/client/answers.hpp"
#include "operator/http/client_connection.hpp"

namespace client {

/// What became of a call that got no answer. `is_write`: its outcome is unknown.
api::Error to_error(http::ClientError const& error, bool is_write);

class HttpWatch final : public api::Watch {
 public:
  /// The head of the answer has come, its body not.
  HttpWatch(std::unique_ptr<http::ClientConnection> connection, std::vector<std::string> trim)
      : connection_(std::move(connection)), trim_(std::move(trim)) {}

  boost::asio::awaitable<std::expected<std::optional<api::WatchEvent>, api::Error>> next(
      seams::MonotonicTime deadline) override;

 private:
  std::unique_ptr<http::ClientConnection> connection_;
  std::vector<std::string> trim_;
  LineCutter lines_;
  bool ended_ = false;
};

}  // namespace client
