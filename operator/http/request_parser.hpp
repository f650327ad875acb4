// Bytes -> requests, without any input or output of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "operator/http/body_reader.hpp"
#include "operator/http/head_parser.hpp"
#include "operator/seams/http_service.hpp"

namespace http {

struct RequestLimits {
  std::size_t head = std::size_t{64} * 1024;        ///< bytes of the request line and the header; more: 431
  std::size_t fields = 256;                         ///< header fields; more: 431
  std::size_t body = std::size_t{3} * 1024 * 1024;  ///< bytes of the body; more: 413
};

/// Parses the requests of one connection, one after the other. How the bytes are cut into pieces makes no difference.
/// Never holds more than what RequestLimits allow.
class RequestParser {
 public:
  enum class State : std::uint8_t { head, body, complete, refused };

  explicit RequestParser(RequestLimits limits = {}) : limits_(limits) {}

  /// Takes what it can from the front of `bytes`: the number of bytes that are done with. Those of a head that is not
  /// complete are to be given again, with more behind them. After `complete` the next request begins with take(); after
  /// `refused` there is nothing more to be had.
  std::size_t feed(std::string_view bytes);

  State state() const { return state_; }
  /// Whether anything of a request has been seen.
  bool begun() const { return begun_; }
  /// What the head said; without method, target and headers once take() was called. From the state `body` on.
  RequestHead const& head() const { return head_; }
  bool is_head_request() const { return head_.method == "HEAD"; }

  Refusal const& refusal() const { return refusal_; }
  /// The complete request, without its peer; the next one may come.
  seams::HttpRequest take();

  /// How many bytes a caller must be able to give at once for feed() to get on.
  std::size_t window() const { return limits_.head; }

 private:
  void refuse(Refusal why);
  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  void judge_body();

  RequestLimits limits_;
  State state_ = State::head;
  bool begun_ = false;
  std::size_t scanned_ = 0;
  RequestHead head_;
  BodyReader reader_;
  std::string body_;
  Refusal refusal_;
};

}  // namespace http
