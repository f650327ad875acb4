// Validation of one node, with the words of the real server and in the order in which it looks.
#include <re2/re2.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <limits>

#include "fakeapi/semantics/findings.hpp"
#include "fakeapi/semantics/go_syntax.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/semantics/schema_formats.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// Whether a number has no fraction, as far as a double can tell.
bool is_whole(double number) {
  constexpr double most = 9007199254740991;  // 2^53 - 1
  constexpr double epsilon = 1e-9;
  if (std::isnan(number) || std::abs(number) > most) return false;
  double const whole = std::trunc(number);
  double const difference = std::abs(number - whole);
  if (difference == 0) return true;
  if (whole == 0) return difference < epsilon * std::numeric_limits<double>::denorm_min();
  return difference / (std::abs(number) + std::abs(whole)) < epsilon;
}

bool is_integer(json::value const& value) {
  return value.is_int64() || (value.is_uint64() && value.get_uint64() <= std::numeric_limits<std::int64_t>::max());
}

// 1.0 is an integer, as for JSON schema.
bool is_integral(json::value const& value) {
  return is_integer(value) || (value.is_double() && is_whole(value.get_double()));
}

std::string_view name_of(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "boolean";
    case json::kind::int64:
      return "integer";
    case json::kind::uint64:
      return is_integer(value) ? "integer" : "number";
    case json::kind::double_:
      return "number";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "array";
    case json::kind::object:
      return "object";
  }
  return "";
}

// What Go calls the format of a value whose schema has one.
std::string_view format_of(json::value const& value) {
  if (is_integer(value)) return "int64";
  return value.is_number() ? "double" : "";
}

std::string_view name_of(Schema const& schema) {
  if (schema.int_or_string) return "integer,string";
  switch (schema.type) {
    case Schema::Type::any:
      return "";
    case Schema::Type::object:
      return "object";
    case Schema::Type::array:
      return "array";
    case Schema::Type::string:
      return "string";
    case Schema::Type::integer:
      return "integer";
    case Schema::Type::number:
      return "number";
    case Schema::Type::boolean:
      return "boolean";
  }
  return "";
}

bool fits(Schema const& schema, json::value const& value) {
  if (schema.int_or_string) return value.is_string() || is_integral(value);
  switch (schema.type) {
    case Schema::Type::any:
      return true;
    case Schema::Type::object:
      return value.is_object();
    case Schema::Type::array:
      return value.is_array();
    case Schema::Type::string:
      return value.is_string();
    case Schema::Type::integer:
      return is_integral(value);
    case Schema::Type::number:
      return value.is_number();
    case Schema::Type::boolean:
      return value.is_bool();
  }
  return false;
}

std::int64_t code_points(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

void wrong_type(FieldPath const& path, std::string_view type, std::string_view found, Findings& findings) {
  auto const quoted = go_value::text(found);
  findings.invalid(path, quoted, "must be of type " + std::string(type) + ": " + quoted);
}

std::string at_least(std::int64_t number, std::string_view what) {
  return "should have at least " + std::to_string(number) + " " + std::string(what);
}
std::string at_most(std::int64_t number, std::string_view what) {
  return "should have at most " + std::to_string(number) + " " + std::string(what);
}

// Equal as numbers where both are, whatever their form.
bool equal(json::value const& a, json::value const& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  return a == b;
}

}  // namespace

void Schema::validate(json::value const& value, FieldPath const& path, FieldErrors& errors) const {
  Findings findings;
  check(value, path, findings);
  if (!findings.empty()) findings.to_errors("", errors);
}

void Schema::validate(json::value const& value, FieldPath const& path, Findings& findings,
                      json::value const* known) const {
  check(value, path, findings, known);
}

int Schema::check(json::value const& value, FieldPath const& path, Findings& findings, json::value const* known) const {
  if (known != nullptr && !value.is_structured() && api::equal_json(value, *known)) return 0;
  int passed = 0;
  bool const typed = type != Type::any || int_or_string || !format.empty();
  if (value.is_null()) {
    if (typed && !nullable) wrong_type(path, name_of(*this), "null", findings);
    if (!enumeration.empty() && !is_enumerated(value)) {
      std::vector<std::string> words;
      for (auto const& word : enumeration) words.push_back(json::serialize(word));
      findings.not_supported(path, "null", std::move(words));
    }
    return passed;
  }
  if (typed) passed += check_type(value, path, findings) + 1;
  bool const enumerated = enumeration.empty() || is_enumerated(value);
  Findings own;
  if (auto const* text = value.if_string()) {
    check_text(*text, path, own);
    // A quirk of the real one, which takes the zero value for no value.
    if (text->empty() && typed && !(own.empty() && enumerated)) wrong_type(path, name_of(*this), "null", findings);
    passed += format.empty() ? 1 : 2;
  }
  passed += check_combinations(value, path, findings) + 1;
  if (!own.empty()) findings.append(own);
  if (value.is_number()) {
    check_number(value, path, findings);
    passed += 2;
  } else if (auto const* array = value.if_array()) {
    passed += check_list(*array, path, findings, known) + 1;
  }
  if (!enumerated) {
    std::vector<std::string> words;
    for (auto const& word : enumeration) {
      words.push_back(word.is_string() ? std::string(word.get_string()) : json::serialize(word));
    }
    findings.not_supported(path, go_syntax(value), std::move(words));
  }
  ++passed;  // the check of enumerations always applies
  if (auto const* object = value.if_object()) passed += check_object(*object, path, findings, known) + 1;
  return passed + 1;
}

