// Which notes about objects become Events, and which are counted in one that is there already. Pure.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "operator/api/object.hpp"
#include "operator/runtime/recent.hpp"
#include "operator/seams/time.hpp"

namespace runtime {

/// Something to tell people of an object.
struct EventNote {
  std::string api_version{};  ///< of the object
  std::string kind{};
  api::ObjectKey key{};
  std::string uid{};
  api::ResourceVersion resource_version = api::ResourceVersion::none;
  bool warning = false;
  std::string reason{};  ///< one word for programs
  std::string message{};
  /// The moment after which it must not be sent (a lease's end).
  seams::MonotonicTime not_after = seams::never;
};

/// The numbers of client-go (tools/record), and what the API server takes.
struct EventLimits {
  std::size_t most_objects = 4096;  ///< of each kind of memory
  std::size_t similar = 10;         ///< so many different messages are told each for itself, less one
  seams::Duration similar_window = std::chrono::seconds(600);
  unsigned burst = 25;  ///< notes about one object
  seams::Duration refill = std::chrono::seconds(300);
  std::size_t message_bytes = 1024;
  std::size_t reason_bytes = 128;
};

/// Decides as client-go's EventCorrelator does, save that what has been dropped as spam does not count as stored.
///
/// * The same note again is no new Event: the one that is there counts it.
/// * Of different messages of one reason about one object, each within `similar_window` of the one before, the tenth
/// and
///   all that follow are one Event, with the latest message marked as one of several.
/// * About one object `burst` notes are let through, and one more for each `refill` that passes.
///
/// A value, bounded by its limits.
class EventCorrelator {
 public:
  explicit EventCorrelator(EventLimits const& limits = {});

  struct Decision {
    enum class Kind : std::uint8_t { create, count, drop };
    Kind kind = Kind::drop;
    std::string event;    ///< identifies the Event, for forget()
    std::string name;     ///< of the Event in the API
    std::string message;  ///< cut and, of several, marked
    bool combined = false;
    std::uint32_t count = 1;
    seams::WallTime first{};  ///< when the first of those counted was noted
    seams::WallTime last{};
  };
  Decision decide(EventNote const& note, seams::MonotonicTime now, seams::WallTime wall);

  /// This Event is not stored after all: the next note of it makes one.
  void forget(std::string const& event) { told_.forget(event); }

 private:
  struct Similar {
    seams::MonotonicTime last{};
    std::set<std::string> messages;
  };
  struct Told {
    std::string name;  ///< "": nothing has been let through yet
    std::uint32_t count = 0;
    seams::WallTime first{};
  };
  struct Allowance {
    seams::MonotonicTime spent_until{};  ///< when all would be refilled
  };

  bool is_spam(std::string const& object, seams::MonotonicTime now);

  EventLimits limits_;
  std::uint64_t named_ = 0;
  Recent<std::string, Similar> similar_;
  Recent<std::string, Told> told_;
  Recent<std::string, Allowance> allowances_;
};

/// The longest beginning of at most `most` bytes that does not end within a character of UTF-8.
std::string_view cut_text(std::string_view text, std::size_t most);

}  // namespace runtime
