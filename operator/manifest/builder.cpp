#include "operator/manifest/builder.hpp"

#include <algorithm>
#include <utility>

#include "operator/manifest/manifest.hpp"

namespace manifest {
namespace {

Failure too_deep(int line) {
  return {line, "nested more than " + std::to_string(max_depth) + " levels deep; no object of Kubernetes needs that"};
}

/// What a node weighs besides its text.
constexpr std::size_t node_size = sizeof(boost::json::value);

}  // namespace

DocumentNode& Builder::add(DocumentNode::Kind kind, int line) {
  DocumentNode& node = documents_->nodes.emplace_back();
  node.kind = kind;
  node.line = line;
  size_ += node_size;
  return node;
}

void Builder::use(DocumentNode const* node, int line) {
  if (open_.empty()) {
    documents_->roots.push_back({node, line});
    return;
  }
  DocumentNode& parent = *open_.back().node;
  if (parent.kind == DocumentNode::Kind::sequence) {
    parent.items.push_back({node, line});
  } else {
    key_.value = {node, line};
    parent.entries.push_back(std::move(key_));
    has_key_ = false;
  }
}

void Builder::key(std::string name, int line, bool merge) {
  size_ += node_size + name.size();
  key_ = Entry{std::move(name), line, merge, {}};
  has_key_ = true;
}

DocumentNode& Builder::add_scalar(boost::json::value value, int line) {
  std::size_t const before = size_;
  DocumentNode& node = add(DocumentNode::Kind::scalar, line);
  if (auto const* text = value.if_string()) size_ += text->size();
  node.scalar = std::move(value);
  node.size = size_ - before;
  return node;
}

DocumentNode const* Builder::scalar(boost::json::value value, std::string source, int line) {
  DocumentNode& node = add_scalar(std::move(value), line);
  node.source = std::move(source);
  use(&node, line);
  return &node;
}

DocumentNode const* Builder::keep_scalar(boost::json::value value, int line) {
  return &add_scalar(std::move(value), line);
}

std::expected<DocumentNode const*, Failure> Builder::open(DocumentNode::Kind kind, int line) {
  if (open_.size() >= max_depth) return std::unexpected(too_deep(line));
  std::size_t const before = size_;
  DocumentNode& node = add(kind, line);
  node.height = 0;  // until it is closed
  open_.push_back({&node, before, std::move(key_), has_key_});
  has_key_ = false;
  return &node;
}

void Builder::close() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  DocumentNode& node = *closed.node;
  std::size_t height = 0;
  for (Use const& item : node.items) height = std::max(height, item.node->height);
  for (Entry const& entry : node.entries) height = std::max(height, entry.value.node->height);
  node.height = height + 1;
  node.size = size_ - closed.size_before;
  key_ = std::move(closed.key);
  has_key_ = closed.has_key;
  use(&node, node.line);
}

std::expected<void, Failure> Builder::alias(DocumentNode const* target, int line) {
  if (target->height == 0)
    return std::unexpected(Failure{line, "the alias stands inside the value that it names; write the value out"});
  if (open_.size() + target->height > max_depth + 1) return std::unexpected(too_deep(line));
  size_ += target->size;
  if (size_ > max_expanded_size) {
    return std::unexpected(Failure{line, "following the aliases makes more than " +
                                             std::to_string(max_expanded_size / (std::size_t{1} << 20)) +
                                             " MiB of this text; use fewer aliases"});
  }
  use(target, line);
  return {};
}

}  // namespace manifest
