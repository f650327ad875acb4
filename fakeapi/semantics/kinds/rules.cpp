#include "fakeapi/semantics/kinds/rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace fakeapi::rules {
namespace {

namespace json = boost::json;

constexpr std::int64_t highest_port = 65535;

json::object const no_object;
json::array const no_array;

void check_requirement(json::value const& requirement, Where const& where, FieldErrors& errors) {
  auto const op = text_at(requirement, "operator");
  bool const empty = array_at(requirement, "values").empty();
  if (op == "In" || op == "NotIn") {
    if (empty) errors.required(where.text("values"), "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!empty) {
      errors.forbidden(where.text("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else {
    errors.invalid(where.text("operator"), go_value::text(op), "not a valid selector operator");
  }
  auto const key = text_at(requirement, "key");
  if (auto const messages = names::qualified_name(key); !messages.empty()) {
    invalid(where.text("key"), key, messages, errors);
  }
}

bool is_usable_requirement(json::value const& requirement) {
  auto const op = text_at(requirement, "operator");
  auto const& values = array_at(requirement, "values");
  bool const set = op == "In" || op == "NotIn";
  if (!set && op != "Exists" && op != "DoesNotExist") return false;
  if (set == values.empty() || !names::qualified_name(text_at(requirement, "key")).empty()) return false;
  return std::ranges::all_of(values,
                             [](json::value const& value) { return names::label_value(text_of(value)).empty(); });
}

bool holds(json::value const& requirement, json::object const& labels) {
  auto const op = text_at(requirement, "operator");
  json::value const* const label = labels.if_contains(text_at(requirement, "key"));
  if (op == "Exists") return label != nullptr;
  if (op == "DoesNotExist") return label == nullptr;
  auto const& values = array_at(requirement, "values");
  bool const listed = label != nullptr && std::ranges::find(values, *label) != values.end();
  return op == "In" ? listed : !listed;
}

bool is_percent(std::string_view text) {
  return text.size() > 1 && text.back() == '%' && text.find_first_not_of("0123456789") == text.size() - 1;
}

}  // namespace

std::string Where::text() const {
  if (parent_ == nullptr) return std::string(name_);
  if (index_ >= 0) return parent_->text() + "[" + std::to_string(index_) + "]";
  return parent_->text() + "." + std::string(name_);
}

json::value const* find(json::value const& object, std::string_view key) {
  auto const* members = object.if_object();
  return members != nullptr ? api::find_member(*members, key) : nullptr;
}

std::string_view text_of(json::value const& value) {
  return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

std::string_view text_at(json::value const& object, std::string_view key) {
  auto const* value = find(object, key);
  return value != nullptr ? text_of(*value) : std::string_view();
}

std::optional<std::int64_t> integer_at(json::value const& object, std::string_view key) {
  auto const* value = find(object, key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

bool is_true(json::value const& object, std::string_view key) {
  auto const* value = find(object, key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

json::object const& object_at(json::value const& object, std::string_view key) {
  auto const* value = find(object, key);
  return value != nullptr && value->is_object() ? value->get_object() : no_object;
}

json::array const& array_at(json::value const& object, std::string_view key) {
  auto const* value = find(object, key);
  return value != nullptr && value->is_array() ? value->get_array() : no_array;
}

std::vector<std::string_view> sorted_keys(json::object const& map) {
  std::vector<std::string_view> keys;
  keys.reserve(map.size());
  for (auto const& member : map) keys.push_back(member.key());
  std::ranges::sort(keys);
  return keys;
}

bool same(json::value const* a, json::value const* b) {
  return a == nullptr || b == nullptr ? a == b : a == b || *a == *b;
}

void check_not_negative(std::int64_t number, std::string field, FieldErrors& errors) {
  if (number >= 0) return;
  errors.invalid(std::move(field), go_value::number(number), "must be greater than or equal to 0");
}

void check_not_negative(json::value const& object, std::string_view key, Where const& where, FieldErrors& errors) {
  auto const number = integer_at(object, key).value_or(0);
  if (number < 0) check_not_negative(number, where.text(key), errors);
}

void invalid(std::string const& field, std::string_view text, names::Messages const& messages, FieldErrors& errors) {
  for (auto const& message : messages) errors.invalid(field, go_value::text(text), message);
}

void check_word(std::string_view text, std::string field, std::span<std::string_view const> words,
                FieldErrors& errors) {
  if (std::ranges::find(words, text) != words.end()) return;
  std::vector<std::string> const named(words.begin(), words.end());
  errors.not_supported(std::move(field), go_value::text(text), named);
}

void check_port_number(std::int64_t port, std::string const& field, FieldErrors& errors) {
  if (port >= 1 && port <= highest_port) return;
  errors.invalid(field, go_value::number(port), "must be between 1 and 65535, inclusive");
}

void check_port_reference(json::value const& port, std::string const& field, FieldErrors& errors) {
  if (port.is_int64()) return check_port_number(port.get_int64(), field, errors);
  invalid(field, text_of(port), names::port_name(text_of(port)), errors);
}

void check_labels(json::object const& labels, std::string const& field, FieldErrors& errors) {
  for (auto const key : sorted_keys(labels)) {
    invalid(field, key, names::qualified_name(key), errors);
    auto const value = text_of(labels.at(key));
    invalid(field, value, names::label_value(value), errors);
  }
}

void check_selector(json::value const* selector, Where const& where, FieldErrors& errors) {
  if (selector == nullptr || selector->is_null()) return;
  auto const& labels = object_at(*selector, "matchLabels");
  if (!labels.empty()) check_labels(labels, where.text("matchLabels"), errors);
  Where const list(where, "matchExpressions");
  auto const& requirements = array_at(*selector, "matchExpressions");
  for (std::size_t i = 0; i < requirements.size(); ++i) check_requirement(requirements[i], Where(list, i), errors);
}

void check_count_or_percent(json::value const& value, std::string const& field, FieldErrors& errors) {
  if (value.is_int64()) return check_not_negative(value.get_int64(), field, errors);
  if (is_percent(text_of(value))) return;
  errors.invalid(field, go_value::int_or_string(value),
                 "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
                 "regex used for validation is '[0-9]+%')");
}

void check_at_most_100_percent(json::value const& value, std::string const& field, FieldErrors& errors) {
  if (!is_percent(text_of(value)) || count_or_percent(value) <= 100) return;
  errors.invalid(field, go_value::int_or_string(value), "must not be greater than 100%");
}

std::int64_t count_or_percent(json::value const& value) {
  if (value.is_int64()) return value.get_int64();
  auto const text = text_of(value);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return is_percent(text) || text.find_first_not_of("0123456789") == std::string_view::npos ? number : 0;
}

bool is_usable_selector(json::value const* selector) {
  if (selector == nullptr || selector->is_null()) return true;
  for (auto const& [key, value] : object_at(*selector, "matchLabels")) {
    if (!names::qualified_name(key).empty() || !names::label_value(text_of(value)).empty()) return false;
  }
  return std::ranges::all_of(array_at(*selector, "matchExpressions"), is_usable_requirement);
}

bool selects(json::value const* selector, json::object const& labels) {
  if (selector == nullptr || selector->is_null()) return false;
  for (auto const& [key, value] : object_at(*selector, "matchLabels")) {
    json::value const* const label = labels.if_contains(key);
    if (label == nullptr || *label != value) return false;
  }
  return std::ranges::all_of(array_at(*selector, "matchExpressions"),
                             [&](json::value const& requirement) { return holds(requirement, labels); });
}

bool is_empty_selector(json::value const* selector) {
  return selector != nullptr && selector->is_object() && object_at(*selector, "matchLabels").empty() &&
         array_at(*selector, "matchExpressions").empty();
}

std::string selector_text(json::value const* selector) {
  if (selector == nullptr || selector->is_null()) return "";
  // Requirements come in the order of their keys.
  std::vector<std::pair<std::string_view, std::string>> requirements;
  for (auto const& [key, value] : object_at(*selector, "matchLabels")) {
    requirements.emplace_back(key, std::string(key) + "=" + std::string(text_of(value)));
  }
  for (auto const& requirement : array_at(*selector, "matchExpressions")) {
    auto const key = text_at(requirement, "key");
    auto const op = text_at(requirement, "operator");
    std::vector<std::string_view> values;
    for (auto const& value : array_at(requirement, "values")) values.push_back(text_of(value));
    std::ranges::sort(values);
    std::string text = op == "DoesNotExist" ? "!" + std::string(key) : std::string(key);
    if (op == "In" || op == "NotIn") {
      text += op == "In" ? " in (" : " notin (";
      for (auto const value : values) text.append(text.back() == '(' ? "" : ",").append(value);
      text += ")";
    }
    requirements.emplace_back(key, std::move(text));
  }
  std::ranges::sort(requirements);
  std::string all;
  for (auto const& [key, text] : requirements) all.append(all.empty() ? "" : ",").append(text);
  return all;
}

}  // namespace fakeapi::rules

namespace fakeapi::go_value {

namespace json = boost::json;

std::string map(json::value const* value) {
  if (value == nullptr || !value->is_object()) return "map[string]string(nil)";
  std::string out = "map[string]string{";
  auto const& members = value->get_object();
  for (auto const key : rules::sorted_keys(members)) {
    if (out.back() != '{') out += ", ";
    out += text(key) + ":" + text(rules::text_of(members.at(key)));
  }
  return out + "}";
}

std::string strings(json::value const* value) {
  if (value == nullptr || !value->is_array()) return "[]string(nil)";
  std::string out = "[]string{";
  for (auto const& item : value->get_array()) {
    if (out.back() != '{') out += ", ";
    out += text(rules::text_of(item));
  }
  return out + "}";
}

std::string selector(json::value const* value) {
  if (value == nullptr || !value->is_object()) return "null";
  std::string out = "v1.LabelSelector{MatchLabels:" + map(rules::find(*value, "matchLabels")) +
                    ", MatchExpressions:[]v1.LabelSelectorRequirement";
  auto const* requirements = rules::find(*value, "matchExpressions");
  if (requirements == nullptr) return out + "(nil)}";
  out += "{";
  for (auto const& requirement : requirements->get_array()) {
    if (out.back() != '{') out += ", ";
    out += "v1.LabelSelectorRequirement{Key:" + text(rules::text_at(requirement, "key")) +
           ", Operator:" + text(rules::text_at(requirement, "operator")) +
           ", Values:" + strings(rules::find(requirement, "values")) + "}";
  }
  return out + "}}";
}

std::string int_or_string(json::value const& value) {
  bool const counted = value.is_int64();
  return "intstr.IntOrString{Type:" + std::string(counted ? "0" : "1") +
         ", IntVal:" + std::to_string(counted ? value.get_int64() : 0) + ", StrVal:" + text(rules::text_of(value)) +
         "}";
}

std::string pointer(std::string_view type, bool set) {
  return "(*" + std::string(type) + ")(" + (set ? "0xc000000000" : "nil") + ")";
}

}  // namespace fakeapi::go_value
