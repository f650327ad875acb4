// Bytes of a client -> requests. Whole, byte by byte and in pieces: always the same requests.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "operator/http/request_parser.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using State = http::RequestParser::State;

std::string requests_in(std::string_view bytes, std::size_t piece) {
  http::RequestLimits const limits{.head = 4096, .fields = 20, .body = 8192};
  http::RequestParser parser(limits);
  std::string found;
  std::string held;
  for (;;) {
    std::size_t const taken = parser.feed(held);
    fuzz::require(taken <= held.size(), "a parser takes no more than there is");
    held.erase(0, taken);
    if (parser.state() == State::complete) {
      auto const request = parser.take();
      fuzz::require(request.body.size() <= limits.body, "a body is within its limit");
      fuzz::require(request.headers.size() <= limits.fields, "the fields are within their limit");
      found += request.method + " " + request.target + "\n";
      for (auto const& [name, value] : request.headers) found += name + ": " + value + "\n";
      found += request.body + "\n";
      continue;
    }
    if (parser.state() == State::refused) return found + std::to_string(parser.refusal().status);
    fuzz::require(held.size() <= 8192 + piece, "a parser that wants more holds on to little");
    if (bytes.empty()) return found + (parser.begun() ? "incomplete" : "end");
    held += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const whole = requests_in(bytes, std::max<std::size_t>(size, 1));
  fuzz::require(requests_in(bytes, 1) == whole, "bytes one by one give the same requests");
  fuzz::require(requests_in(bytes, 2 + size % 61) == whole, "bytes in pieces give the same requests");
  return 0;
}
