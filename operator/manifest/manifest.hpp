// Manifests: YAML or JSON text -> Kubernetes objects with the lines they stand on.
//
// Text is read as kubectl reads it (sigs.k8s.io/yaml, which wraps its fork of go-yaml v2, then JSON), except that what
// kubectl silently changes or loses is an error here:
//  - a key that appears twice (kubectl: the last one wins);
//  - an integer that does not fit in 64 bits (kubectl: rounds it to a float);
//  - a merge key `<<` after a key that it also sets (kubectl: the merge wins, against the YAML specification);
//  - a key that is null or a fraction.
// How plain scalars become booleans, numbers and null: see resolve.hpp. Text that starts with `{` is read as JSON, and
// as YAML if it is not JSON.
//
// Documents are separated by lines that start with `---`; empty documents are skipped. A `kind: List`, or any kind that
// ends in List and has items, gives its items. Nothing is opened, fetched or printed here.
#pragma once
#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/object.hpp"

namespace manifest {

/// The longest text that is read, in bytes: what an API server takes in one request.
inline constexpr std::size_t max_text_size = std::size_t{3} * 1024 * 1024;
/// The deepest nesting of mappings and sequences.
inline constexpr std::size_t max_depth = 100;
/// The most that one text may grow to when its aliases are followed, in bytes.
inline constexpr std::size_t max_expanded_size = std::size_t{16} * 1024 * 1024;

/// One object of a manifest and where it starts.
struct Manifest {
  api::Object object;
  std::string file;  ///< as given to parse()
  int line = 0;      ///< counted from 1
  /// Where each field stands: "spec.replicas" -> 6, "spec.list[0].name" -> 9.
  std::map<std::string, int, std::less<>> field_lines;

  /// The line of a field as error messages of the API server name it; if the field is not there, that of the nearest
  /// one around it.
  int line_of(std::string_view field) const;
};

/// Why a text was refused. Nothing of a text with an error is used.
struct Error {
  std::string file;
  int line = 0;         ///< of what is wrong, counted from 1
  std::string message;  ///< what is wrong and what to do about it

  /// "FILE:LINE: what is wrong and what to do about it".
  std::string to_string() const { return file + ":" + std::to_string(line) + ": " + message; }
};

/// Reads every object in `text`. `file` stands for the text in messages. A text without an object is an error. Each
/// object has apiVersion, kind and metadata.name or metadata.generateName; nothing else is known of its kind.
std::expected<std::vector<Manifest>, Error> parse(std::string_view text, std::string_view file);

}  // namespace manifest
