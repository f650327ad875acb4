// Content codings: gzip with a bound on what comes out of it, and what a client says that it understands.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace http {

/// `bytes` as one gzip member, without a time in its head: equal bytes give equal bytes. `level`: 1 (fast) to 9
/// (small).
std::string gzip(std::string_view bytes, int level = 1);

/// What a gzip or zlib stream holds. The error says what is the matter: it is damaged, ends too early, has something
/// behind its end, or holds more than `limit` bytes.
std::expected<std::string, std::string> gunzip(std::string_view bytes, std::size_t limit);

/// Whether the value of an Accept-Encoding header allows gzip ("gzip;q=0" does not, "*" does).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace http
