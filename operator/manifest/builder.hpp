// Puts nodes together as a reader meets them, and holds a text to the limits of depth and size.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "operator/manifest/node.hpp"

namespace manifest {

/// Called in document order. In a mapping each value comes after its key().
class Builder {
 public:
  /// `size`: what the documents before these weigh, since the limit is one for the whole text.
  explicit Builder(Documents& documents, std::size_t size = 0) : documents_(&documents), size_(size) {}

  /// The weight of everything so far in bytes, aliases followed.
  std::size_t size() const { return size_; }

  /// What comes next is a key of a mapping.
  bool key_expected() const {
    return !open_.empty() && open_.back().node->kind == DocumentNode::Kind::mapping && !has_key_;
  }
  /// What comes next is an item of a sequence.
  bool item_expected() const { return !open_.empty() && open_.back().node->kind == DocumentNode::Kind::sequence; }
  /// The key whose value comes next.
  Entry const& current_key() const { return key_; }

  void key(std::string name, int line, bool merge);
  /// `source` is how a plain scalar that is no string was written, else empty.
  DocumentNode const* scalar(boost::json::value value, std::string source, int line);
  /// A scalar that stands nowhere yet: an anchored key, which an alias may name as a value.
  DocumentNode const* keep_scalar(boost::json::value value, int line);
  std::expected<DocumentNode const*, Failure> open(DocumentNode::Kind kind, int line);
  void close();
  std::expected<void, Failure> alias(DocumentNode const* target, int line);

 private:
  struct Open {
    DocumentNode* node;
    std::size_t size_before;
    Entry key;
    bool has_key;
  };

  DocumentNode& add(DocumentNode::Kind kind, int line);
  DocumentNode& add_scalar(boost::json::value value, int line);
  void use(DocumentNode const* node, int line);

  Documents* documents_;
  std::vector<Open> open_;
  Entry key_;
  bool has_key_ = false;
  std::size_t size_;
};

}  // namespace manifest
