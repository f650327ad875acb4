// Bytes -> the answer to one request, without any input or output of its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "operator/http/body_reader.hpp"
#include "operator/http/head_parser.hpp"

namespace http {

/// Parses the answers of one connection, one after the other. How the bytes are cut into pieces makes no difference.
/// Interim answers (100 Continue, 103 Early Hints) are skipped.
class ResponseParser {
 public:
  enum class State : std::uint8_t { head, body, complete, malformed };

  explicit ResponseParser(std::size_t head_limit = std::size_t{64} * 1024) : head_limit_(head_limit) {}

  /// Begins with the next answer: to a HEAD, which has no body whatever its head says, or to another request.
  void begin(bool to_head);

  /// Takes what it can from the front of `bytes`, and appends what belongs to the body to `body`. The bytes of a head
  /// that is not complete are to be given again, with more behind them.
  std::size_t feed(std::string_view bytes, std::string& body);
  /// The other side has ended its stream. The end of an answer that has no other end; else it is malformed.
  void feed_end();

  State state() const { return state_; }
  bool begun() const { return begun_; }
  /// From the state `body` on.
  ResponseHead& head() { return head_; }
  std::string const& error() const { return error_; }

 private:
  void fail(std::string why);
  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes, std::string& body);
  void judge_body();

  std::size_t head_limit_;
  State state_ = State::head;
  bool to_head_ = false;
  bool begun_ = false;
  std::size_t scanned_ = 0;
  ResponseHead head_;
  BodyReader reader_;
  std::string error_;
};

}  // namespace http
