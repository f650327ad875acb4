// Bytes of a server -> an answer, and what is packed in it. Whole, byte by byte and in pieces: always the same answer.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "operator/http/encoding.hpp"
#include "operator/http/response_parser.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using State = http::ResponseParser::State;

std::string answer_in(std::string_view bytes, std::size_t piece, bool to_head, std::string& body) {
  http::ResponseParser parser(4096);
  parser.begin(to_head);
  std::string held;
  auto const over = [&] { return parser.state() == State::complete || parser.state() == State::malformed; };
  while (!over() && !bytes.empty()) {
    held += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    std::size_t const taken = parser.feed(held, body);
    fuzz::require(taken <= held.size(), "a parser takes no more than there is");
    held.erase(0, taken);
    fuzz::require(over() || held.size() <= 8192 + piece, "a parser that wants more holds on to little");
  }
  if (!over()) parser.feed_end();
  if (parser.state() == State::malformed) return "malformed";
  std::string found = std::to_string(parser.head().status) + "\n";
  for (auto const& [name, value] : parser.head().headers) found += name + ": " + value + "\n";
  return found + body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  for (bool const to_head : {false, true}) {
    std::string body;
    auto const whole = answer_in(bytes, std::max<std::size_t>(size, 1), to_head, body);
    std::string other;
    fuzz::require(answer_in(bytes, 1, to_head, other) == whole, "bytes one by one give the same answer");
    other.clear();
    fuzz::require(answer_in(bytes, 2 + size % 61, to_head, other) == whole, "bytes in pieces give the same answer");
    constexpr std::size_t limit = 100'000;
    if (auto const plain = http::gunzip(body, limit)) fuzz::require(plain->size() <= limit, "a limit is a limit");
  }
  return 0;
}
