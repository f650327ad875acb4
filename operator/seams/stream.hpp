// Bytes between two parties: connections, and how they are made.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operator/seams/time.hpp"

namespace seams {

/// Why a connection could not be made, or is of no use any more.
struct StreamError {
  enum class Kind : std::uint8_t {
    refused,    ///< nobody listens there, or the name is unknown
    closed,     ///< closed by this side
    reset,      ///< broken by the other side or on the way
    timed_out,  ///< the deadline passed
    untrusted,  ///< the TLS handshake failed; the message says why
    cancelled,  ///< the waiting coroutine was cancelled
    other,
  };
  Kind kind = Kind::other;
  std::string message;  ///< for people; never holds a secret
};

template <class T>
using StreamResult = std::expected<T, StreamError>;

/// What is known of the other side of a connection.
struct Peer {
  std::string address;  ///< "127.0.0.1:40112"; "" where there is none
  /// The client certificate that TLS has verified: its subject's common name and organisations. "": none was shown.
  std::string certificate_name;
  std::vector<std::string> certificate_organisations;
  /// Why a client certificate that was shown counts for nothing. "": none was shown, or it was verified.
  std::string certificate_error;
};

/// An ordered, reliable stream of bytes. One read and one write may be pending at a time. Destroying it closes it; no
/// call may be pending then. A deadline that passes breaks the connection: what was half written cannot be taken back.
class Stream {
 public:
  virtual ~Stream() = default;

  /// Reads at least one byte, at most `into.size()` (not 0). 0 when the other side has ended its stream in good order.
  /// A coroutine whose reads and writes never have to wait gives up its turn now and then.
  virtual boost::asio::awaitable<StreamResult<std::size_t>> read_some(std::span<char> into, MonotonicTime deadline) = 0;

  /// Hands over all of `bytes`, which must stay as they are until then.
  virtual boost::asio::awaitable<StreamResult<void>> write(std::string_view bytes, MonotonicTime deadline) = 0;

  /// Ends this side's stream in good order (TLS close_notify, FIN); what the other side still sends can be read.
  virtual boost::asio::awaitable<StreamResult<void>> end(MonotonicTime deadline) = 0;

  /// Breaks the connection at once: pending calls end with `closed`, in later turns.
  virtual void close() noexcept = 0;

  virtual Peer const& peer() const = 0;
};

/// Takes connections, each handshake included, in the order in which they are ready.
class Listener {
 public:
  virtual ~Listener() = default;

  /// The next connection. An error concerns one connection that failed, unless its kind is `closed`: then there will be
  /// no more.
  virtual boost::asio::awaitable<StreamResult<std::unique_ptr<Stream>>> accept() = 0;

  /// No more connections: a pending accept() ends with `closed`, in a later turn.
  virtual void close() noexcept = 0;
};

/// Makes connections to one place, which was settled when it was made.
class Connector {
 public:
  virtual ~Connector() = default;

  /// A new connection, TLS handshake included where it is spoken.
  virtual boost::asio::awaitable<StreamResult<std::unique_ptr<Stream>>> connect(MonotonicTime deadline) = 0;
};

}  // namespace seams
