// Content codings: gzip with a bound on what comes out of it, and what a client says that it understands.
#pragma once
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace http {

/// `bytes` as one gzip member, without a time in its head: equal bytes give equal bytes. `level`: 1 (fast) to 9
/// (small).
std::string gzip(std::string_view bytes, int level = 1);

/// What a gzip or zlib stream holds. The error says what is the matter: it is damaged, ends too early, has something
/// behind its end, or holds more than `limit` bytes.
std::expected<std::string, std::string> gunzip(std::string_view bytes, std::size_t limit);

/// The same, for a stream that comes in pieces.
class Inflater {
 public:
  explicit Inflater(std::size_t limit);
  ~Inflater();
  Inflater(Inflater const&) = delete;
  Inflater& operator=(Inflater const&) = delete;

  /// Appends to `out` what `bytes`, the next piece, hold. The error says what is the matter, as that of gunzip();
  /// nothing more can be fed then.
  std::expected<void, std::string> feed(std::string_view bytes, std::string& out);
  /// The end of the stream has come.
  bool complete() const { return complete_; }

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::size_t left_;  ///< bytes that may still come out
  bool complete_ = false;
};

/// Whether the value of an Accept-Encoding header allows gzip ("gzip;q=0" does not, "*" does).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace http
