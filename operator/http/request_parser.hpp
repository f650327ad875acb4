// Bytes -> requests, without any input or output of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "operator/seams/http_service.hpp"

namespace http {

struct RequestLimits {
  std::size_t head = std::size_t{64} * 1024;        ///< bytes of the request line and the header; more: 431
  std::size_t fields = 256;                         ///< header fields; more: 431
  std::size_t body = std::size_t{3} * 1024 * 1024;  ///< bytes of the body; more: 413
};

/// Why a request is not even given to the service. The connection is closed after the answer.
struct Refusal {
  int status = 400;
  std::string reason;  ///< for people
};

/// Parses the requests of one connection, one after the other. How the bytes are cut into pieces makes no difference.
/// Never holds more than what RequestLimits allow.
class RequestParser {
 public:
  enum class State : std::uint8_t { head, body, complete, refused };

  explicit RequestParser(RequestLimits limits = {});
  ~RequestParser();
  RequestParser(RequestParser const&) = delete;
  RequestParser& operator=(RequestParser const&) = delete;

  /// Takes what it can from the front of `bytes`: the number of bytes that are done with. The others are to be given
  /// again, with more behind them; as long as the state is head or body, that is needed. After `complete` the next
  /// request begins with take(); after `refused` there is nothing more to be had.
  std::size_t feed(std::string_view bytes);

  State state() const { return state_; }
  /// Whether anything of a request has been seen.
  bool begun() const { return begun_; }
  /// The client waits for "100 Continue" before it sends the body. From the state `body` on.
  bool expects_continue() const;
  /// The client is content with further requests on this connection. From the state `body` on.
  bool keep_alive() const;
  /// A request of HTTP/1.0, whose sender knows no chunks. From the state `body` on.
  bool is_http_1_0() const;
  /// The request is a HEAD: the answer has no body.
  bool is_head() const;

  Refusal const& refusal() const { return refusal_; }
  /// The complete request, without its peer; the next one may come.
  seams::HttpRequest take();

  /// How many bytes a caller must be able to give at once for feed() to get on.
  std::size_t window() const { return limits_.head; }

 private:
  class Sink;
  void refuse(int status, std::string reason);
  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);

  RequestLimits limits_;
  std::unique_ptr<Sink> sink_;
  State state_ = State::head;
  bool begun_ = false;
  std::size_t scanned_ = 0;
  Refusal refusal_;
};

}  // namespace http
