#include "operator/http/request_parser.hpp"

#include <algorithm>
#include <utility>

#include "operator/http/syntax.hpp"
#include "operator/seams/check.hpp"

namespace http {
namespace {

/// How much of a body is allocated on the strength of a Content-Length alone.
constexpr std::uint64_t trusted_length = std::uint64_t{64} * 1024;

}  // namespace

void RequestParser::refuse(Refusal why) {
  refusal_ = std::move(why);
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
      refuse({431, "the header is larger than " + std::to_string(limits_.head) + " bytes"});
    return skipped;
  }
  auto head = parse_request_head(bytes.substr(0, end), limits_.fields);
  if (!head) {
    refuse(std::move(head.error()));
    return skipped;
  }
  head_ = std::move(*head);
  reader_ = BodyReader(head_.framing, head_.length, limits_.body);
  state_ = State::body;
  judge_body();
  if (state_ == State::body && head_.framing == Framing::length)
    body_.reserve(static_cast<std::size_t>(std::min(head_.length, trusted_length)));
  return skipped + end;
}

std::size_t RequestParser::feed_body(std::string_view bytes) {
  std::size_t const taken = reader_.feed(bytes, body_);
  judge_body();
  return taken;
}

void RequestParser::judge_body() {
  switch (reader_.state()) {
    case BodyReader::State::reading:
      break;
    case BodyReader::State::complete:
      state_ = State::complete;
      break;
    case BodyReader::State::malformed:
      refuse({400, "malformed request: bad chunk"});
      break;
    case BodyReader::State::too_large:
      refuse({413, "Request entity too large: limit is " + std::to_string(limits_.body)});
      break;
  }
}

seams::HttpRequest RequestParser::take() {
  seams::check(state_ == State::complete, "only a complete request can be taken");
  seams::HttpRequest request;
  request.method = std::move(head_.method);
  request.target = std::move(head_.target);
  request.headers = std::move(head_.headers);
  request.body = std::exchange(body_, std::string());
  state_ = State::head;
  begun_ = false;
  scanned_ = 0;
  return request;
}

}  // namespace http
