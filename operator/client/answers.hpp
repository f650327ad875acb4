// The answers of HTTP as answers of the API. Pure.
#pragma once
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/api.hpp"
#include "operator/api/request.hpp"
#include "operator/api/watch.hpp"
#include "operator/seams/http_service.hpp"

namespace client {

/// The longest answer that is read, in bytes, before and after decompression.
inline constexpr std::size_t most_answer_bytes = std::size_t{256} * 1024 * 1024;

/// What an answer to `request` means. An answer that cannot be read is an error of reason connection_failed; of a write
/// its outcome is unknown, and so it is of every 5xx.
api::Result<api::Response> read_answer(api::Request const& request, seams::HttpResponse const& response);

/// The error in an answer with a status of 300 and up, or in an ERROR event. Takes anything: a Status, or the text of
/// some proxy on the way. `is_write`: a 5xx leaves the outcome unknown.
api::Error read_failure(int status, std::string_view body, std::string_view retry_after, bool is_write);

/// Why the answer to a read cannot be used; `why`: "it ends too early".
api::Error unreadable_answer(std::string const& why);

/// One event of a watch, a line without its end. `trim`: paths to drop from the object.
std::expected<api::WatchEvent, api::Error> read_event(std::string_view line, std::vector<std::string> const& trim);

/// Cuts the bytes of a watch into lines, however they come.
class LineCutter {
 public:
  /// A line longer than this is given up, and the watch with it.
  static constexpr std::size_t most_line_bytes = std::size_t{8} * 1024 * 1024;

  /// Where bytes that have come are appended.
  std::string& buffer() { return buffer_; }
  /// The next complete line that is not empty, without its end; nothing if there is none. Valid until the next call and
  /// until bytes are appended.
  std::optional<std::string_view> next();
  /// Bytes of a line that has no end yet are held: if the stream ends now, it was cut off.
  bool in_line() const { return buffer_.size() > begin_; }
  bool too_long() const { return buffer_.size() - begin_ > most_line_bytes; }

 private:
  std::string buffer_;
  std::size_t begin_ = 0;    // of the line that comes next
  std::size_t scanned_ = 0;  // no line ends before this
};

}  // namespace client
