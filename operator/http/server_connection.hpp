// One connection of an HTTP server: requests come out of a stream, the service answers them one after the other.
//
// Holds at most: one request within its limits, one buffer of as much as a head may have, and pieces of an answer of
// 16 KiB. Everything a client can make the server wait for has a time limit.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "operator/http/request_parser.hpp"
#include "operator/seams/clock.hpp"
#include "operator/seams/gate.hpp"
#include "operator/seams/http_service.hpp"
#include "operator/seams/stream.hpp"

namespace http {

struct ConnectionOptions {
  RequestLimits limits;
  /// How long a connection may be without a request.
  seams::Duration idle_timeout = std::chrono::seconds(90);
  /// How long a request may take to arrive, from its first byte to its last.
  seams::Duration request_timeout = std::chrono::seconds(60);
  /// How long the client may take to read each 256 KiB of an answer.
  seams::Duration write_timeout = std::chrono::seconds(30);
  /// How long the client may take to close its side of a connection that this side has ended, so that it reads the last
  /// answer before the connection breaks.
  seams::Duration linger = std::chrono::seconds(1);
  /// The answer to a request that never gets to the service, and to one that the service has not answered (500). Null:
  /// plain text.
  std::function<seams::HttpResponse(Refusal const&)> refuse;
};

/// The value of the Date header, made once a second.
class DateHeader {
 public:
  explicit DateHeader(seams::Clock& clock) : clock_(clock) {}
  std::string_view now();

 private:
  seams::Clock& clock_;
  seams::WallTime second_{};
  std::string text_;
};

/// Lives on a std::shared_ptr, for what it waits for keeps it alive. Used from one executor.
class ServerConnection final : public seams::HttpResponseWriter, public std::enable_shared_from_this<ServerConnection> {
 public:
  /// `service`, `clock`, `options` and `date` outlive run().
  ServerConnection(std::unique_ptr<seams::Stream> stream, seams::HttpService& service, seams::Clock& clock,
                   ConnectionOptions const& options, DateHeader& date);
  ~ServerConnection() override;

  /// Serves requests until the connection is over, then closes it. What the service throws comes out of here, once the
  /// client has got its 500.
  boost::asio::awaitable<void> run();

  /// No request after the one under way: an idle connection ends now, a streaming answer is told to come to its end.
  void drain();
  /// Breaks the connection now.
  void close() noexcept;

  seams::Peer const& peer() const { return stream_->peer(); }
  std::uint64_t requests() const { return requests_; }

  boost::asio::awaitable<bool> respond(seams::HttpResponse response) override;
  boost::asio::awaitable<bool> start(int status, seams::HttpHeaders headers) override;
  boost::asio::awaitable<bool> write(std::string_view bytes) override;
  boost::asio::awaitable<bool> finish() override;
  void on_end(std::move_only_function<void()> callback) override;
  bool draining() const override { return draining_; }

 private:
  enum class Phase : std::uint8_t { idle, reading, serving, ending };
  enum class Answer : std::uint8_t { none, streaming, complete };
  enum class Fill : std::uint8_t { data, end, broken };

  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> read_request();
  boost::asio::awaitable<void> refuse(Refusal refusal);
  boost::asio::awaitable<void> end_connection();
  boost::asio::awaitable<void> discard_what_comes(seams::MonotonicTime deadline);

  std::string_view input() const { return {input_.get() + input_begin_, input_end_ - input_begin_}; }
  void make_room();
  /// For so many bytes, whatever the parser wants.
  void make_room_for(std::size_t more);
  boost::asio::awaitable<Fill> fill(seams::MonotonicTime deadline);
  void watch_peer();
  boost::asio::awaitable<void> read_ahead();
  boost::asio::awaitable<void> end_idle();
  void run_apart(boost::asio::awaitable<void> work);

  void put_head(int status, seams::HttpHeaders const& headers);
  void put_connection();
  boost::asio::awaitable<bool> send(std::string_view body, std::string_view suffix);
  boost::asio::awaitable<bool> send_bytes(std::string_view bytes);
  void tell_end();

  std::unique_ptr<seams::Stream> stream_;
  seams::HttpService& service_;
  seams::Clock& clock_;
  ConnectionOptions const& options_;
  DateHeader& date_;
  boost::asio::any_io_executor executor_;
  RequestParser parser_;

  std::unique_ptr<char[]> input_;
  std::size_t input_size_ = 0;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::string output_;

  Phase phase_ = Phase::idle;
  Answer answer_ = Answer::none;
  bool keep_alive_ = false;   ///< the client is content with further requests
  bool is_head_ = false;      ///< the request under way wants no body
  bool is_http_1_0_ = false;  ///< its client knows no chunks
  bool chunked_ = false;      ///< the answer under way
  bool broken_ = false;       ///< nothing can be sent any more
  bool peer_ended_ = false;   ///< nothing more will come
  bool draining_ = false;
  bool reading_ahead_ = false;  ///< read_ahead() runs beside the service
  std::exception_ptr failure_;
  seams::Gate read_ahead_done_;
  std::move_only_function<void()> on_end_;
  std::uint64_t requests_ = 0;
  int from_buffer_ = 0;  ///< requests in a row for which nothing had to be read
};

}  // namespace http
