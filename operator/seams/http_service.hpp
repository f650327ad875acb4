// A request of HTTP, and what answers it: what servers bind, and sockets, pipes and tests call.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operator/seams/stream.hpp"

namespace seams {

/// Header fields in the order of their coming. Names compare without regard to case.
class HttpHeaders {
 public:
  using Field = std::pair<std::string, std::string>;

  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The first value of a field, or "". Valid until the headers change.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

struct HttpRequest {
  std::string method;  ///< "GET"
  std::string target;  ///< as in the request line: "/api/v1/namespaces?limit=5"
  HttpHeaders headers;
  std::string body;  ///< complete, decoded from its transfer coding, not from its content coding
  Peer peer;
};

/// A complete answer. Content-Length and Date are the connection's business.
struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  /// Shared, so that an answer that many get is made once. Null: none.
  std::shared_ptr<std::string const> body;
};

/// Where the answer to one request goes: either respond() once, or start(), write()s and finish(). Every call returns
/// false once the connection is of no use any more (the client has gone, or did not read for too long): then there is
/// nothing left to do but to return.
class HttpResponseWriter {
 public:
  virtual ~HttpResponseWriter() = default;

  virtual boost::asio::awaitable<bool> respond(HttpResponse response) = 0;

  /// Sends the head of an answer whose length is not known (chunked); `headers` without Transfer-Encoding.
  virtual boost::asio::awaitable<bool> start(int status, HttpHeaders headers) = 0;
  /// Sends these bytes now, as one chunk. Waits until the connection has taken them; a client that does not read for
  /// longer than the connection's limit is cut off.
  virtual boost::asio::awaitable<bool> write(std::string_view bytes) = 0;
  /// The answer is complete.
  virtual boost::asio::awaitable<bool> finish() = 0;

  /// `callback` runs once, in a turn of its own, when the connection breaks or the server is to end (drain), so that
  /// whoever waits for something to write stops waiting. Replaces an earlier callback; null: none.
  virtual void on_end(std::move_only_function<void()> callback) = 0;
  /// The server is ending: a stream is to be finished in good order, soon.
  virtual bool draining() const = 0;
};

/// Answers requests. Used from one thread; many requests may be under way at once.
class HttpService {
 public:
  virtual ~HttpService() = default;

  /// Answers one request through `writer`, which outlives the coroutine. Failures become answers; an exception is a
  /// broken program (the connection answers 500 and closes).
  virtual boost::asio::awaitable<void> serve(HttpRequest request, HttpResponseWriter& writer) = 0;
};

}  // namespace seams
