// Sets of fields, as managedFields record who owns what: an algebra over paths, and their JSON form FieldsV1.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "fakeapi/patch/path_element.hpp"

namespace fakeapi::patch {

/// A set of paths, kept as a tree in canonical order. A path being in it says nothing of the paths above or below.
/// Trees of equal sets are equal: no branch is empty.
class FieldSet {
 public:
  FieldSet();
  FieldSet(FieldSet const&);
  FieldSet(FieldSet&&) noexcept;
  FieldSet& operator=(FieldSet const&);
  FieldSet& operator=(FieldSet&&) noexcept;
  ~FieldSet();

  bool empty() const { return members_.empty() && children_.empty(); }
  std::size_t size() const;
  bool contains(Path const& path) const;
  bool contains(PathElement const& element) const;
  /// What is below an element, relative to it, or null.
  FieldSet const* below(PathElement const& element) const;

  /// The empty path is in no set.
  void insert(Path const& path);
  /// Everything of `set`, below `path`.
  void insert_below(Path const& path, FieldSet const& set);

  friend FieldSet unite(FieldSet const& a, FieldSet const& b);
  friend FieldSet intersect(FieldSet const& a, FieldSet const& b);
  /// Paths of `a` that are not in `b`; what is below a path of `b` stays.
  friend FieldSet subtract(FieldSet const& a, FieldSet const& b);
  /// Paths of `a` that are neither in `b` nor below a path of `b`.
  friend FieldSet subtract_below(FieldSet const& a, FieldSet const& b);
  /// The paths that have no other one of the set below them.
  FieldSet leaves() const;

  /// Calls for each path: the elements of one level first, then what is below each.
  void for_each(std::function<void(Path const&)> const& visit) const;
  /// The elements of this level that are in the set, and those with something below them; both in order.
  std::vector<PathElement> const& members() const { return members_; }
  void for_each_child(std::function<void(PathElement const&, FieldSet const&)> const& visit) const;

  /// FieldsV1: {"f:spec":{".":{},"f:replicas":{}}}.
  boost::json::value to_json() const;
  static std::expected<FieldSet, std::string> from_json(boost::json::value const& json);

  friend bool operator==(FieldSet const& a, FieldSet const& b);

 private:
  struct Node;
  FieldSet& descend(PathElement const& element);
  void insert_member(PathElement const& element);
  void drop_empty();
  void visit(Path& prefix, std::function<void(Path const&)> const& visit) const;

  std::vector<PathElement> members_;
  std::vector<Node> children_;
};

}  // namespace fakeapi::patch
