#include "operator/http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <utility>

#include "operator/http/syntax.hpp"
#include "operator/seams/check.hpp"

namespace http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

/// How much of a body is allocated on the strength of a Content-Length alone.
constexpr std::size_t trusted_length = std::size_t{64} * 1024;
/// The longest line of a chunk's size with its extensions, and of all trailers.
constexpr std::size_t chunk_head_limit = std::size_t{8} * 1024;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

/// Beast's grammar, our memory: what it finds goes straight into the request.
class Grammar final : public beast_http::basic_parser<true> {
 public:
  explicit Grammar(RequestLimits const& limits) : limits_(limits) {
    // The head is counted by our own rule, which does not depend on how it was cut into pieces.
    header_limit(static_cast<std::uint32_t>(-1));
    body_limit(limits.body);
  }

  seams::HttpRequest request;
  std::optional<Refusal> refusal;
  bool head_done = false;
  bool is_head = false;
  bool is_http_1_0 = false;
  bool expects_continue = false;

 private:
  void refuse(int status, std::string reason, error_code& error) {
    refusal = Refusal{status, std::move(reason)};
    error = beast_http::error::bad_value;
  }

  void on_request_impl(beast_http::verb verb, string_view method, string_view target, int version,
                       error_code& error) override {
    error = {};
    request.method = view(method);
    request.target = view(target);
    is_head = verb == beast_http::verb::head;
    is_http_1_0 = version == 10;
  }
  void on_response_impl(int /*status*/, string_view /*reason*/, int /*version*/, error_code& error) override {
    error = {};
  }
  void on_field_impl(beast_http::field field, string_view name, string_view value, error_code& error) override {
    error = {};
    if (head_done) return;  // a trailer, of which we expect nothing
    if (request.headers.size() >= limits_.fields) return refuse(431, "too many header fields", error);
    switch (field) {
      case beast_http::field::host:
        ++hosts_;
        break;
      case beast_http::field::transfer_encoding:
        // What is not understood would be taken for a body of no length, and the body for a second request.
        if (!same_word(view(value), "chunked")) return refuse(501, "Unsupported transfer encoding", error);
        if (is_http_1_0) return refuse(400, "HTTP/1.0 knows no transfer encoding", error);
        break;
      case beast_http::field::expect:
        if (!same_word(view(value), "100-continue")) return refuse(417, "this expectation cannot be met", error);
        expects_continue = !is_http_1_0;
        break;
      default:
        break;
    }
    request.headers.add(std::string(view(name)), std::string(view(value)));
  }
  void on_header_impl(error_code& error) override {
    error = {};
    head_done = true;
    if (hosts_ == 0 && !is_http_1_0) return refuse(400, "missing required Host header", error);
    if (hosts_ > 1) return refuse(400, "too many Host headers", error);
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code& error) override {
    error = {};
    if (length) request.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, trusted_length)));
  }
  std::size_t on_body_impl(string_view bytes, error_code& error) override {
    error = {};
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/, error_code& error) override {
    error = {};
  }
  std::size_t on_chunk_body_impl(std::uint64_t /*remaining*/, string_view bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(error_code& error) override { error = {}; }

  RequestLimits const& limits_;
  int hosts_ = 0;
};

Refusal explain(error_code const& error, RequestLimits const& limits) {
  if (error == beast_http::error::body_limit)
    return {413, "Request entity too large: limit is " + std::to_string(limits.body)};
  if (error == beast_http::error::header_limit) return {431, "the header is too large"};
  if (error == beast_http::error::bad_version) return {505, "unsupported protocol version"};
  return {400, "malformed request: " + error.message()};
}

}  // namespace

class RequestParser::Sink {
 public:
  std::optional<Grammar> grammar;
};

RequestParser::RequestParser(RequestLimits limits) : limits_(limits), sink_(std::make_unique<Sink>()) {
  sink_->grammar.emplace(limits_);
}
RequestParser::~RequestParser() = default;

bool RequestParser::expects_continue() const { return sink_->grammar->expects_continue; }
bool RequestParser::keep_alive() const { return sink_->grammar->keep_alive(); }
bool RequestParser::is_http_1_0() const { return sink_->grammar->is_http_1_0; }
bool RequestParser::is_head() const { return sink_->grammar->is_head; }

void RequestParser::refuse(int status, std::string reason) {
  refusal_ = sink_->grammar->refusal.value_or(Refusal{status, std::move(reason)});
  state_ = State::refused;
}

std::size_t RequestParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  if (state_ == State::head) taken = feed_head(bytes);
  if (state_ == State::body) taken += feed_body(bytes.substr(taken));
  return taken;
}

std::size_t RequestParser::feed_head(std::string_view bytes) {
  std::size_t skipped = 0;
  if (!begun_) {
    // Some clients send an empty line after a body.
    while (bytes.starts_with("\r\n")) {
      bytes.remove_prefix(2);
      skipped += 2;
    }
    if (bytes.empty() || bytes == "\r") return skipped;
    begun_ = true;
  }
  std::size_t const end = find_end_of_head(bytes.substr(0, limits_.head), scanned_);
  if (end == std::string_view::npos) {
    if (bytes.size() >= limits_.head)
      refuse(431, "the header is larger than " + std::to_string(limits_.head) + " bytes");
    return skipped;
  }
  if (auto const line = bytes.find('\n'); line == 0 || bytes[line - 1] != '\r') {
    refuse(400, "malformed request: a line ends with CR and LF");
    return skipped;
  }
  error_code error;
  std::size_t const taken = sink_->grammar->put({bytes.data(), end}, error);
  if (error == beast_http::error::need_more) error = beast_http::error::bad_line_ending;
  if (error) {
    auto why = explain(error, limits_);
    refuse(why.status, std::move(why.reason));
    return skipped;
  }
  seams::check(taken == end && sink_->grammar->head_done, "a complete head is parsed in one go");
  state_ = sink_->grammar->is_done() ? State::complete : State::body;
  return skipped + taken;
}

std::size_t RequestParser::feed_body(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    auto const rest = bytes.substr(taken);
    error_code error;
    std::size_t const count = sink_->grammar->put({rest.data(), std::min(rest.size(), chunk_head_limit)}, error);
    taken += count;
    if (error == beast_http::error::need_more) {
      if (count > 0) continue;
      if (rest.size() >= chunk_head_limit) refuse(400, "a chunk's head is too long");
      break;
    }
    if (error) {
      auto why = explain(error, limits_);
      refuse(why.status, std::move(why.reason));
      break;
    }
    if (sink_->grammar->is_done()) {
      state_ = State::complete;
      break;
    }
  }
  return taken;
}

seams::HttpRequest RequestParser::take() {
  seams::check(state_ == State::complete, "only a complete request can be taken");
  auto request = std::move(sink_->grammar->request);
  sink_->grammar.emplace(limits_);
  state_ = State::head;
  begun_ = false;
  scanned_ = 0;
  return request;
}

}  // namespace http
