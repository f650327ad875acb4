// Documents of YAML or JSON text as JSON values that know their lines: what manifests and configuration files are read
// through. The text is held to the same rules and limits as a manifest, see manifest.hpp.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "operator/manifest/node.hpp"

namespace manifest {

/// One document that is not empty.
struct Document {
  boost::json::value value;
  /// What its nodes are kept in; shared by the documents of one text.
  std::shared_ptr<Documents const> nodes;
  Use root;

  /// Where it starts, counted from 1.
  int line() const { return root.line; }
  /// The line of a field ("users[0].user.token"), or of the last step of its path that exists.
  int line_of(std::string_view path) const { return manifest::line_of(root, path); }
};

/// Reads all documents of `text` that are not empty, in their order.
std::expected<std::vector<Document>, Failure> read_documents(std::string_view text);

/// "the number 5", "a list": a value for messages about what stands where something else should. Not for secrets.
std::string describe(boost::json::value const& value);

}  // namespace manifest
