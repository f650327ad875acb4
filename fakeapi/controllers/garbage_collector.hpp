// The garbage collector of the fake cluster: owner references, and the finalizers foregroundDeletion and orphan.
//
// Rules (research: fakeapi.md §1.8 and §6): an object all of whose owners are gone (absent, or with another uid) is
// deleted with a uid precondition; if some owners remain, only the references to the others are dropped. An owner
// with foregroundDeletion waits until its dependents with blockOwnerDeletion are gone; one with orphan first has the
// references to it dropped. An owner is looked for in the dependent's namespace; one of an unknown kind, or a
// namespaced one of a cluster-scoped dependent, leaves the dependent alone. Left to a later issue: the Event
// OwnerRefInvalidNamespace, and owners that wait for each other in a circle (they wait for ever).
//
// Guarantees: a client like any other; each object is looked at after a delay, and live, not as it was when something
// happened. The cost of a commit does not depend on how many objects there are; a new kind is one pass over
// all of them.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/delay_source.hpp"
#include "fakeapi/controllers/kind_table.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/clock.hpp"

namespace fakeapi {

class GarbageCollector final : public Controller {
 public:
  /// Starts with the objects that are there. Server, clock and delays must outlive it; timers run as turns of the
  /// clock's process.
  GarbageCollector(Server& server, seams::Clock& clock, DelaySource& delays, Actor actor);
  ~GarbageCollector() override;

  void pause() override;
  void resume() override;

  /// Objects that are still to be looked at.
  std::size_t pending() const override { return queue_.size(); }
  std::uint64_t refused_writes() const override { return refused_writes_; }

 private:
  /// Names an object by its kind: as an owner reference would, plus the namespace.
  struct Item {
    std::string api_version;
    std::string kind;
    api::ObjectKey key;
    friend auto operator<=>(Item const&, Item const&) = default;
  };
  struct Entry {
    bool scheduled = false;
    seams::TimerId timer{};
    unsigned refusals = 0;  // in a row
  };
  using Queue = std::map<Item, Entry>;
  struct Owners;

  void observe(Commit const& commit);
  void scan();
  void index(api::Object const& object);
  void unindex(api::Object const& object);
  /// Puts an object that was just written into the queue if there is something to do for it.
  void consider(api::Object const& object);
  void enqueue(Item item);
  void schedule(Queue::value_type& element);
  void enqueue_dependents(std::string const& uid);
  /// Owners of `object` that wait for it in a foreground deletion.
  void enqueue_waiting_owners(api::Object const& object);

  api::ObjectPtr find(Item const& item) const;
  /// Sorts the owner references of an object by what has become of the owners.
  Owners owners_of(api::Object const& object) const;

  void process(Queue::value_type& element);
  // True when done, false when the server refused a write.
  bool process(api::Object const& object);
  bool process_owners(api::Object const& object);
  bool finish_foreground(api::Object const& owner);
  bool orphan_dependents(api::Object const& owner);
  bool drop_references(api::Object const& object, std::vector<std::string> const& owner_uids);
  bool drop_finalizer(api::Object const& object, std::string_view finalizer);
  bool remove(api::Object const& object, api::PropagationPolicy policy);
  bool execute(api::Object const& object, api::Request request);

  Server& server_;
  seams::Clock& clock_;
  DelaySource& delays_;
  Actor actor_;
  bool paused_ = false;
  KindTable kinds_;
  std::unordered_map<std::string, std::set<Item>> dependents_;  // by the owner's uid; only looked up
  Queue queue_;                                                 // timers point at the elements
  std::uint64_t refused_writes_ = 0;
  std::uint64_t observer_ = 0;
};

}  // namespace fakeapi
