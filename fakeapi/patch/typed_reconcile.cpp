// Sets of fields that were recorded under another schema.
#include "fakeapi/patch/typed.hpp"
#include "fakeapi/patch/typed_atom.hpp"

namespace fakeapi::patch {
namespace {

namespace json = boost::json;

class Reconciler {
 public:
  Reconciler(json::value const& live, MergeSchema const& root) : live_(live), root_(root) {}

  // `set` is what is recorded below this place, null: nothing; `whole`: the place itself is recorded and nothing below.
  void walk(FieldSet const* set, bool whole, MergeSchema const& schema) {
    if (schema.map() != MergeSchema::Map::none) {
      walk_map(set, whole, schema);
    } else if (schema.scalar() == MergeSchema::Scalar::none && schema.list() != MergeSchema::List::none) {
      walk_list(set, whole, schema);
    }
  }

  std::optional<FieldSet> result(FieldSet const& set) const {
    if (removed_.empty() && added_.empty()) return std::nullopt;
    return unite(subtract_below(set, removed_), added_);
  }

 private:
  void walk_list(FieldSet const* set, bool whole, MergeSchema const& schema) {
    bool const atomic = schema.list() == MergeSchema::List::atomic;
    if (atomic) {
      if (!whole) own_as_a_whole();
      return;
    }
    if (whole) own_by_parts();
    if (set == nullptr) return;
    MergeSchema const item = schema.items();
    walk_elements(*set, [&](PathElement const& element, FieldSet const* below, bool is_whole) {
      path_.push_back(element);
      walk(below, is_whole, item);
      path_.pop_back();
    });
  }

  void walk_map(FieldSet const* set, bool whole, MergeSchema const& schema) {
    if (schema.map() == MergeSchema::Map::atomic) {
      if (!whole && set != nullptr && !set->empty()) own_as_a_whole();
      return;
    }
    if (whole) own_by_parts();
    if (set == nullptr) return;
    walk_elements(*set, [&](PathElement const& element, FieldSet const* below, bool is_whole) {
      auto const* name = element.field_name();
      auto const member = schema.member(name != nullptr ? *name : std::string());
      if (!member) return;
      path_.push_back(element);
      walk(below, is_whole, member->schema);
      path_.pop_back();
    });
  }

  template <class Visit>
  void walk_elements(FieldSet const& set, Visit const& visit) {
    set.for_each_child([&](PathElement const& element, FieldSet const& below) {
      if (!set.contains(element)) visit(element, &below, false);
    });
    for (auto const& element : set.members()) {
      FieldSet const* below = set.below(element);
      visit(element, below, below == nullptr);
    }
  }

  void own_as_a_whole() {
    removed_.insert(path_);
    added_.insert(path_);
  }

  void own_by_parts() {
    FieldSet const all = fields_of(live_, root_);
    FieldSet const* at = &all;
    for (auto const& element : path_) {
      at = at->below(element);
      if (at == nullptr) return;
    }
    added_.insert(path_);
    added_.insert_below(path_, *at);
  }

  json::value const& live_;
  MergeSchema const& root_;
  Path path_;
  FieldSet removed_, added_;
};

}  // namespace

std::optional<FieldSet> reconcile(FieldSet const& set, json::value const& live, MergeSchema const& schema) {
  if (schema.is_deduced()) return std::nullopt;
  Reconciler reconciler(live, schema);
  reconciler.walk(&set, false, schema);
  return reconciler.result(set);
}

}  // namespace fakeapi::patch
