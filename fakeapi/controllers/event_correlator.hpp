// What becomes of the events that a controller records: counted, combined or held back. Pure, save for its memory.
//
// As in client-go's recorder: an event that is the same as an earlier one adds to that one's count; from the tenth
// event on that differs from others within ten minutes by its message only, they are combined into one; one source may
// report 25 events of one object at once and then one every five minutes.
#pragma once
#include <cstdint>
#include <set>
#include <string>

#include "fakeapi/controllers/lru_cache.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

/// An event as it is recorded.
struct EventText {
  /// Names the object and the source: everything in which events about different things differ.
  std::string about;
  std::string object_name;
  std::string type;    ///< "Normal" or "Warning"
  std::string reason;  ///< "ScalingReplicaSet"
  std::string message;
};

/// What is to be written.
struct EventWrite {
  bool skip = false;
  bool update = false;  ///< the Event `name` is there already
  std::string name;
  std::string message;
  std::uint32_t count = 1;
  seams::WallTime first{};
};

class EventCorrelator {
 public:
  EventWrite correlate(EventText const& event, seams::WallTime now);

 private:
  struct Similar {
    std::set<std::string> messages;
    seams::WallTime last{};
  };
  struct Logged {
    std::uint32_t count = 0;
    std::string name;
    seams::WallTime first{};
  };
  struct Bucket {
    bool used = false;
    seams::Duration credit{};  // each event costs the time after which it is paid back
    seams::WallTime filled{};
  };

  std::string new_name(std::string const& object_name, seams::WallTime now);
  bool is_spam(std::string const& about, seams::WallTime now);

  static constexpr std::size_t most_remembered = 4096;
  LruCache<Similar> similar_{most_remembered};
  LruCache<Logged> logged_{most_remembered};
  LruCache<Bucket> buckets_{most_remembered};
  std::int64_t last_stamp_ = 0;
};

}  // namespace fakeapi
