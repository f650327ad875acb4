#include "fakeapi/printing/values.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "fakeapi/printing/human_duration.hpp"

namespace fakeapi::printing {
namespace {

namespace json = boost::json;

// The nanoseconds in the fraction of an RFC 3339 time.
seams::Duration fraction_of(std::string_view text) {
  auto const dot = text.find('.');
  if (dot == std::string_view::npos) return {};
  std::int64_t nanoseconds = 0;
  std::int64_t unit = 100'000'000;
  for (char const c : text.substr(dot + 1)) {
    if (c < '0' || c > '9') break;
    nanoseconds += (c - '0') * unit;
    unit /= 10;
  }
  return seams::Duration(nanoseconds);
}

std::string one_of(std::string_view key, std::string_view word, json::array const& values) {
  std::vector<std::string_view> texts;
  for (auto const& value : values) {
    if (value.is_string()) texts.emplace_back(value.get_string());
  }
  std::ranges::sort(texts);
  std::string text(key);
  text.append(" ").append(word).append(" (");
  for (std::size_t i = 0; i < texts.size(); ++i) text.append(i == 0 ? "" : ",").append(texts[i]);
  return text + ")";
}

std::string requirement_text(json::value const& expression) {
  std::string const key(text_at(&expression, {"key"}));
  auto const op = text_at(&expression, {"operator"});
  if (op == "In") return one_of(key, "in", list_at(&expression, {"values"}));
  if (op == "NotIn") return one_of(key, "notin", list_at(&expression, {"values"}));
  return op == "DoesNotExist" ? "!" + key : key;
}

// A requirement: its key, its place, its text.
using Part = std::tuple<std::string, std::size_t, std::string>;

std::vector<Part> equalities(json::value const* labels) {
  std::vector<Part> parts;
  if (labels == nullptr || !labels->is_object()) return parts;
  for (auto const& [key, value] : labels->get_object()) {
    std::string const text = value.is_string() ? std::string(value.get_string()) : "";
    parts.emplace_back(key, parts.size(), std::string(key) + "=" + text);
  }
  return parts;
}

std::string joined_by_key(std::vector<Part> parts) {
  std::ranges::sort(parts);
  std::string text;
  for (auto const& [key, place, part] : parts) text.append(text.empty() ? "" : ",").append(part);
  return text;
}

}  // namespace

bool flag_at(json::value const* value, Path path) {
  auto const* found = api::find_path(value, path);
  return found != nullptr && found->is_bool() && found->get_bool();
}

json::array const& list_at(json::value const* value, Path path) {
  static json::array const nothing;
  auto const* found = api::find_path(value, path);
  return found != nullptr && found->is_array() ? found->get_array() : nothing;
}

std::int64_t count_at(json::value const* value, Path path) {
  auto const* found = api::find_path(value, path);
  return found != nullptr && found->is_object() ? static_cast<std::int64_t>(found->get_object().size()) : 0;
}

std::string age_at(json::value const* value, Path path, seams::WallTime now) {
  auto const text = text_at(value, path);
  auto const second = api::parse_timestamp(text);
  return second ? human_duration(now - *second - fraction_of(text)) : "<unknown>";
}

std::string selector_text(json::value const* selector) {
  auto parts = equalities(api::find_path(selector, {"matchLabels"}));
  for (auto const& expression : list_at(selector, {"matchExpressions"})) {
    parts.emplace_back(text_at(&expression, {"key"}), parts.size(), requirement_text(expression));
  }
  return joined_by_key(std::move(parts));
}

std::string labels_text(json::value const* labels) { return joined_by_key(equalities(labels)); }

std::string join_members(json::array const& list, std::string_view member) {
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) text.append(i == 0 ? "" : ",").append(text_at(&list[i], {member}));
  return text;
}

}  // namespace fakeapi::printing
