// Bytes -> the answer to one request, without any input or output of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "operator/seams/http_service.hpp"

namespace http {

struct ResponseHead {
  int status = 0;
  seams::HttpHeaders headers;
};

/// Parses the answers of one connection, one after the other. How the bytes are cut into pieces makes no difference.
/// Interim answers (100 Continue, 103 Early Hints) are skipped.
class ResponseParser {
 public:
  enum class State : std::uint8_t { head, body, complete, malformed };

  explicit ResponseParser(std::size_t head_limit = std::size_t{64} * 1024);
  ~ResponseParser();
  ResponseParser(ResponseParser const&) = delete;
  ResponseParser& operator=(ResponseParser const&) = delete;

  /// Begins with the next answer: to a HEAD, which has no body whatever its head says, or to another request.
  void begin(bool to_head);

  /// Takes what it can from the front of `bytes`, and appends what belongs to the body to `body`. The bytes that were
  /// not taken are to be given again, with more behind them.
  std::size_t feed(std::string_view bytes, std::string& body);
  /// The other side has ended its stream. The end of an answer that has no other end; else it is malformed.
  void feed_end();

  State state() const { return state_; }
  bool begun() const { return begun_; }
  /// From the state `body` on.
  ResponseHead& head();
  std::optional<std::uint64_t> content_length() const;
  /// The connection can be used again after this answer. From the state `body` on.
  bool keep_alive() const;
  std::string const& error() const { return error_; }
  std::size_t window() const { return head_limit_; }

 private:
  class Sink;
  void fail(std::string why);
  std::size_t feed_head(std::string_view bytes, std::string& body);
  std::size_t feed_body(std::string_view bytes, std::string& body);

  std::size_t head_limit_;
  std::unique_ptr<Sink> sink_;
  State state_ = State::head;
  bool to_head_ = false;
  bool begun_ = false;
  std::size_t scanned_ = 0;
  std::string error_;
};

}  // namespace http
