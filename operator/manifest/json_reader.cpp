#include "operator/manifest/json_reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "operator/manifest/manifest.hpp"

namespace manifest {
namespace {

namespace json = boost::json;
using ErrorCode = json::error_code;

/// What Boost's push parser calls. It is fed line by line, which is how a line is known.
struct Handler {
  // Limits of one value; the text's own limit is the tighter one.
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  explicit Handler(Builder& target) : builder(&target) {}

  Builder* builder;
  int line = 0;
  std::string part;
  std::optional<Failure> failure;

  bool fail(Failure what, ErrorCode& error) {
    failure = std::move(what);
    error = json::error::exception;  // ends the parse; `failure` says why
    return false;
  }
  bool scalar(json::value value, std::string source) {
    builder->scalar(std::move(value), std::move(source), line);
    return true;
  }
  bool open(DocumentNode::Kind kind, ErrorCode& error) {
    auto opened = builder->open(kind, line);
    return opened ? true : fail(opened.error(), error);
  }
  std::string whole(json::string_view end) {
    part.append(end.data(), end.size());
    return std::exchange(part, {});
  }
  bool more(json::string_view text) {
    part.append(text.data(), text.size());
    return true;
  }

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }
  bool on_object_begin(ErrorCode& error) { return open(DocumentNode::Kind::mapping, error); }
  bool on_array_begin(ErrorCode& error) { return open(DocumentNode::Kind::sequence, error); }
  bool on_object_end(std::size_t, ErrorCode&) {
    builder->close();
    return true;
  }
  bool on_array_end(std::size_t, ErrorCode&) {
    builder->close();
    return true;
  }
  bool on_key_part(json::string_view text, std::size_t, ErrorCode&) { return more(text); }
  bool on_key(json::string_view text, std::size_t, ErrorCode&) {
    builder->key(whole(text), line, false);
    return true;
  }
  bool on_string_part(json::string_view text, std::size_t, ErrorCode&) { return more(text); }
  bool on_string(json::string_view text, std::size_t, ErrorCode&) {
    return scalar(json::value(json::string(whole(text))), "");
  }
  bool on_number_part(json::string_view text, ErrorCode&) { return more(text); }
  bool on_int64(std::int64_t number, json::string_view text, ErrorCode&) {
    return scalar(json::value(number), whole(text));
  }
  bool on_uint64(std::uint64_t number, json::string_view text, ErrorCode& error) {
    if (std::in_range<std::int64_t>(number)) return on_int64(static_cast<std::int64_t>(number), text, error);
    return too_large(whole(text), error);
  }
  bool on_double(double number, json::string_view text, ErrorCode& error) {
    std::string source = whole(text);
    if (source.find_first_of(".eE") == std::string::npos) return too_large(source, error);
    if (!std::isfinite(number)) {
      return fail({line, "the number " + source + " is too large; put it in quotes if text is meant"}, error);
    }
    return scalar(json::value(number), std::move(source));
  }
  bool on_bool(bool value, ErrorCode&) { return scalar(json::value(value), value ? "true" : "false"); }
  bool on_null(ErrorCode&) { return scalar(json::value(nullptr), "null"); }
  bool on_comment_part(json::string_view, ErrorCode&) { return true; }
  bool on_comment(json::string_view, ErrorCode&) { return true; }

  bool too_large(std::string const& source, ErrorCode& error) {
    return fail({line, "the integer " + source + " does not fit in 64 bits; put it in quotes if text is meant"}, error);
  }
};

}  // namespace

std::expected<bool, Failure> read_json(std::string_view text, int first_line, Builder& builder) {
  json::parse_options options;
  options.max_depth = max_depth + 1;  // the builder's limit comes first, and has words
  json::basic_parser<Handler> parser(options, Handler(builder));
  Handler& handler = parser.handler();
  handler.line = first_line;
  bool inside = false;
  int start_line = first_line;
  while (!text.empty()) {
    std::string_view const rest = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    if (!inside) {
      std::size_t const start = rest.find_first_not_of(" \t\r\n");
      if (start == std::string_view::npos) {
        text.remove_prefix(rest.size());
        ++handler.line;
        continue;
      }
      if (rest[start] != '{') return false;
      parser.reset();
      start_line = handler.line;
    }
    ErrorCode error;
    std::size_t const used = parser.write_some(true, rest.data(), rest.size(), error);
    if (handler.failure) return std::unexpected(*handler.failure);
    if (error) return false;
    inside = !parser.done();
    if (used > 0 && rest[used - 1] == '\n') ++handler.line;
    text.remove_prefix(used);
  }
  // Good JSON up to the end of the text is no YAML either.
  if (inside)
    return std::unexpected(Failure{start_line, "the { that is opened here is never closed; add the closing }"});
  return true;
}

}  // namespace manifest
