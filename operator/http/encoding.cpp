#include "operator/http/encoding.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "operator/http/syntax.hpp"
#include "operator/seams/check.hpp"

namespace http {
namespace {

constexpr int gzip_window = 15 + 16;      // 32 KiB, with gzip's head and checksum
constexpr int any_head_window = 15 + 32;  // gzip's or zlib's, whichever comes
constexpr int memory_level = 8;
constexpr std::size_t step = std::size_t{64} * 1024;

/// zlib takes pointers to what it does not change.
Bytef* input_of(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// A quality of 0 ("q=0", "q=0.000") is a refusal.
bool is_refused(std::string_view parameters) {
  auto value = trimmed(parameters);
  if (!value.starts_with("q=") && !value.starts_with("Q=")) return false;
  value.remove_prefix(2);
  return !value.empty() && std::ranges::all_of(value, [](char c) { return c == '0' || c == '.'; });
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
  seams::check(bytes.size() <= std::numeric_limits<uInt>::max(), "one call compresses 4 GiB at most");
  z_stream stream{};
  int const ready = deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY);
  seams::check(ready == Z_OK, "zlib can be set up");
  std::string out;
  out.resize(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = input_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int const done = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  seams::check(done == Z_STREAM_END, "what zlib said it needs was enough");
  return out;
}

std::expected<std::string, std::string> gunzip(std::string_view bytes, std::size_t limit) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) return std::unexpected("more than 4 GiB");
  z_stream stream{};
  seams::check(inflateInit2(&stream, any_head_window) == Z_OK, "zlib can be set up");
  stream.next_in = input_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::string error;
  for (;;) {
    std::size_t const before = out.size();
    // One byte more than allowed tells "exactly the limit" from "more".
    std::size_t const room = std::min(std::max(step, before), limit - before + 1);
    out.resize(before + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(room);
    int const code = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + room - stream.avail_out);
    if (out.size() > limit) {
      error = "more than " + std::to_string(limit) + " bytes";
    } else if (code == Z_STREAM_END) {
      if (stream.avail_in > 0) error = "something follows the compressed bytes";
    } else if (code == Z_OK || code == Z_BUF_ERROR) {
      if (stream.avail_out == 0) continue;
      error = "the compressed bytes end too early";
    } else {
      error = "the compressed bytes are damaged";
    }
    break;
  }
  inflateEnd(&stream);
  if (!error.empty()) return std::unexpected(std::move(error));
  return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool anything = false;
  while (!accept_encoding.empty()) {
    auto const comma = accept_encoding.find(',');
    auto const item = accept_encoding.substr(0, comma);
    auto const semicolon = item.find(';');
    auto const name = trimmed(item.substr(0, semicolon));
    bool const refused = semicolon != std::string_view::npos && is_refused(item.substr(semicolon + 1));
    if (same_word(name, "gzip")) return !refused;
    if (name == "*") anything = !refused;
    if (comma == std::string_view::npos) break;
    accept_encoding.remove_prefix(comma + 1);
  }
  return anything;
}

}  // namespace http
