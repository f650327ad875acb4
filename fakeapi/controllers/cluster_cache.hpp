// What the controllers of workloads have seen of the cluster: the shared informers of a controller manager.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/controllers/delay_source.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/clock.hpp"

namespace fakeapi {

enum class CachedKind : std::uint8_t { deployments, replica_sets, pods, disruption_budgets };
inline constexpr std::size_t cached_kind_count = 4;

/// A copy of some kinds' objects that follows the server's commits, each kind by itself: in order, each commit after a
/// delay (DelayUse::watch). Without delay a commit is seen before the write that caused it is answered.
///
/// Guarantees: handlers are told of every change in the order of the kind's commits, after the copy has changed; the
/// cost of a change does not depend on how many objects there are. A kind that the server does not serve has no
/// objects.
class ClusterCache {
 public:
  /// `before` is null for an object that is new, `after` for one that has gone.
  using Handler = std::function<void(api::ObjectPtr const& before, api::ObjectPtr const& after)>;
  using Visit = std::function<void(api::ObjectPtr const& object)>;

  /// Starts with what is there.
  ClusterCache(Server& server, seams::Clock& clock, DelaySource& delays);
  ~ClusterCache();
  ClusterCache(ClusterCache const&) = delete;
  ClusterCache& operator=(ClusterCache const&) = delete;

  /// `handler` is called for each change from now on; it may not write. It must live as long as the cache.
  void subscribe(CachedKind kind, Handler handler);

  api::ObjectPtr find(CachedKind kind, api::ObjectKey const& key) const;
  void for_each(CachedKind kind, Visit const& visit) const;
  /// The objects of a namespace that are controlled by the object with this uid; "": that nobody controls.
  void for_each_controlled(CachedKind kind, std::string const& namespace_, std::string const& uid,
                           Visit const& visit) const;
  /// All objects of a namespace.
  void for_each_in(CachedKind kind, std::string const& namespace_, Visit const& visit) const;

  /// Commits that are still on their way.
  std::size_t pending() const;

 private:
  struct Change {
    seams::MonotonicTime due{};
    api::ObjectKey key;
    api::ObjectPtr after;
  };
  using OwnerKey = std::pair<std::string, std::string>;  // namespace, uid of the controller
  struct Table {
    std::optional<ResourceIndex> resource;
    std::map<api::ObjectKey, api::ObjectPtr, KeyOrder> objects;
    std::map<OwnerKey, std::set<api::ObjectKey>> by_controller;
    std::vector<Handler> handlers;
    std::deque<Change> stream;
    bool scheduled = false;
    seams::TimerId timer{};
  };

  Table& table(CachedKind kind) { return tables_[static_cast<std::size_t>(kind)]; }
  Table const& table(CachedKind kind) const { return tables_[static_cast<std::size_t>(kind)]; }
  void observe(Commit const& commit);
  void schedule(Table& table);
  void deliver_due(Table& table);
  static api::ObjectPtr store(Table& table, api::ObjectKey const& key, api::ObjectPtr after);

  Server& server_;
  seams::Clock& clock_;
  DelaySource& delays_;
  std::array<Table, cached_kind_count> tables_;
  std::uint64_t observer_ = 0;
};

/// Calls back for the objects that a controller may have an interest in: those that it controls and those that nobody
/// does.
void for_each_candidate(ClusterCache const& cache, CachedKind kind, api::Object const& controller,
                        ClusterCache::Visit const& visit);

}  // namespace fakeapi
