#include "fakeapi/patch/path_element.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <charconv>

#include "fakeapi/patch/go_text.hpp"
#include "fakeapi/patch/json_order.hpp"
#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi::patch {
namespace {

namespace json = boost::json;

constexpr std::size_t deepest_key = 16;

std::strong_ordering order(double a, double b) {
  return a < b ? std::strong_ordering::less : b < a ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::strong_ordering order(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

// Numbers beyond int64 are fractions to the server.
bool is_integer(json::value const& value) {
  return value.is_int64() ||
         (value.is_uint64() && value.get_uint64() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
}

int rank(json::value const& value) {
  switch (value.kind()) {
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return 0;
    case json::kind::string:
      return 1;
    case json::kind::bool_:
      return 2;
    case json::kind::array:
      return 3;
    case json::kind::object:
      return 4;
    case json::kind::null:
      break;
  }
  return 5;
}

std::strong_ordering compare_lists(json::array const& a, json::array const& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (auto const by_item = compare_values(a[i], b[i]); by_item != 0) return by_item;
  }
  return a.size() <=> b.size();
}

std::strong_ordering compare_objects(json::object const& a, json::object const& b) {
  auto const x = in_order(a), y = in_order(b);
  for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) {
    if (auto const by_name = order(x[i]->key(), y[i]->key()); by_name != 0) return by_name;
    if (auto const by_value = compare_values(x[i]->value(), y[i]->value()); by_value != 0) return by_value;
  }
  return x.size() <=> y.size();
}

std::strong_ordering compare_keys(PathElement::Keys const& a, PathElement::Keys const& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (auto const by_name = order(a[i].first, b[i].first); by_name != 0) return by_name;
    if (auto const by_value = compare_values(a[i].second, b[i].second); by_value != 0) return by_value;
  }
  return a.size() <=> b.size();
}

// As messages show a value.
std::string shown(json::value const& value) {
  if (value.is_null()) return "null";
  if (value.is_string()) return go_value::text(value.get_string());
  if (auto const* items = value.if_array()) {
    std::string text = "[";
    for (auto const& item : *items) text += (text.size() > 1 ? "," : "") + shown(item);
    return text + "]";
  }
  if (auto const* members = value.if_object()) {
    std::string text;
    for (auto const* member : in_order(*members)) text += std::string(member->key()) + "=" + shown(member->value());
    return text;
  }
  return go_text::plain(value);
}

std::expected<json::value, std::string> parse_value(std::string_view text) {
  json::parse_options options;
  options.max_depth = deepest_key;
  json::error_code error;
  auto value = json::parse(text, error, {}, options);
  if (error) return std::unexpected("parsing key as path element: " + error.message());
  return value;
}

}  // namespace

std::strong_ordering compare_values(json::value const& a, json::value const& b) {
  if (auto const by_kind = rank(a) <=> rank(b); by_kind != 0) return by_kind;
  if (a.is_number()) {
    if (is_integer(a) && is_integer(b)) return a.to_number<std::int64_t>() <=> b.to_number<std::int64_t>();
    return order(a.to_number<double>(), b.to_number<double>());
  }
  if (a.is_string()) return order(a.get_string(), b.get_string());
  if (a.is_bool()) return int{a.get_bool()} <=> int{b.get_bool()};
  if (a.is_array()) return compare_lists(a.get_array(), b.get_array());
  if (a.is_object()) return compare_objects(a.get_object(), b.get_object());
  return std::strong_ordering::equal;
}

bool equal_values(json::value const& a, json::value const& b) {
  if (a.is_object() && b.is_object()) {
    auto const &x = a.get_object(), &y = b.get_object();
    return x.size() == y.size() && std::ranges::all_of(x, [&](auto const& member) {
             auto const* other = y.if_contains(member.key());
             return other != nullptr && equal_values(member.value(), *other);
           });
  }
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), equal_values);
  return compare_values(a, b) == 0;
}

PathElement PathElement::field(std::string_view name) { return PathElement(Step(std::string(name))); }

PathElement PathElement::keys(Keys keys) {
  std::ranges::sort(keys, {}, &Keys::value_type::first);
  return PathElement(Step(std::move(keys)));
}

PathElement PathElement::value(json::value value) { return PathElement(Step(Value{std::move(value)})); }

PathElement PathElement::index(std::int64_t index) { return PathElement(Step(index)); }

std::strong_ordering operator<=>(PathElement const& a, PathElement const& b) {
  if (auto const by_kind = a.step_.index() <=> b.step_.index(); by_kind != 0) return by_kind;
  if (auto const* name = a.field_name()) return order(*name, *b.field_name());
  if (auto const* keys = std::get_if<PathElement::Keys>(&a.step_)) {
    return compare_keys(*keys, std::get<PathElement::Keys>(b.step_));
  }
  if (auto const* item = std::get_if<PathElement::Value>(&a.step_)) {
    return compare_values(item->value, std::get<PathElement::Value>(b.step_).value);
  }
  return std::get<std::int64_t>(a.step_) <=> std::get<std::int64_t>(b.step_);
}

std::string PathElement::to_string() const {
  if (auto const* name = field_name()) return "." + *name;
  if (auto const* keys = std::get_if<Keys>(&step_)) {
    std::string text = "[";
    for (auto const& [name, item] : *keys) text += (text.size() > 1 ? "," : "") + name + "=" + shown(item);
    return text + "]";
  }
  if (auto const* item = std::get_if<Value>(&step_)) return "[=" + shown(item->value) + "]";
  return "[" + std::to_string(std::get<std::int64_t>(step_)) + "]";
}

std::string PathElement::serialize() const {
  if (auto const* name = field_name()) return "f:" + *name;
  if (auto const* keys = std::get_if<Keys>(&step_)) {
    json::object object(keys->size());
    for (auto const& [name, item] : *keys) object.emplace(name, item);
    return "k:" + go_text::json(json::value(std::move(object)));
  }
  if (auto const* item = std::get_if<Value>(&step_)) return "v:" + go_text::json(item->value);
  return "i:" + std::to_string(std::get<std::int64_t>(step_));
}

std::expected<std::optional<PathElement>, std::string> PathElement::parse(std::string_view text) {
  if (text.size() < 2) return std::unexpected("parsing key as path element: key must be 2 characters long:");
  if (text[1] != ':') return std::unexpected("parsing key as path element: missing colon: " + std::string(text));
  auto const content = text.substr(2);
  switch (text[0]) {
    case 'f':
      return field(content);
    case 'v': {
      auto parsed = parse_value(content);
      if (!parsed) return std::unexpected(std::move(parsed.error()));
      return value(*std::move(parsed));
    }
    case 'k': {
      auto parsed = parse_value(content);
      if (!parsed) return std::unexpected(std::move(parsed.error()));
      if (!parsed->is_object()) return std::unexpected("parsing key as path element: the keys are no object");
      Keys found;
      for (auto const& [name, item] : parsed->get_object()) found.emplace_back(name, item);
      return keys(std::move(found));
    }
    case 'i': {
      std::int64_t number = 0;
      auto const [end, error] = std::from_chars(content.data(), content.data() + content.size(), number);
      if (error != std::errc() || end != content.data() + content.size()) {
        return std::unexpected("parsing key as path element: strconv.Atoi: parsing " + go_value::text(content) +
                               ": invalid syntax");
      }
      return index(number);
    }
    default:
      return std::nullopt;
  }
}

std::string to_string(Path const& path) {
  std::string text;
  for (auto const& element : path) text += element.to_string();
  return text;
}

}  // namespace fakeapi::patch
