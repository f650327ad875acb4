#include "fakeapi/controllers/event_correlator.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fakeapi {
namespace {

constexpr std::size_t most_alike = 10;
constexpr seams::Duration alike_for = std::chrono::minutes(10);
constexpr std::int64_t burst = 25;
constexpr seams::Duration cost = std::chrono::minutes(5);

}  // namespace

// The time in nanoseconds, made unique: events of one moment must not share a name.
std::string EventCorrelator::new_name(std::string const& object_name, seams::WallTime now) {
  last_stamp_ = std::max<std::int64_t>(now.time_since_epoch().count(), last_stamp_ + 1);
  std::array<char, 16> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), last_stamp_, 16).ptr;
  return object_name + '.' + std::string(digits.data(), end);
}

bool EventCorrelator::is_spam(std::string const& about, seams::WallTime now) {
  Bucket& bucket = buckets_[about];
  if (!bucket.used) {
    bucket = {true, burst * cost, now};
  } else if (now > bucket.filled) {
    bucket.credit = now - bucket.filled >= burst * cost ? burst * cost
                                                        : std::min(burst * cost, bucket.credit + (now - bucket.filled));
    bucket.filled = now;
  }
  if (bucket.credit < cost) return true;
  bucket.credit -= cost;
  return false;
}

EventWrite EventCorrelator::correlate(EventText const& event, seams::WallTime now) {
  EventWrite write;
  write.message = event.message;
  std::string const group = event.about + '\n' + event.type + '\n' + event.reason;
  Similar& similar = similar_[group];
  if (now - similar.last > alike_for) similar.messages.clear();
  similar.messages.insert(event.message);
  similar.last = now;
  std::string key = group + '\n' + event.message;
  if (similar.messages.size() >= most_alike) {
    similar.messages.erase(similar.messages.begin());
    key = group;
    write.message = "(combined from similar events): " + event.message;
  }
  Logged& logged = logged_[key];
  write.update = logged.count > 0;
  if (!write.update) {
    logged.name = new_name(event.object_name, now);
    logged.first = now;
  }
  write.name = logged.name;
  write.first = logged.first;
  write.count = ++logged.count;
  write.skip = is_spam(event.about, now);
  return write;
}

}  // namespace fakeapi
