#include "operator/http/response_parser.hpp"

#include <utility>

#include "operator/http/syntax.hpp"

namespace http {
namespace {

constexpr std::size_t field_limit = 256;

}  // namespace

void ResponseParser::begin(bool to_head) {
  to_head_ = to_head;
  state_ = State::head;
  begun_ = false;
  scanned_ = 0;
  error_.clear();
}

void ResponseParser::fail(std::string why) {
  error_ = std::move(why);
  state_ = State::malformed;
}

std::size_t ResponseParser::feed(std::string_view bytes, std::string& body) {
  std::size_t taken = 0;
  // More than one head: interim answers come first.
  while (state_ == State::head && taken < bytes.size()) {
    std::size_t const count = feed_head(bytes.substr(taken));
    taken += count;
    if (count == 0) break;
  }
  if (state_ == State::body) taken += feed_body(bytes.substr(taken), body);
  return taken;
}

std::size_t ResponseParser::feed_head(std::string_view bytes) {
  begun_ = true;
  std::size_t const end = find_end_of_head(bytes.substr(0, head_limit_), scanned_);
  if (end == std::string_view::npos) {
    if (bytes.size() >= head_limit_) fail("the answer's header is too large");
    return 0;
  }
  auto head = parse_response_head(bytes.substr(0, end), to_head_, field_limit);
  if (!head) {
    fail(std::move(head.error()));
    return 0;
  }
  scanned_ = 0;
  if (head->status == 101) {
    fail("the server wants to speak another protocol");
    return 0;
  }
  if (head->status / 100 == 1) return end;
  head_ = std::move(*head);
  reader_ = BodyReader(head_.framing, head_.length, BodyReader::no_limit);
  state_ = State::body;
  judge_body();
  return end;
}

std::size_t ResponseParser::feed_body(std::string_view bytes, std::string& body) {
  std::size_t const taken = reader_.feed(bytes, body);
  judge_body();
  return taken;
}

void ResponseParser::judge_body() {
  switch (reader_.state()) {
    case BodyReader::State::reading:
      break;
    case BodyReader::State::complete:
      state_ = State::complete;
      break;
    default:
      fail("the answer is malformed: bad chunk");
  }
}

void ResponseParser::feed_end() {
  if (state_ == State::head) return fail("the connection has ended before the answer");
  if (state_ != State::body) return;
  reader_.feed_end();
  if (reader_.state() == BodyReader::State::complete) {
    state_ = State::complete;
  } else {
    fail("the connection has ended in the middle of the answer");
  }
}

}  // namespace http
