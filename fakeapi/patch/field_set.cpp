#include "fakeapi/patch/field_set.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

namespace fakeapi::patch {

namespace json = boost::json;

struct FieldSet::Node {
  PathElement element;
  FieldSet set;
};

FieldSet::FieldSet() = default;
FieldSet::FieldSet(FieldSet const&) = default;
FieldSet::FieldSet(FieldSet&&) noexcept = default;
FieldSet& FieldSet::operator=(FieldSet const&) = default;
FieldSet& FieldSet::operator=(FieldSet&&) noexcept = default;
FieldSet::~FieldSet() = default;

std::size_t FieldSet::size() const {
  std::size_t count = members_.size();
  for (auto const& child : children_) count += child.set.size();
  return count;
}

bool FieldSet::contains(PathElement const& element) const { return std::ranges::binary_search(members_, element); }

FieldSet const* FieldSet::below(PathElement const& element) const {
  auto const found = std::ranges::lower_bound(children_, element, {}, &Node::element);
  return found != children_.end() && found->element == element ? &found->set : nullptr;
}

bool FieldSet::contains(Path const& path) const {
  FieldSet const* at = this;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (i + 1 == path.size()) return at->contains(path[i]);
    at = at->below(path[i]);
    if (at == nullptr) return false;
  }
  return false;
}

FieldSet& FieldSet::descend(PathElement const& element) {
  // Mostly sets are filled in their order.
  if (!children_.empty() && children_.back().element == element) return children_.back().set;
  auto const found = std::ranges::lower_bound(children_, element, {}, &Node::element);
  if (found != children_.end() && found->element == element) return found->set;
  return children_.insert(found, Node{element, {}})->set;
}

void FieldSet::insert_member(PathElement const& element) {
  auto const found = std::ranges::lower_bound(members_, element);
  if (found == members_.end() || *found != element) members_.insert(found, element);
}

void FieldSet::insert(Path const& path) {
  if (path.empty()) return;
  FieldSet* at = this;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) at = &at->descend(path[i]);
  at->insert_member(path.back());
}

void FieldSet::insert_below(Path const& path, FieldSet const& set) {
  if (set.empty()) return;
  FieldSet* at = this;
  for (auto const& element : path) at = &at->descend(element);
  *at = unite(*at, set);
}

FieldSet unite(FieldSet const& a, FieldSet const& b) {
  FieldSet out;
  out.members_.reserve(std::max(a.members_.size(), b.members_.size()));
  std::ranges::set_union(a.members_, b.members_, std::back_inserter(out.members_));
  auto i = a.children_.begin(), j = b.children_.begin();
  while (i != a.children_.end() && j != b.children_.end()) {
    auto const order = i->element <=> j->element;
    if (order < 0) {
      out.children_.push_back(*i++);
    } else if (order > 0) {
      out.children_.push_back(*j++);
    } else {
      out.children_.push_back({i->element, unite(i->set, j->set)});
      ++i, ++j;
    }
  }
  out.children_.insert(out.children_.end(), i, a.children_.end());
  out.children_.insert(out.children_.end(), j, b.children_.end());
  return out;
}

FieldSet intersect(FieldSet const& a, FieldSet const& b) {
  FieldSet out;
  std::ranges::set_intersection(a.members_, b.members_, std::back_inserter(out.members_));
  for (auto const& child : a.children_) {
    if (FieldSet const* other = b.below(child.element)) {
      out.children_.push_back({child.element, intersect(child.set, *other)});
    }
  }
  out.drop_empty();
  return out;
}

FieldSet subtract(FieldSet const& a, FieldSet const& b) {
  FieldSet out;
  std::ranges::set_difference(a.members_, b.members_, std::back_inserter(out.members_));
  for (auto const& child : a.children_) {
    FieldSet const* other = b.below(child.element);
    out.children_.push_back({child.element, other != nullptr ? subtract(child.set, *other) : child.set});
  }
  out.drop_empty();
  return out;
}

FieldSet subtract_below(FieldSet const& a, FieldSet const& b) {
  FieldSet out;
  std::ranges::set_difference(a.members_, b.members_, std::back_inserter(out.members_));
  for (auto const& child : a.children_) {
    if (b.contains(child.element)) continue;
    FieldSet const* other = b.below(child.element);
    out.children_.push_back({child.element, other != nullptr ? subtract_below(child.set, *other) : child.set});
  }
  out.drop_empty();
  return out;
}

FieldSet FieldSet::leaves() const {
  FieldSet out;
  for (auto const& member : members_) {
    if (below(member) == nullptr) out.members_.push_back(member);
  }
  for (auto const& child : children_) out.children_.push_back({child.element, child.set.leaves()});
  return out;
}

void FieldSet::drop_empty() {
  std::erase_if(children_, [](Node const& child) { return child.set.empty(); });
}

void FieldSet::visit(Path& prefix, std::function<void(Path const&)> const& visit_path) const {
  for (auto const& member : members_) {
    prefix.push_back(member);
    visit_path(prefix);
    prefix.pop_back();
  }
  for (auto const& child : children_) {
    prefix.push_back(child.element);
    child.set.visit(prefix, visit_path);
    prefix.pop_back();
  }
}

void FieldSet::for_each(std::function<void(Path const&)> const& visit_path) const {
  Path prefix;
  visit(prefix, visit_path);
}

void FieldSet::for_each_child(std::function<void(PathElement const&, FieldSet const&)> const& visit_child) const {
  for (auto const& child : children_) visit_child(child.element, child.set);
}

bool operator==(FieldSet const& a, FieldSet const& b) {
  return a.members_ == b.members_ && std::ranges::equal(a.children_, b.children_, [](auto const& x, auto const& y) {
           return x.element == y.element && x.set == y.set;
         });
}

json::value FieldSet::to_json() const {
  json::object out;
  auto member = members_.begin();
  auto child = children_.begin();
  while (member != members_.end() || child != children_.end()) {
    bool const only_child = member == members_.end() || (child != children_.end() && child->element < *member);
    bool const only_member = child == children_.end() || (member != members_.end() && *member < child->element);
    if (only_member) {
      out.emplace((member++)->serialize(), json::object());
      continue;
    }
    json::value inner = child->set.to_json();
    if (!only_child) {
      json::object with_self(inner.get_object().size() + 1);
      with_self.emplace(".", json::object());
      for (auto& [key, value] : inner.get_object()) with_self.emplace(key, std::move(value));
      inner = std::move(with_self);
      ++member;
    }
    out.emplace((child++)->element.serialize(), std::move(inner));
  }
  return json::value(std::move(out));
}

namespace {

// Reads what is below one element; `is_member` says whether the element itself is in the set.
std::expected<FieldSet, std::string> read(json::value const& json, bool& is_member) {
  FieldSet found;
  is_member = false;
  if (!json.is_null() && !json.is_object()) return std::unexpected("a set of fields must be an object");
  if (json.is_object()) {
    for (auto const& [key, value] : json.get_object()) {
      if (key == ".") {
        is_member = true;
        continue;
      }
      auto element = PathElement::parse(key);
      if (!element) return std::unexpected(std::move(element.error()));
      if (!*element) continue;  // a later version may know what it is
      bool inner_member = false;
      auto inner = read(value, inner_member);
      if (!inner) return inner;
      if (inner_member) found.insert({**element});
      found.insert_below({**element}, *inner);
    }
  }
  if (found.empty()) is_member = true;
  return found;
}

}  // namespace

std::expected<FieldSet, std::string> FieldSet::from_json(json::value const& json) {
  bool is_member = false;
  return read(json, is_member);
}

}  // namespace fakeapi::patch
