#include "operator/manifest/node.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <utility>

namespace manifest {
namespace {

namespace json = boost::json;
using JsonResult = std::expected<json::value, Failure>;

std::string quoted(std::string_view key) { return "\"" + std::string(key) + "\""; }

Entry const* first_entry(DocumentNode const& mapping, std::string_view key, Entry const* before) {
  for (Entry const& entry : mapping.entries) {
    if (&entry == before) break;
    if (!entry.merge && entry.key == key) return &entry;
  }
  return nullptr;
}

/// Adds what `source` has and `target` lacks: an earlier source of a merge goes before a later one.
std::expected<void, Failure> merge_one(json::object& target, DocumentNode const& mapping, Entry const& merge,
                                       Use const& source) {
  if (source.node->kind != DocumentNode::Kind::mapping)
    return std::unexpected(
        Failure{source.line, "the merge key << takes a mapping or a list of mappings, nothing else"});
  auto merged = to_json(*source.node);
  if (!merged) return std::unexpected(merged.error());
  for (auto& member : merged->get_object()) {
    if (Entry const* own = first_entry(mapping, member.key(), &merge)) {
      return std::unexpected(Failure{merge.line, "the merge key << comes after " + quoted(own->key) + " (line " +
                                                     std::to_string(own->line) +
                                                     "), which it sets too; move << to the top of its mapping"});
    }
    target.emplace(member.key(), std::move(member.value()));
  }
  return {};
}

std::expected<void, Failure> merge_all(json::object& target, DocumentNode const& mapping, Entry const& merge) {
  DocumentNode const& value = *merge.value.node;
  if (value.kind != DocumentNode::Kind::sequence) return merge_one(target, mapping, merge, merge.value);
  for (Use const& source : value.items) {
    if (auto merged = merge_one(target, mapping, merge, source); !merged) return merged;
  }
  return {};
}

JsonResult mapping_to_json(DocumentNode const& node) {
  json::object object;
  object.reserve(node.entries.size());
  Entry const* merge = nullptr;
  for (Entry const& entry : node.entries) {
    if (entry.merge) {
      if (merge != nullptr) {
        return std::unexpected(Failure{entry.line, "the merge key << appears twice in one mapping, first on line " +
                                                       std::to_string(merge->line) +
                                                       "; write << once, with a list of mappings"});
      }
      merge = &entry;
      if (auto merged = merge_all(object, node, entry); !merged) return std::unexpected(merged.error());
      continue;
    }
    auto value = to_json(*entry.value.node);
    if (!value) return value;
    auto const [place, inserted] = object.emplace(entry.key, nullptr);
    if (!inserted) {
      if (Entry const* first = first_entry(node, entry.key, &entry)) {
        return std::unexpected(Failure{entry.line, "the key " + quoted(entry.key) +
                                                       " appears twice in one mapping, first on line " +
                                                       std::to_string(first->line) + "; remove one of the two"});
      }
    }
    place->value() = std::move(*value);
  }
  return json::value(std::move(object));
}

JsonResult sequence_to_json(DocumentNode const& node) {
  json::array array;
  array.reserve(node.items.size());
  for (Use const& item : node.items) {
    auto value = to_json(*item.node);
    if (!value) return value;
    array.push_back(std::move(*value));
  }
  return json::value(std::move(array));
}

/// The member and the line of its key, looked for in merged mappings too; no node if there is none.
Use find_member(DocumentNode const& mapping, std::string_view key) {
  Use merged;
  for (Entry const& entry : mapping.entries) {
    if (!entry.merge && entry.key == key) return {entry.value.node, entry.line};
    if (!entry.merge || merged.node != nullptr) continue;
    DocumentNode const& value = *entry.value.node;
    if (value.kind == DocumentNode::Kind::mapping) merged = find_member(value, key);
    for (Use const& source : value.items) {
      if (merged.node == nullptr && source.node->kind == DocumentNode::Kind::mapping)
        merged = find_member(*source.node, key);
    }
  }
  return merged;
}

struct Place {
  Use use;
  bool exact = true;  ///< the whole path was found
};

Place walk(Use at, std::string_view path) {
  while (!path.empty()) {
    if (path.starts_with('.')) path.remove_prefix(1);
    if (path.starts_with('[') && at.node->kind == DocumentNode::Kind::sequence) {
      std::size_t index = 0;
      auto const parsed = std::from_chars(path.data() + 1, path.data() + path.size(), index);
      std::size_t const close = path.find(']');
      if (parsed.ec != std::errc{} || close == std::string_view::npos || index >= at.node->items.size())
        return {at, false};
      at = at.node->items[index];
      path.remove_prefix(close + 1);
      continue;
    }
    if (at.node->kind != DocumentNode::Kind::mapping) return {at, false};
    // A key may contain dots and brackets itself: the longest one that exists is meant.
    Use member;
    std::size_t length = path.size();
    while (length > 0 && (member = find_member(*at.node, path.substr(0, length))).node == nullptr) {
      std::size_t const separator = path.find_last_of(".[", length - 1);
      length = separator == std::string_view::npos ? 0 : separator;
    }
    if (member.node == nullptr) return {at, false};
    at = member;
    path.remove_prefix(length);
  }
  return {at, true};
}

}  // namespace

std::expected<boost::json::value, Failure> to_json(DocumentNode const& node) {
  switch (node.kind) {
    case DocumentNode::Kind::mapping:
      return mapping_to_json(node);
    case DocumentNode::Kind::sequence:
      return sequence_to_json(node);
    case DocumentNode::Kind::scalar:
      break;
  }
  return node.scalar;
}

int line_of(Use root, std::string_view path) { return walk(root, path).use.line; }

DocumentNode const* find_node(Use root, std::string_view path) {
  Place const place = walk(root, path);
  return place.exact ? place.use.node : nullptr;
}

}  // namespace manifest
