// A document as it was written: values with their lines, before aliases and merge keys are followed.
#pragma once
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace manifest {

/// What is wrong on which line (counted from 1).
struct Failure {
  int line = 0;
  std::string message;
};

struct DocumentNode;

/// A place where a node is used: its own place, or an alias of it.
struct Use {
  DocumentNode const* node = nullptr;
  int line = 0;
};

struct Entry {
  std::string key;
  int line = 0;
  bool merge = false;  ///< a plain `<<`
  Use value;
};

struct DocumentNode {
  enum class Kind : std::uint8_t { scalar, sequence, mapping };
  Kind kind = Kind::scalar;
  int line = 0;
  boost::json::value scalar;   ///< of a scalar
  std::string source;          ///< of a plain scalar that is no string: as it was written
  std::vector<Use> items;      ///< of a sequence
  std::vector<Entry> entries;  ///< of a mapping, as written; keys may repeat
  std::size_t height = 1;      ///< levels of nesting, aliases followed
  std::size_t size = 0;        ///< bytes, roughly, aliases followed
};

/// Documents and the nodes that they consist of.
struct Documents {
  std::deque<DocumentNode> nodes;
  std::vector<Use> roots;
};

/// The document as JSON: aliases and merge keys followed. Fails on a key that appears twice.
std::expected<boost::json::value, Failure> to_json(DocumentNode const& node);

/// The line of the field at a path as error messages write it ("metadata.labels.app", "spec.ports[0].name"), or of
/// the last step of it that exists. Keys may contain dots.
int line_of(Use root, std::string_view path);

/// The node at such a path, or null if there is none.
DocumentNode const* find_node(Use root, std::string_view path);

}  // namespace manifest
