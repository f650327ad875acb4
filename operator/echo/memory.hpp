// What the reconciler remembers of an Echo between two reconciles, beyond what the caches show.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "operator/api/object.hpp"
#include "operator/api/resource.hpp"
#include "operator/echo/plan.hpp"
#include "operator/echo/refusal.hpp"
#include "operator/seams/time.hpp"

namespace echo {

/// Nothing in here is needed for a correct outcome: a restart forgets it all, and then at most something is tried or
/// told once more.
struct Memory {
  std::string uid;  ///< the Echo it is about

  /// What the server refused, and for what: it is of interest only as long as neither has changed.
  struct Refused {
    Refusal refusal;
    std::int64_t generation = 0;
    api::ResourceVersion child = api::ResourceVersion::none;
    seams::MonotonicTime retry_at = seams::never;
  };
  std::optional<Refused> refused;
  /// Since when a status is held back; `never`: none is.
  seams::MonotonicTime held_since = seams::never;
  /// The server has taken our finalizer off; nobody can put it back on an Echo that is being deleted.
  bool finalizer_removed = false;
  /// The uid of a Deployment that the server has told us is gone.
  std::string gone_child;
  /// The generation that Ready is still to be claimed for (0: none), and the revision at which it was first seen.
  std::int64_t generation = 0;
  api::ResourceVersion generation_seen_at = api::ResourceVersion::none;
  /// Where no status can be stored: what was last told.
  std::optional<Standing> announced;

  bool empty() const {
    return !refused && held_since == seams::never && !finalizer_removed && gone_child.empty() && !announced &&
           generation == 0;
  }
};

/// At most one entry for each Echo that exists. References stay valid until their key's entry is forgotten.
class Memories {
 public:
  /// What is known of the Echo with this uid, or null. Forgets what is known of an earlier one of the same name.
  Memory* find(api::ObjectKey const& key, std::string const& uid) {
    auto const found = memories_.find(key);
    if (found == memories_.end()) return nullptr;
    if (found->second.uid == uid) return &found->second;
    memories_.erase(found);
    return nullptr;
  }
  Memory& of(api::ObjectKey const& key, std::string const& uid) {
    if (Memory* const known = find(key, uid)) return *known;
    Memory& fresh = memories_[key];
    fresh.uid = uid;
    return fresh;
  }
  void forget(api::ObjectKey const& key) { memories_.erase(key); }
  std::size_t size() const { return memories_.size(); }

 private:
  std::map<api::ObjectKey, Memory> memories_;
};

}  // namespace echo
