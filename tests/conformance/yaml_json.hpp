// YAML as JSON: what the cases are written in, and what servers answer when asked for YAML.
#pragma once
#include <yaml-cpp/yaml.h>

#include <boost/json/value.hpp>
#include <expected>
#include <string>

namespace conformance {

/// A node as JSON by YAML's core schema. A node with a local tag becomes an object of one member named by the tag:
/// `!match '^a'` gives {"!match": "^a"}.
boost::json::value to_json(YAML::Node const& node);

/// The documents of a text; an error with its line.
std::expected<boost::json::value, std::string> parse_yaml(std::string const& text);

}  // namespace conformance
