#include "tests/conformance/yaml_json.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace conformance {
namespace {

namespace json = boost::json;

template <class Number>
std::optional<Number> whole_number(std::string const& text) {
  Number number{};
  char const* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
  char const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stop != end || begin == end) return std::nullopt;
  return number;
}

json::value plain_scalar(std::string const& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  char const first = text.front();
  if (first == '-' || first == '+' || first == '.' || (first >= '0' && first <= '9')) {
    if (auto const integer = whole_number<std::int64_t>(text)) return *integer;
    if (auto const number = whole_number<double>(text); number && std::isfinite(*number)) return *number;
  }
  return json::value(json::string(text));
}

json::value untagged(YAML::Node const& node) {
  switch (node.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      return nullptr;
    case YAML::NodeType::Scalar:
      // "!": quoted
      if (node.Tag() == "?" || node.Tag().empty()) return plain_scalar(node.Scalar());
      return json::value(json::string(node.Scalar()));
    case YAML::NodeType::Sequence: {
      json::array array;
      for (auto const& item : node) array.push_back(to_json(item));
      return array;
    }
    case YAML::NodeType::Map: {
      json::object object;
      for (auto const& member : node) object[member.first.Scalar()] = to_json(member.second);
      return object;
    }
  }
  return nullptr;
}

}  // namespace

json::value to_json(YAML::Node const& node) {
  std::string const& tag = node.Tag();
  if (tag.size() < 2 || tag.front() != '!') return untagged(node);
  json::object tagged;
  if (node.IsScalar()) {
    tagged[tag] = node.Scalar();
  } else {
    tagged[tag] = untagged(node);
  }
  return tagged;
}

std::expected<json::value, std::string> parse_yaml(std::string const& text) {
  try {
    return to_json(YAML::Load(text));
  } catch (YAML::Exception const& error) {
    return std::unexpected("line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

}  // namespace conformance
