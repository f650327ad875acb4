#include "operator/http/response_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <utility>

#include "operator/http/syntax.hpp"
#include "operator/seams/check.hpp"

namespace http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::size_t field_limit = 256;
constexpr std::size_t chunk_head_limit = std::size_t{8} * 1024;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

class Grammar final : public beast_http::basic_parser<false> {
 public:
  explicit Grammar(bool to_head) {
    header_limit(static_cast<std::uint32_t>(-1));
    // Watches have no end; whoever wants a whole body counts.
    body_limit(boost::none);
    skip(to_head);
  }

  ResponseHead head;
  std::string* body = nullptr;
  bool head_done = false;

 private:
  void on_request_impl(beast_http::verb /*verb*/, string_view /*method*/, string_view /*target*/, int /*version*/,
                       error_code& error) override {
    error = {};
  }
  void on_response_impl(int status, string_view /*reason*/, int /*version*/, error_code& error) override {
    error = {};
    head.status = status;
  }
  void on_field_impl(beast_http::field field, string_view name, string_view value, error_code& error) override {
    error = {};
    if (head_done) return;  // a trailer
    bool const strange = field == beast_http::field::transfer_encoding && !same_word(view(value), "chunked");
    if (strange || head.headers.size() >= field_limit) {
      error = beast_http::error::bad_field;
      return;
    }
    head.headers.add(std::string(view(name)), std::string(view(value)));
  }
  void on_header_impl(error_code& error) override {
    error = {};
    head_done = true;
  }
  void on_body_init_impl(boost::optional<std::uint64_t> const& /*length*/, error_code& error) override { error = {}; }
  std::size_t on_body_impl(string_view bytes, error_code& error) override {
    error = {};
    body->append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/, error_code& error) override {
    error = {};
  }
  std::size_t on_chunk_body_impl(std::uint64_t /*remaining*/, string_view bytes, error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_finish_impl(error_code& error) override { error = {}; }
};

}  // namespace

class ResponseParser::Sink {
 public:
  std::optional<Grammar> grammar;
};

ResponseParser::ResponseParser(std::size_t head_limit) : head_limit_(head_limit), sink_(std::make_unique<Sink>()) {
  begin(false);
}
ResponseParser::~ResponseParser() = default;

void ResponseParser::begin(bool to_head) {
  to_head_ = to_head;
  sink_->grammar.emplace(to_head);
  state_ = State::head;
  begun_ = false;
  scanned_ = 0;
  error_.clear();
}

ResponseHead& ResponseParser::head() { return sink_->grammar->head; }

std::optional<std::uint64_t> ResponseParser::content_length() const {
  if (auto const length = sink_->grammar->content_length()) return *length;
  return std::nullopt;
}

bool ResponseParser::keep_alive() const { return sink_->grammar->keep_alive(); }

void ResponseParser::fail(std::string why) {
  error_ = std::move(why);
  state_ = State::malformed;
}

std::size_t ResponseParser::feed(std::string_view bytes, std::string& body) {
  std::size_t taken = 0;
  while (state_ == State::head && taken < bytes.size()) {
    std::size_t const count = feed_head(bytes.substr(taken), body);
    taken += count;
    if (count == 0) break;
  }
  if (state_ == State::body) taken += feed_body(bytes.substr(taken), body);
  return taken;
}

std::size_t ResponseParser::feed_head(std::string_view bytes, std::string& body) {
  if (bytes.empty()) return 0;
  begun_ = true;
  std::size_t const end = find_end_of_head(bytes.substr(0, head_limit_), scanned_);
  if (end == std::string_view::npos) {
    if (bytes.size() >= head_limit_) fail("the answer's header is too large");
    return 0;
  }
  error_code error;
  sink_->grammar->body = &body;
  std::size_t const taken = sink_->grammar->put({bytes.data(), end}, error);
  if (error == beast_http::error::need_more) error = beast_http::error::bad_line_ending;
  if (error) {
    fail("the answer is malformed: " + error.message());
    return 0;
  }
  seams::check(taken == end, "a complete head is parsed in one go");
  if (int const status = sink_->grammar->head.status; status / 100 == 1) {
    if (status == 101) {
      fail("the server wants to speak another protocol");
      return 0;
    }
    begin(to_head_);
    begun_ = true;
    return taken;
  }
  state_ = sink_->grammar->is_done() ? State::complete : State::body;
  return taken;
}

std::size_t ResponseParser::feed_body(std::string_view bytes, std::string& body) {
  sink_->grammar->body = &body;
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    auto const rest = bytes.substr(taken);
    error_code error;
    std::size_t const count = sink_->grammar->put({rest.data(), rest.size()}, error);
    taken += count;
    if (error == beast_http::error::need_more) {
      if (count > 0) continue;
      if (rest.size() >= chunk_head_limit) fail("a chunk's head is too long");
      break;
    }
    if (error) {
      fail("the answer is malformed: " + error.message());
      break;
    }
    if (sink_->grammar->is_done()) {
      state_ = State::complete;
      break;
    }
  }
  return taken;
}

void ResponseParser::feed_end() {
  if (state_ == State::complete || state_ == State::malformed) return;
  // Beast takes it amiss to be told of an end before anything has begun.
  if (!begun_ || state_ == State::head) return fail("the connection has ended before the answer");
  error_code error;
  std::string nothing;
  sink_->grammar->body = &nothing;
  sink_->grammar->put_eof(error);
  if (error) return fail("the connection has ended in the middle of the answer");
  state_ = State::complete;
}

}  // namespace http
