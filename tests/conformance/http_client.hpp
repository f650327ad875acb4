// HTTP/1.1 over a connection: one answer after the other, or one that comes line by line.
#pragma once
#include <memory>

#include "tests/conformance/driver.hpp"
#include "tests/conformance/tls_connection.hpp"

namespace conformance {

/// The bytes of a request.
std::string request_bytes(Call const& call, std::string const& host);

/// A connection with what has been read of it.
class HttpConnection {
 public:
  explicit HttpConnection(std::unique_ptr<Connection> connection);
  ~HttpConnection();

  Sent<void> write(std::string_view bytes);
  /// The whole of the next answer. `method` is that of its request (an answer to HEAD has no body).
  Sent<Answer> read_answer(std::string_view method);
  /// Whether another request can be sent on it.
  bool reusable() const;
  /// Whether nothing has been heard on it: a request that failed then was never taken.
  bool silent() const;

  /// The head of the next answer, which is then read with next_line().
  Sent<Answer> read_head();
  Sent<LineStream::Line> next_line(Milliseconds limit);
  /// The rest of an answer whose head has been read.
  Sent<std::string> read_rest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace conformance
