// A stream of changes.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "operator/api/error.hpp"
#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace api {

enum class WatchEventType : std::uint8_t { added, modified, deleted, bookmark, error };
/// "ADDED" … "ERROR".
std::string_view to_string(WatchEventType type);

struct WatchEvent {
  WatchEventType type = WatchEventType::bookmark;
  /// The object; for a deleted one its last state with the revision of the deletion; for a bookmark only the
  /// resourceVersion is set. Null for an error.
  ObjectPtr object;
  /// Of an ERROR event. The stream is of no use after it.
  std::optional<Error> error;
};

/// An open watch. Destroying it closes the stream; no call may be pending then.
class Watch {
 public:
  virtual ~Watch() = default;

  /// The next event, in order of revisions. Nothing when the server has ended the stream in good order: watch again
  /// from the last revision seen. An Error when the connection broke, when nothing came until `deadline`
  /// (deadline_exceeded) or when the wait was cancelled (cancelled). One call at a time.
  virtual boost::asio::awaitable<std::expected<std::optional<WatchEvent>, Error>> next(seams::MonotonicTime deadline) = 0;
};

}  // namespace api