int Schema::check_type(json::value const& value, FieldPath const& path, Findings& findings) const {
  bool const numeric = type == Type::number || type == Type::integer || int_or_string;
  bool const is_text_or_list = value.is_string() || value.is_array();
  if (!format.empty()) {
    if (!is_text_or_list && !fits(*this, value)) {
      wrong_type(path, format, format_of(value), findings);
      return 0;
    }
    if (!numeric && is_text_or_list) return 1;
  }
  if (fits(*this, value)) return 1;
  wrong_type(path, name_of(*this), name_of(value), findings);
  return 0;
}

void Schema::check_text(std::string_view text, FieldPath const& path, Findings& findings) const {
  // Of these three only the first that fails is told.
  if (max_length && code_points(text) > *max_length) {
    findings.invalid(path, go_value::text(text), "should be at most " + std::to_string(*max_length) + " chars long");
  } else if (min_length && code_points(text) < *min_length) {
    findings.invalid(path, go_value::text(text), "should be at least " + std::to_string(*min_length) + " chars long");
  } else if (pattern && !re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *pattern)) {
    findings.invalid(path, go_value::text(text), "should match '" + pattern_text + "'");
  }
  if (has_format != nullptr && !has_format(text)) {
    findings.invalid(path, go_value::text(text), "must be of type " + format + ": " + go_value::text(text));
  }
}

void Schema::check_number(json::value const& value, FieldPath const& path, Findings& findings) const {
  if (!minimum && !maximum && !multiple_of) return;
  auto const number = value.to_number<double>();
  if (multiple_of) {
    double const factor = *multiple_of;
    double const quotient = factor < 1 ? 1 / factor * number : number / factor;
    if (!is_whole(quotient)) {
      findings.invalid(path, go_syntax(value), "should be a multiple of " + go_value::real(factor));
    }
  }
  if (maximum && (maximum->exclusive ? number >= maximum->value : number > maximum->value)) {
    std::string_view const limit = maximum->exclusive ? "should be less than " : "should be less than or equal to ";
    findings.invalid(path, go_syntax(value), std::string(limit) + go_value::real(maximum->value));
  }
  if (minimum && (minimum->exclusive ? number <= minimum->value : number < minimum->value)) {
    std::string_view const limit =
        minimum->exclusive ? "should be greater than " : "should be greater than or equal to ";
    findings.invalid(path, go_syntax(value), std::string(limit) + go_value::real(minimum->value));
  }
}

int Schema::check_list(json::array const& array, FieldPath const& path, Findings& findings,
                       json::value const* known) const {
  int passed = 1;
  auto const* const known_items = known != nullptr ? known->if_array() : nullptr;
  if (items != nullptr) {
    for (std::size_t i = 0; i < array.size(); ++i) {
      auto const* const twin = known_items != nullptr ? known_items->if_contains(i) : nullptr;
      if (twin != nullptr && api::equal_json(array[i], *twin)) continue;
      passed += items->check(array[i], path, findings, twin);
    }
  }
  auto const size = static_cast<std::int64_t>(array.size());
  if (min_items && size < *min_items) {
    findings.invalid(path, go_value::number(size), at_least(*min_items, "items"));
  }
  if (max_items && size > *max_items) {
    findings.invalid(path, go_value::number(size), at_most(*max_items, "items"));
  }
  if (unique_items) {
    for (std::size_t i = 1; i < array.size(); ++i) {
      if (std::find(array.begin(), array.begin() + static_cast<std::ptrdiff_t>(i), array[i]) ==
          array.begin() + static_cast<std::ptrdiff_t>(i)) {
        continue;
      }
      findings.invalid(path, "\"\"", "shouldn't contain duplicates");
      break;
    }
  }
  return passed;
}

int Schema::check_object(json::object const& object, FieldPath const& path, Findings& findings,
                         json::value const* known) const {
  auto const* const known_members = known != nullptr ? known->if_object() : nullptr;
  auto const twin = [known_members](std::string_view name) {
    return known_members != nullptr ? api::find_member(*known_members, name) : nullptr;
  };
  auto const size = static_cast<std::int64_t>(object.size());
  // The value told is the limit.
  if (min_properties && size < *min_properties) {
    findings.invalid(path, go_value::number(*min_properties), at_least(*min_properties, "properties"));
    return 0;
  }
  if (max_properties && size > *max_properties) {
    findings.invalid(path, go_value::number(*max_properties), at_most(*max_properties, "properties"));
    return 0;
  }
  int passed = 0;
  if (additional_rule == Additional::forbidden) {
    for (auto const& [name, member] : object) {
      if (property(name) != nullptr || name == "$schema" || name == "id") continue;
      std::string const field = path.to_string() + "." + std::string(name);
      findings.forbidden(path, go_value::text(name), field + " in body is a forbidden property");
    }
  } else if (additional != nullptr) {
    for (auto const& [name, member] : object) {
      if (property(name) == nullptr) passed += additional->check(member, {&path, name}, findings, twin(name));
    }
  }
  for (auto const& property : properties) {
    if (auto const* found = api::find_member(object, property.name)) {
      passed += property.schema->check(*found, {&path, property.name}, findings, twin(property.name));
    }
  }
  for (auto const& name : required) {
    if (api::find_member(object, name) != nullptr) continue;
    Schema const* const missing = property(name);
    if (missing == nullptr || !missing->default_value) findings.required({&path, name});
  }
  return passed;
}

bool Schema::is_enumerated(json::value const& value) const {
  return std::ranges::any_of(enumeration, [&](json::value const& word) { return equal(word, value); });
}

}  // namespace fakeapi
