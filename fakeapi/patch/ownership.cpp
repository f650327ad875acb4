#include "fakeapi/patch/ownership.hpp"

#include <memory>
#include <utility>

namespace fakeapi::patch {
namespace {

namespace json = boost::json;

// The entries under the schema as it is today; those of versions that are no longer served are forgotten.
ManagedFields reconciled(json::value const& live, ManagedFields managed, Write const& write) {
  std::erase_if(managed, [&](auto const& entry) { return !write.knows(entry.second.api_version); });
  for (auto& [identifier, entry] : managed) {
    if (auto changed = reconcile(entry.fields, live, write.schema)) entry.fields = *std::move(changed);
  }
  return managed;
}

// The paths of a set as servers of 1.20 list them in conflicts: paths that were built in the same memory all end up as
// the one built last. That memory is a Go slice, which doubles when it is full.
class OverwrittenPaths {
 public:
  std::vector<Path> list(FieldSet const& set) {
    walk(set, {std::make_shared<Path>(), 0, 0});
    std::vector<Path> paths;
    for (auto const& slice : listed_) paths.emplace_back(slice.memory->begin(), slice.memory->begin() + slice.length);
    return paths;
  }

 private:
  struct Slice {
    std::shared_ptr<Path> memory;
    std::ptrdiff_t length = 0;
    std::ptrdiff_t capacity = 0;
  };

  static Slice append(Slice slice, PathElement const& element) {
    if (slice.length == slice.capacity) {
      auto const end = slice.memory->begin() + slice.length;
      slice.memory = std::make_shared<Path>(slice.memory->begin(), end);
      slice.capacity = slice.capacity == 0 ? 1 : 2 * slice.capacity;
    }
    auto& memory = *slice.memory;
    if (std::ssize(memory) == slice.length) {
      memory.push_back(element);
    } else {
      memory[static_cast<std::size_t>(slice.length)] = element;
    }
    ++slice.length;
    return slice;
  }

  void walk(FieldSet const& set, Slice const& prefix) {
    for (auto const& member : set.members()) listed_.push_back(append(prefix, member));
    set.for_each_child(
        [&](PathElement const& element, FieldSet const& below) { walk(below, append(prefix, element)); });
  }

  std::vector<Slice> listed_;
};

std::vector<Path> overwritten_paths(FieldSet const& set) { return OverwrittenPaths().list(set); }

// What all managers but the writer own of the changed fields. All versions of a kind have the same fields here.
Conflicts conflicts(ManagedFields const& managed, std::string const& writer, Comparison const& changes, Rules rules) {
  FieldSet const taken = unite(changes.modified, changes.added);
  Conflicts found;
  for (auto const& [identifier, entry] : managed) {
    if (identifier == writer) continue;
    FieldSet const contested = intersect(entry.fields, taken);
    if (rules.modern) {
      contested.for_each([&](Path const& path) { found.push_back({entry, path}); });
    } else {
      for (auto& path : overwritten_paths(contested)) found.push_back({entry, std::move(path)});
    }
  }
  return found;
}

// Nobody but the writer owns what has changed.
void take_away(ManagedFields& managed, std::string const& writer, Comparison const& changes) {
  FieldSet const lost = unite(unite(changes.modified, changes.added), changes.removed);
  for (auto& [identifier, entry] : managed) {
    if (identifier != writer) entry.fields = subtract(entry.fields, lost);
  }
  std::erase_if(managed, [](auto const& entry) { return entry.second.fields.empty(); });
}

// What is the server's in every object; nobody owns it.
FieldSet const& unowned() {
  static FieldSet const set = [] {
    FieldSet made;
    auto const field = [](std::string_view name) { return PathElement::field(name); };
    for (auto const* name : {"apiVersion", "kind", "metadata"}) made.insert({field(name)});
    for (auto const* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation",
                             "managedFields", "resourceVersion"}) {
      made.insert({field("metadata"), field(name)});
    }
    return made;
  }();
  return set;
}

Comparison without_ignored(Comparison changes, FieldSet const& ignored) {
  if (ignored.empty()) return changes;
  return {subtract_below(changes.added, ignored), subtract_below(changes.modified, ignored),
          subtract_below(changes.removed, ignored)};
}

// The merged object without what only the applier owned, and mentions no more.
json::value pruned(json::value const& merged, ManagedFields const& managed, FieldSet const& last, Write const& write) {
  FieldSet owned;
  for (auto const& [identifier, entry] : managed) {
    if (write.knows(entry.api_version)) owned = unite(owned, entry.fields);
  }
  FieldSet const all = fields_of(merged, write.schema);
  json::value result = without(merged, last, write.schema);
  // Back comes what somebody owns,
  FieldSet const left = fields_of(result, write.schema);
  result = without(merged, subtract(all, unite(left, owned)), write.schema);
  // and what stands in it and was not the applier's.
  FieldSet const kept = fields_of(result, write.schema);
  return without(merged, intersect(subtract(all, kept), last), write.schema);
}

}  // namespace

ManagedFields own_changes(json::value const& live, json::value const& next, ManagedFields managed,
                          ManagedEntry const& writer, Write const& write) {
  std::string const identifier = writer.identifier();
  std::optional<ManagedEntry> former;
  if (auto const found = managed.find(identifier); found != managed.end()) former = found->second;
  managed = reconciled(live, std::move(managed), write);
  auto const changes = compare(&live, &next, write.schema);
  take_away(managed, {}, without_ignored(changes, write.ignored));
  FieldSet own = subtract(unite(changes.modified, changes.added), changes.removed);
  own = subtract(subtract_below(own, write.ignored), unowned());
  if (own.empty()) return managed;

  auto [entry, is_new] = managed.try_emplace(identifier, writer);
  entry->second.fields = unite(entry->second.fields, own);
  entry->second.api_version = writer.api_version;
  bool const changed = !former || former->fields != entry->second.fields;
  entry->second.time = changed ? write.now : former->time;
  return managed;
}

std::expected<Applied, Conflicts> own_config(json::value const& live, json::value const& config, ManagedFields managed,
                                             ManagedEntry const& applier, Write const& write, bool force) {
  ManagedFields const former = managed;
  std::string const identifier = applier.identifier();
  managed = reconciled(live, std::move(managed), write);
  json::value merged = overlay(&live, &config, write.schema).value_or(json::value());
  std::optional<ManagedEntry> last;
  if (auto const found = managed.find(identifier); found != managed.end()) last = found->second;
  ManagedEntry own = last.value_or(applier);
  own.api_version = applier.api_version;
  own.fields = subtract_below(fields_of(config, write.schema), write.ignored);
  managed.insert_or_assign(identifier, std::move(own));
  if (last && !last->fields.empty()) merged = pruned(merged, managed, last->fields, write);

  auto const changes = compare(&live, &merged, write.schema);
  auto const counted = without_ignored(changes, write.ignored);
  if (!force) {
    if (auto found = conflicts(managed, identifier, counted, write.schema.rules()); !found.empty())
      return std::unexpected(std::move(found));
  }
  take_away(managed, identifier, counted);
  if (auto const entry = managed.find(identifier); entry != managed.end()) {
    entry->second.fields = subtract(entry->second.fields, unowned());
    if (entry->second.fields.empty()) {
      managed.erase(entry);
    } else if (!changes.same() || !same_owners(managed, former)) {
      entry->second.time = write.now;
    }
  }
  Applied applied;
  if (!changes.same()) applied.object = std::move(merged);
  applied.managed = std::move(managed);
  return applied;
}

}  // namespace fakeapi::patch
