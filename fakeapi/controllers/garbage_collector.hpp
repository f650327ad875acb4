// The garbage collector of the fake cluster: owner references, and the finalizers foregroundDeletion and orphan.
//
// Rules (research: fakeapi.md §1.8 and §6): an object all of whose owners are gone (absent, or with another uid) is
// deleted with a uid precondition; if some owners remain, only the references to the others are dropped. An owner
// with foregroundDeletion waits until its dependents with blockOwnerDeletion are gone; one with orphan first has the
// references to it dropped; objects that would wait for each other in a circle stop blocking. An owner is looked for in
// the dependent's namespace (an Event OwnerRefInvalidNamespace tells of one that is in another); one of an unknown
// kind, or a namespaced one of a cluster-scoped dependent, leaves the dependent alone. Events are not collected.
//
// Guarantees: a client like any other; each object is looked at after a delay, and live, not as it was when something
// happened. The cost of a commit does not depend on how many objects there are; a new kind is one pass over
// all of them.
#pragma once
#include <boost/json/array.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/controller_client.hpp"
#include "fakeapi/controllers/delay_source.hpp"
#include "fakeapi/controllers/event_recorder.hpp"
#include "fakeapi/controllers/kind_table.hpp"
#include "fakeapi/controllers/lru_cache.hpp"
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
  std::uint64_t refused_writes() const override { return client_.refused(); }

 private:
  /// Names an object by its kind: as an owner reference would, plus the namespace.
  struct Item {
    std::string api_version;
    std::string kind;
    api::ObjectKey key;
    friend auto operator<=>(Item const&, Item const&) = default;
  };
  struct Entry {
    /// It has references that it did not have before: they may lead into another namespace.
    bool has_new_references = false;
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
  void consider(api::Object const& object, bool has_new_references);
  void enqueue(Item item, bool has_new_references = false);
  void schedule(Queue::value_type& element);
  void enqueue_dependents(std::string const& uid);
  /// Owners of `object` that wait for it in a foreground deletion.
  void enqueue_waiting_owners(api::Object const& object);

  api::ObjectPtr find(Item const& item) const;
  bool is_absent(api::OwnerReference const& reference, std::string const& namespace_);
  /// Sorts the owner references of an object by what has become of the owners.
  Owners owners_of(api::Object const& object);

  void process(Queue::value_type& element);
  // True when done, false when the server refused a write.
  bool process(api::Object const& object);
  /// Tells of the first owner that is in another namespace.
  void report_other_namespace(api::Object const& object);
  /// One of its dependents waits for its own dependents: there may be a circle.
  bool may_be_in_circle(api::Object const& object) const;
  bool stop_blocking(api::Object const& object);
  bool process_owners(api::Object const& object);
  bool finish_foreground(api::Object const& owner);
  bool orphan_dependents(api::Object const& owner);
  bool drop_references(api::Object const& object, std::vector<std::string> const& owner_uids);
  bool drop_finalizer(api::Object const& object, std::string_view finalizer);
  bool remove(api::Object const& object, api::PropagationPolicy policy);
  bool patch_metadata(api::Object const& object, std::string_view field, boost::json::array items);

  Server& server_;
  seams::Clock& clock_;
  DelaySource& delays_;
  ControllerClient client_;
  EventRecorder events_;
  bool paused_ = false;
  KindTable kinds_;
  std::unordered_map<std::string, std::set<Item>> dependents_;  // by the owner's uid; only looked up
  Queue queue_;                                                 // timers point at the elements
  /// Owners that are known to be gone, also when their kind is by now.
  LruCache<bool> absent_{500};
  std::uint64_t observer_ = 0;
};

}  // namespace fakeapi
