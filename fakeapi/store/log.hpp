// The store: an append-only log of commits, and for each object the chain of its versions.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "operator/api/object.hpp"

namespace fakeapi {

/// Counts the commits of the whole store, of every kind; the first one is 1. An object's resourceVersion is the
/// revision of its last write.
using Revision = std::uint64_t;

/// Who does something: a process of a client, a built-in controller, a person. Numbers given out by whoever sets the
/// scene; 0 is the server itself.
enum class Actor : std::uint32_t { server = 0 };

/// Names a resource inside one store: its place in the store's table of resources.
enum class ResourceIndex : std::uint32_t {};

/// The place of a commit among the commits of one resource, counted from 0 and never used again.
using Position = std::uint64_t;

/// One change of one object.
struct Commit {
  Revision revision = 0;
  ResourceIndex resource{};
  api::ObjectKey key;
  api::ObjectPtr before;  ///< null: the object was created
  /// Null: the object was deleted. Else its resourceVersion is `revision`.
  api::ObjectPtr after;
  Actor actor = Actor::server;
  std::uint64_t cause = 0;  ///< as given with the request
  Revision previous = 0;    ///< of the commit to the same key before this one; 0: none, or long forgotten
};

/// Byte order of "namespace/name", as etcd keeps its keys.
struct KeyOrder {
  bool operator()(api::ObjectKey const& a, api::ObjectKey const& b) const {
    if (a.namespace_ == b.namespace_) return a.name < b.name;
    return namespace_before(a.namespace_, b.namespace_);
  }
  static bool namespace_before(std::string const& a, std::string const& b);
};

/// All commits since the last compaction. One writer, no time of its own.
///
/// Guarantees: revisions are contiguous; append(), find() and compaction cost O(log objects), the commits of one
/// resource are reached without seeing those of another. A read at an old revision walks back the versions that came
/// after it. Objects are shared, never copied.
class Log {
 public:
  /// `retained_entries`: how many commits are kept before the oldest are compacted; 0: all.
  explicit Log(std::size_t retained_entries = 0) : retained_entries_(retained_entries) {}

  /// Makes room for one more resource.
  ResourceIndex add_resource();
  /// For `count` more.
  void add_resources(std::size_t count);
  /// The revision of the resource's last commit; 0: none.
  Revision last_revision(ResourceIndex resource) const { return table(resource).last; }
  /// The revision of the newest commit of the resource that has been forgotten; 0: none. Whoever knows the resource as
  /// it was at this revision or a later one can be told all that followed.
  Revision forgotten_revision(ResourceIndex resource) const { return table(resource).last_forgotten; }
  std::size_t resource_count() const { return tables_.size(); }

  /// The revision of the last commit; 0: none.
  Revision revision() const { return first_ + commits_.size() - 1; }
  /// What the next commit's revision will be: its object must carry it.
  Revision next_revision() const { return revision() + 1; }
  /// The newest revision whose commit has been forgotten. Reads at this revision and later ones are possible.
  Revision compacted() const { return first_ - 1; }
  bool is_readable(Revision revision) const { return revision >= compacted() && revision <= this->revision(); }

  /// Appends one change; `after` null deletes. What was before, and the revision, are filled in. The reference is valid
  /// until the commit is compacted, which append() itself never does to it.
  Commit const& append(ResourceIndex resource, api::ObjectKey key, api::ObjectPtr after, Actor actor,
                       std::uint64_t cause);

  /// Forgets commits up to and including `revision` (which must have happened). Objects stay.
  void compact(Revision revision);

  /// The object now, or null.
  api::ObjectPtr const& find(ResourceIndex resource, api::ObjectKey const& key) const;
  /// The object as it was at a revision that is readable, or not before forgotten_revision(); or null.
  api::ObjectPtr find_at(ResourceIndex resource, api::ObjectKey const& key, Revision revision) const;
  /// How many objects of the resource there are now.
  std::size_t size(ResourceIndex resource) const { return table(resource).live; }

  /// Visits objects as they were at a revision that is readable, or not before forgotten_revision(), in the order of
  /// their keys, from the first key that is not before `from` on, until `visit(ObjectPtr const&)` returns false. No
  /// write may happen meanwhile.
  template <class Visit>
  void visit_at(ResourceIndex resource, Revision revision, api::ObjectKey const& from, Visit&& visit) const {
    auto const& versions = table(resource).heads;
    bool const latest = revision == this->revision();
    for (auto at = versions.lower_bound(from); at != versions.end(); ++at) {
      if (latest) {
        if (at->second.object && !visit(at->second.object)) return;
      } else if (auto const object = version_at(at->second, revision); object && !visit(object)) {
        return;
      }
    }
  }

  /// The commit with this revision, which must not be compacted.
  Commit const& at(Revision revision) const;

  /// Where the commits of a resource after `revision` begin. `revision` is not before forgotten_revision().
  Position position_after(ResourceIndex resource, Revision revision) const;
  /// The position of the oldest commit of the resource that is still held.
  Position first_position(ResourceIndex resource) const { return table(resource).first; }
  /// The commit at a position that is still held, or null if it has not happened yet.
  Commit const* commit_at(ResourceIndex resource, Position position) const;

 private:
  struct Head {
    Revision revision = 0;
    api::ObjectPtr object;  // null: deleted
  };
  struct Table {
    std::map<api::ObjectKey, Head, KeyOrder> heads;
    // Revisions of the commits that are held: sequence[forgotten] is the commit at position `first`.
    std::vector<Revision> sequence;
    std::size_t forgotten = 0;
    Position first = 0;
    std::size_t live = 0;
    Revision last = 0;
    Revision last_forgotten = 0;
  };

  Table const& table(ResourceIndex resource) const { return tables_[static_cast<std::size_t>(resource)]; }
  Table& table(ResourceIndex resource) { return tables_[static_cast<std::size_t>(resource)]; }
  api::ObjectPtr version_at(Head const& head, Revision revision) const;
  void forget_oldest();

  std::size_t retained_entries_;
  Revision first_ = 1;  // of the oldest commit held
  std::deque<Commit> commits_;
  std::vector<Table> tables_;
};

}  // namespace fakeapi
