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

struct Inflater::Stream {
  Stream() { seams::check(inflateInit2(&zlib, any_head_window) == Z_OK, "zlib can be set up"); }
  ~Stream() { inflateEnd(&zlib); }
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;
  z_stream zlib{};
};

Inflater::Inflater(std::size_t limit) : stream_(std::make_unique<Stream>()), left_(limit) {}
Inflater::~Inflater() = default;

std::expected<void, std::string> Inflater::feed(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return {};
  if (complete_) return std::unexpected("something follows the compressed bytes");
  if (bytes.size() > std::numeric_limits<uInt>::max()) return std::unexpected("more than 4 GiB");
  z_stream& zlib = stream_->zlib;
  zlib.next_in = input_of(bytes);
  zlib.avail_in = static_cast<uInt>(bytes.size());
  for (;;) {
    std::size_t const before = out.size();
    // One byte more than allowed tells "exactly the limit" from "more".
    std::size_t const room = std::min(step, left_ + 1);
    out.resize(before + room);
    zlib.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    zlib.avail_out = static_cast<uInt>(room);
    int const code = inflate(&zlib, Z_NO_FLUSH);
    std::size_t const made = room - zlib.avail_out;
    out.resize(before + made);
    if (made > left_) return std::unexpected("more bytes come out than are wanted");
    left_ -= made;
    if (code == Z_STREAM_END) {
      complete_ = true;
      if (zlib.avail_in > 0) return std::unexpected("something follows the compressed bytes");
      return {};
    }
    if (code != Z_OK && code != Z_BUF_ERROR) return std::unexpected("the compressed bytes are damaged");
    if (zlib.avail_out > 0) return {};
  }
}

std::expected<std::string, std::string> gunzip(std::string_view bytes, std::size_t limit) {
  Inflater inflater(limit);
  std::string out;
  if (auto const fed = inflater.feed(bytes, out); !fed) {
    if (out.size() > limit) return std::unexpected("more than " + std::to_string(limit) + " bytes");
    return std::unexpected(fed.error());
  }
  if (!inflater.complete()) return std::unexpected("the compressed bytes end too early");
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
