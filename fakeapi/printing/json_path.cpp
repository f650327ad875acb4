// Walking a compiled path, and printing what it finds.
#include "fakeapi/printing/json_path.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>
#include <utility>

#include "fakeapi/printing/json_path_step.hpp"
#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi::printing {
namespace {

namespace json = boost::json;
using detail::Operator;
using detail::PathStep;
using detail::StepKind;
using Values = JsonPath::Values;
using Found = std::expected<Values, std::string>;

// Paths like "..*..*" find a multiple of what there is.
constexpr std::size_t most = 100'000;

Found walk_steps(std::span<PathStep const> steps, Values values);

Values fields(std::string_view name, Values const& from) {
  Values found;
  for (auto const* value : from) {
    if (!value->is_object()) continue;
    if (auto const* member = value->get_object().if_contains(name)) found.push_back(member);
  }
  return found;
}

std::string out_of_bounds(std::int64_t index, std::int64_t length) {
  return "array index out of bounds: index " + std::to_string(index) + ", length " + std::to_string(length);
}

Found slices(PathStep const& step, Values const& from) {
  Values found;
  for (auto const* value : from) {
    if (value->is_null()) continue;
    if (!value->is_array()) return std::unexpected("no array or slice");
    auto const& list = value->get_array();
    auto const length = static_cast<std::int64_t>(list.size());
    std::int64_t begin = step.slice[0].known ? step.slice[0].value : 0;
    if (begin < 0) begin += length;
    std::int64_t end = step.slice[1].known ? step.slice[1].value : length;
    if (end < 0 || (end == 0 && step.slice[1].derived)) end += length;
    // No elements wanted, none given, wherever that is; and the lists that follow are not looked at.
    if (begin == end) return found;
    if (begin >= length || begin < 0) return std::unexpected(out_of_bounds(begin, length));
    if (end > length || end < 0) return std::unexpected(out_of_bounds(end - 1, length));
    if (begin > end) {
      return std::unexpected("starting index " + std::to_string(begin) + " is greater than ending index " +
                             std::to_string(end));
    }
    std::int64_t const stride = step.slice[2].known ? step.slice[2].value : 1;
    if (stride <= 0) return std::unexpected("step must be > 0");
    for (std::int64_t i = begin; i < end; i += std::min(stride, length)) {
      found.push_back(&list[static_cast<std::size_t>(i)]);
    }
  }
  return found;
}

void append_children(json::value const& value, Values& found) {
  if (value.is_object()) {
    for (auto const& [name, member] : value.get_object()) found.push_back(&member);
  } else if (value.is_array()) {
    for (auto const& item : value.get_array()) found.push_back(&item);
  }
}

// Everything that holds something, from the outside in.
void append_recursively(json::value const& value, Values& found) {
  if (found.size() > most) return;
  Values children;
  append_children(value, children);
  if (children.empty() && !(value.is_string() && !value.get_string().empty())) return;
  found.push_back(&value);
  for (auto const* child : children) append_recursively(*child, found);
}

enum class Basic : std::uint8_t { none, flag, integer, real, text };

Basic basic(json::value const& value) {
  if (value.is_bool()) return Basic::flag;
  if (value.is_int64() || value.is_uint64()) return Basic::integer;
  if (value.is_double()) return Basic::real;
  return value.is_string() ? Basic::text : Basic::none;
}

constexpr std::string_view incompatible = "incompatible types for comparison";
constexpr std::string_view incomparable = "invalid type for comparison";

std::expected<bool, std::string> equal(json::value const& a, json::value const& b) {
  if (basic(a) == Basic::none || basic(b) == Basic::none) return std::unexpected(std::string(incomparable));
  if (basic(a) != basic(b)) return std::unexpected(std::string(incompatible));
  return a == b;
}

std::expected<bool, std::string> less(json::value const& a, json::value const& b) {
  if (basic(a) == Basic::none || basic(b) == Basic::none) return std::unexpected(std::string(incomparable));
  if (basic(a) != basic(b)) return std::unexpected(std::string(incompatible));
  switch (basic(a)) {
    case Basic::integer:
      if (a.is_int64() && b.is_int64()) return a.get_int64() < b.get_int64();
      if (a.is_uint64() && b.is_uint64()) return a.get_uint64() < b.get_uint64();
      // One of them is too large for an int64, or both are small enough.
      return a.is_int64() ? std::cmp_less(a.get_int64(), b.get_uint64()) : std::cmp_less(a.get_uint64(), b.get_int64());
    case Basic::real:
      return a.get_double() < b.get_double();
    case Basic::text:
      return a.get_string() < b.get_string();
    case Basic::none:
    case Basic::flag:
      break;
  }
  return std::unexpected(std::string(incomparable));
}

std::expected<bool, std::string> compare(PathStep const& step, json::value const& a, json::value const& b) {
  auto const inverse = [](std::expected<bool, std::string> result) {
    if (result) *result = !*result;
    return result;
  };
  auto const less_equal = [&]() -> std::expected<bool, std::string> {
    auto result = less(a, b);
    if (!result || *result) return result;
    return equal(a, b);
  };
  switch (step.comparison) {
    case Operator::equal:
      return equal(a, b);
    case Operator::not_equal:
      return inverse(equal(a, b));
    case Operator::less:
      return less(a, b);
    case Operator::less_equal:
      return less_equal();
    case Operator::greater:
      return inverse(less_equal());
    case Operator::greater_equal:
      return inverse(less(a, b));
    case Operator::exists:
    case Operator::unknown:
      break;
  }
  return std::unexpected("unrecognized filter operator " + step.name);
}

Found filter(PathStep const& step, Values const& from) {
  Values found;
  for (auto const* value : from) {
    if (!value->is_array()) return std::unexpected("no array or slice, cannot be filtered");
    for (auto const& item : value->get_array()) {
      auto const left = walk_steps(step.branches[0], {&item});
      if (step.comparison == Operator::exists) {
        // What cannot be walked counts as there, in client-go too.
        if (!left || !left->empty()) found.push_back(&item);
        continue;
      }
      if (!left) return std::unexpected(left.error());
      if (left->empty()) continue;
      if (left->size() > 1) return std::unexpected("can only compare one element at a time");
      auto const right = walk_steps(step.branches[1], {&item});
      if (!right) return std::unexpected(right.error());
      if (right->empty()) continue;
      if (right->size() > 1) return std::unexpected("can only compare one element at a time");
      auto const passes = compare(step, *left->front(), *right->front());
      if (!passes) return std::unexpected(passes.error());
      if (*passes) found.push_back(&item);
    }
  }
  return found;
}

Found walk_step(PathStep const& step, Values const& values) {
  Values found;
  switch (step.kind) {
    case StepKind::field:
      return fields(step.name, values);
    case StepKind::slice:
      return slices(step, values);
    case StepKind::filter:
      return filter(step, values);
    case StepKind::wildcard:
      for (auto const* value : values) {
        append_children(*value, found);
        if (found.size() > most) break;
      }
      return found;
    case StepKind::recursive:
      for (auto const* value : values) append_recursively(*value, found);
      return found;
    case StepKind::union_:
      for (auto const& branch : step.branches) {
        auto some = walk_steps(branch, values);
        if (!some) return some;
        found.insert(found.end(), some->begin(), some->end());
        if (found.size() > most) break;
      }
      return found;
    case StepKind::constant:
      // A text stands for itself, a number or flag for each value before it.
      found.assign(step.constant.is_string() ? 1 : values.size(), &step.constant);
      return found;
    case StepKind::identifier:
      break;
  }
  return std::unexpected("unrecognized identifier " + step.name);
}

// Go's encoding/json: members by name, markup escaped.
void append_json(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    bool const separator = text.substr(i).starts_with("\xe2\x80\xa8") || text.substr(i).starts_with("\xe2\x80\xa9");
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out.append({'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : 't'});
    } else if ((c >= 0 && c < ' ') || c == '<' || c == '>' || c == '&') {
      out.append("\\u00").append({hex[static_cast<unsigned char>(c) >> 4], hex[c & 15]});
    } else if (separator) {
      out.append(text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029");
      i += 2;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_json(std::string& out, json::value const& value) {
  if (value.is_object()) {
    std::vector<json::key_value_pair const*> members;
    for (auto const& member : value.get_object()) members.push_back(&member);
    std::ranges::sort(members, {}, [](auto const* member) { return member->key(); });
    out += '{';
    for (auto const* member : members) {
      if (member != members.front()) out += ',';
      append_json(out, std::string_view(member->key()));
      out += ':';
      append_json(out, member->value());
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (auto const& item : value.get_array()) {
      if (&item != &value.get_array().front()) out += ',';
      append_json(out, item);
    }
    out += ']';
  } else if (value.is_string()) {
    append_json(out, std::string_view(value.get_string()));
  } else {
    out += value.is_null() ? "null" : print(value);
  }
}

Found walk_steps(std::span<PathStep const> steps, Values values) {
  for (auto const& step : steps) {
    auto next = walk_step(step, values);
    if (!next) return next;
    if (next->size() > most) return std::unexpected("finds too much");
    values = *std::move(next);
  }
  return values;
}

}  // namespace

std::expected<JsonPath, std::string> JsonPath::parse(std::string_view text) {
  auto steps = detail::parse_template("{" + std::string(text) + "}");
  if (!steps) return std::unexpected(std::move(steps.error()));
  return JsonPath(std::make_shared<Steps const>(*std::move(steps)));
}

std::expected<Values, std::string> JsonPath::find(json::value const& root) const { return walk(root, 0); }

std::string_view JsonPath::first_field() const {
  return !steps_->empty() && steps_->front().kind == StepKind::field ? std::string_view(steps_->front().name) : "";
}

std::expected<Values, std::string> JsonPath::find_below(json::value const& value) const { return walk(value, 1); }

std::expected<Values, std::string> JsonPath::walk(json::value const& from, std::size_t first_step) const {
  return walk_steps(std::span(*steps_).subspan(first_step), {&from});
}

std::string print(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "<no value>";
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::int64:
      return std::to_string(value.get_int64());
    case json::kind::uint64:
      return std::to_string(value.get_uint64());
    case json::kind::double_:
      return go_value::real(value.get_double());
    case json::kind::string:
      return std::string(value.get_string());
    case json::kind::array:
    case json::kind::object:
      break;
  }
  std::string text;
  append_json(text, value);
  return text;
}

}  // namespace fakeapi::printing
