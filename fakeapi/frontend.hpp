// One API server of several over one store: what its watch caches have taken in, kind by kind.
#pragma once
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "fakeapi/store/log.hpp"

namespace fakeapi {

class Server;

/// A frontend's caches answer what need not be the latest: reads at resourceVersion 0 or "not older than", and all
/// watches. They follow the store at once unless they are held; then they stay where they are, each kind for itself,
/// until they are moved on or let go. Whoever is sent from one frontend to another that lags sees the past again.
///
/// Guarantees: what a frontend shows of one kind never goes back and is never ahead of the store; its news of one kind
/// come in the order of their revisions, none is left out. History that is compacted is history here too: a held cache
/// is moved past it.
/// Outlived by the server; outlives the watches opened through it. Costs nothing for kinds that are not held.
class Frontend {
 public:
  explicit Frontend(Server& server);
  ~Frontend();
  Frontend(Frontend const&) = delete;
  Frontend& operator=(Frontend const&) = delete;

  /// The newest commit of this kind that the cache has taken in may have this revision, and none has a later one.
  Revision visible(ResourceIndex resource) const;
  /// The same for servers whose caches are told of the store's progress in other kinds too: without a commit of its own
  /// kind a cache that is not held has reached the store's revision.
  Revision reached(ResourceIndex resource) const;
  bool is_held(ResourceIndex resource) const { return bound(resource) != unbounded; }
  /// How many commits of this kind its cache has yet to take in.
  std::size_t behind(ResourceIndex resource) const;

  /// Stops the cache of this kind, or those of all kinds, those to come included, where it is.
  void hold(ResourceIndex resource);
  void hold_all();
  /// Lets a held cache take in what was committed up to `revision`; it stays held.
  void advance(ResourceIndex resource, Revision revision);
  /// Lets a held cache take in its next commit; false: there is none.
  bool advance(ResourceIndex resource);
  /// Lets the cache catch up and follow the store again.
  void release(ResourceIndex resource);
  void release_all();
  /// Kinds that come later follow the store again; those that there are stay as they are.
  void release_later_kinds() { beyond_ = unbounded; }

  /// Calls back with each commit as the cache of its kind takes it in. The rules are those of Server::add_observer().
  std::uint64_t add_observer(std::function<void(Commit const&)> observer);
  void remove_observer(std::uint64_t id);

 private:
  static constexpr Revision unbounded = static_cast<Revision>(-1);

  Revision bound(ResourceIndex resource) const {
    auto const place = static_cast<std::size_t>(resource);
    return place < bounds_.size() ? bounds_[place] : beyond_;
  }
  Revision& bound(ResourceIndex resource);
  void take_in(ResourceIndex resource, Revision to);
  void committed(Commit const& commit);
  void tell(Commit const& commit) const;

  Server& server_;
  Log const& log_;
  std::uint64_t observer_;
  // By resource: no commit after this revision has been taken in; unbounded: it follows the store.
  std::vector<Revision> bounds_;
  Revision beyond_ = unbounded;  // of the resources after those
  std::vector<std::pair<std::uint64_t, std::function<void(Commit const&)>>> observers_;
  std::uint64_t last_observer_ = 0;
};

}  // namespace fakeapi
