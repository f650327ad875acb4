#include "operator/http/head_parser.hpp"

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

std::string_view view(string_view text) { return {text.data(), text.size()}; }

/// Beast's grammar, our memory: what it finds goes straight to where it belongs. Ends with the head.
template <bool is_request>
class Grammar : public beast_http::basic_parser<is_request> {
 public:
  Grammar() {
    // Whoever calls has counted.
    this->header_limit(static_cast<std::uint32_t>(-1));
    this->skip(true);
  }

  /// The error; an empty one when the head was parsed.
  error_code parse(std::string_view head) {
    error_code error;
    std::size_t const taken = this->put({head.data(), head.size()}, error);
    if (error == beast_http::error::need_more) error = beast_http::error::bad_line_ending;
    seams::check(error || (taken == head.size() && this->is_done()), "a complete head is parsed in one go");
    return error;
  }

 private:
  void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
};

class RequestGrammar final : public Grammar<true> {
 public:
  explicit RequestGrammar(std::size_t field_limit) : field_limit_(field_limit) {}

  RequestHead head;
  std::optional<Refusal> refusal;

 private:
  void refuse(int status, std::string reason, error_code& error) {
    refusal = Refusal{status, std::move(reason)};
    error = beast_http::error::bad_value;
  }

  void on_request_impl(beast_http::verb /*verb*/, string_view method, string_view target, int version,
                       error_code& /*error*/) override {
    head.method = view(method);
    head.target = view(target);
    head.is_http_1_0 = version == 10;
  }
  void on_field_impl(beast_http::field field, string_view name, string_view value, error_code& error) override {
    if (head.headers.size() >= field_limit_) return refuse(431, "too many header fields", error);
    switch (field) {
      case beast_http::field::host:
        ++hosts_;
        break;
      case beast_http::field::transfer_encoding:
        // What is not understood would be taken for a body of no length, and the body for a second request.
        if (!same_word(view(value), "chunked")) return refuse(501, "Unsupported transfer encoding", error);
        if (head.is_http_1_0) return refuse(400, "HTTP/1.0 knows no transfer encoding", error);
        break;
      case beast_http::field::expect:
        if (!same_word(view(value), "100-continue")) return refuse(417, "this expectation cannot be met", error);
        head.expects_continue = !head.is_http_1_0;
        break;
      default:
        break;
    }
    head.headers.add(std::string(view(name)), std::string(view(value)));
  }
  void on_header_impl(error_code& error) override {
    if (hosts_ == 0 && !head.is_http_1_0) return refuse(400, "missing required Host header", error);
    if (hosts_ > 1) return refuse(400, "too many Host headers", error);
  }

  std::size_t field_limit_;
  int hosts_ = 0;
};

class ResponseGrammar final : public Grammar<false> {
 public:
  explicit ResponseGrammar(std::size_t field_limit) : field_limit_(field_limit) {}

  ResponseHead head;

 private:
  void on_response_impl(int status, string_view /*reason*/, int /*version*/, error_code& /*error*/) override {
    head.status = status;
  }
  void on_field_impl(beast_http::field field, string_view name, string_view value, error_code& error) override {
    bool const strange = field == beast_http::field::transfer_encoding && !same_word(view(value), "chunked");
    if (strange || head.headers.size() >= field_limit_) {
      error = beast_http::error::bad_field;
      return;
    }
    head.headers.add(std::string(view(name)), std::string(view(value)));
  }

  std::size_t field_limit_;
};

bool begins_with_a_whole_line(std::string_view head) {
  auto const line = head.find('\n');
  return line != std::string_view::npos && line > 0 && head[line - 1] == '\r';
}

}  // namespace

std::expected<RequestHead, Refusal> parse_request_head(std::string_view head, std::size_t field_limit) {
  if (!begins_with_a_whole_line(head))
    return std::unexpected(Refusal{400, "malformed request: a line ends with CR and LF"});
  RequestGrammar grammar(field_limit);
  if (auto const error = grammar.parse(head)) {
    if (grammar.refusal) return std::unexpected(std::move(*grammar.refusal));
    if (error == beast_http::error::bad_version) return std::unexpected(Refusal{505, "unsupported protocol version"});
    return std::unexpected(Refusal{400, "malformed request: " + error.message()});
  }
  auto& found = grammar.head;
  found.keep_alive = grammar.keep_alive();
  if (grammar.chunked()) {
    found.framing = Framing::chunked;
  } else if (auto const length = grammar.content_length()) {
    found.framing = Framing::length;
    found.length = *length;
  }
  return std::move(found);
}

std::expected<ResponseHead, std::string> parse_response_head(std::string_view head, bool to_head,
                                                             std::size_t field_limit) {
  ResponseGrammar grammar(field_limit);
  if (auto const error = grammar.parse(head)) return std::unexpected("the answer is malformed: " + error.message());
  auto& found = grammar.head;
  found.keep_alive = grammar.keep_alive();
  if (to_head || found.status / 100 == 1 || found.status == 204 || found.status == 304) {
    found.framing = Framing::none;
  } else if (grammar.chunked()) {
    found.framing = Framing::chunked;
  } else if (auto const length = grammar.content_length()) {
    found.framing = Framing::length;
    found.length = *length;
  } else {
    found.framing = Framing::until_end;
    found.keep_alive = false;
  }
  return std::move(found);
}

}  // namespace http
