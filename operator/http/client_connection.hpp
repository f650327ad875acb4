// One connection of an HTTP client: a request goes out, its answer comes back, whole or piece by piece.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "operator/http/response_parser.hpp"
#include "operator/seams/clock.hpp"
#include "operator/seams/http_service.hpp"
#include "operator/seams/stream.hpp"

namespace http {

/// Why there is no answer, or not all of it. Whether the server has acted on the request is not known: only the caller
/// knows whether it may be sent again.
struct ClientError {
  enum class Kind : std::uint8_t {
    no_answer,  ///< the server ended the connection before the first byte of an answer; usual on one that was idle
    broken,     ///< the connection broke
    timed_out,  ///< the deadline passed
    cancelled,  ///< the waiting coroutine was cancelled
    malformed,  ///< this is not HTTP, or it ended too early
    too_large,  ///< the answer is larger than wanted
  };
  Kind kind = Kind::broken;
  std::string message;
};

template <class T>
using ClientResult = std::expected<T, ClientError>;

/// What is to be sent. Refers to its parts: they stay until the answer's head is there.
struct ClientRequest {
  std::string_view method = "GET";
  std::string_view target = "/";
  /// Without Host and Content-Length.
  seams::HttpHeaders const& headers;
  std::string_view body = {};
};

/// One request at a time. An error makes the connection useless. Not for use after close().
class ClientConnection {
 public:
  /// `host`: the value of the Host header. The clock outlives the connection.
  ClientConnection(std::unique_ptr<seams::Stream> stream, std::string host);
  ~ClientConnection();

  /// Sends a request and waits for the head of the answer; the rest is to be had with read_body().
  boost::asio::awaitable<ClientResult<ResponseHead>> request(ClientRequest const& request,
                                                             seams::MonotonicTime deadline);

  /// Appends what comes next of the body to `body`, at least one byte and not much more than one read. False: the body
  /// is complete.
  boost::asio::awaitable<ClientResult<bool>> read_body(std::string& body, seams::MonotonicTime deadline);

  /// Sends a request and waits for the whole answer; a body of more than `body_limit` bytes is an error.
  boost::asio::awaitable<ClientResult<seams::HttpResponse>> exchange(ClientRequest const& request,
                                                                     std::size_t body_limit,
                                                                     seams::MonotonicTime deadline);

  /// The last answer is complete, and as far as is known the server takes another request.
  bool reusable() const;

  /// Breaks the connection at once: a pending call ends with `broken`, in a later turn.
  void close() noexcept;

  seams::Peer const& peer() const { return stream_->peer(); }

 private:
  enum class Phase : std::uint8_t { idle, answering, useless };

  std::unexpected<ClientError> fail(ClientError::Kind kind, std::string message);
  std::unexpected<ClientError> fail(seams::StreamError const& error);
  void put_request(ClientRequest const& request);
  boost::asio::awaitable<ClientResult<void>> fill(seams::MonotonicTime deadline);
  ClientResult<bool> parse(std::string& body);
  std::string_view input() const { return {input_.get() + input_begin_, input_end_ - input_begin_}; }

  std::unique_ptr<seams::Stream> stream_;
  std::string host_;
  ResponseParser parser_;
  std::unique_ptr<char[]> input_;
  std::size_t input_size_ = 0;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::string output_;
  std::string early_;  ///< body that came along with the head
  Phase phase_ = Phase::idle;
  bool reusable_ = true;
};

}  // namespace http
