#include "tests/conformance/matcher.hpp"
#include "tests/conformance/shortened.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>

namespace conformance {
namespace {

namespace json = boost::json;

std::string shown(json::value const* value) {
  if (value == nullptr) return "nothing";
  return shortened(json::serialize(*value), 600);
}

std::string named(std::string const& path) { return path.empty() ? "the whole" : path; }

bool full_match(json::value const* value, std::string_view pattern) {
  if (value == nullptr || !value->is_string()) return false;
  re2::RE2::Options options;
  options.set_dot_nl(true);
  std::string_view const text = value->get_string();
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()),
                             re2::RE2(re2::StringPiece(pattern.data(), pattern.size()), options));
}

std::optional<std::uint64_t> decimal(json::value const* value) {
  if (value == nullptr) return std::nullopt;
  std::string const text = value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
  std::uint64_t number = 0;
  auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

/// A word that stands for a kind of value; nothing if `text` is none.
std::optional<bool> matches_word(std::string_view text, json::value const* value) {
  if (text == "$any") return value != nullptr;
  if (text == "$absent") return value == nullptr;
  if (text == "$text") return value != nullptr && value->is_string();
  if (text == "$number") return value != nullptr && value->is_number();
  if (text == "$version") return decimal(value).value_or(0) > 0 && value->is_string();
  if (text == "$uid") return full_match(value, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  if (text == "$time") return full_match(value, R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)");
  if (text == "$micro_time") return full_match(value, R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)");
  return std::nullopt;
}

class Match {
 public:
  std::vector<std::string> wrong;

  void check(json::value const& pattern, json::value const* value, std::string const& path) {
    if (pattern.is_string()) {
      if (auto const word = matches_word(pattern.get_string(), value)) {
        if (!*word) complain(path, pattern, value);
        return;
      }
    }
    if (auto const* object = pattern.if_object()) {
      if (object->size() == 1 && object->begin()->key().starts_with('!')) {
        return tagged(object->begin()->key(), object->begin()->value(), value, path);
      }
      return members(*object, value, path);
    }
    if (auto const* array = pattern.if_array()) return items(*array, value, path);
    if (value == nullptr || !(*value == pattern)) complain(path, pattern, value);
  }

 private:
  void complain(std::string const& path, json::value const& pattern, json::value const* value) {
    wrong.push_back(named(path) + " should be " + shown(&pattern) + " but is " + shown(value));
  }

  void members(json::object const& pattern, json::value const* value, std::string const& path) {
    if (value == nullptr || !value->is_object()) return complain(path, pattern, value);
    auto const& object = value->get_object();
    for (auto const& [key, wanted] : pattern) {
      bool const outer = exact_;
      check(wanted, object.if_contains(key), path.empty() ? std::string(key) : path + "." + std::string(key));
      exact_ = outer;
    }
    if (!exact_) return;
    for (auto const& [key, found] : object) {
      if (!pattern.contains(key))
        wrong.push_back(named(path) + " should not have " + std::string(key) + ": " + shown(&found));
    }
  }

  void items(json::array const& pattern, json::value const* value, std::string const& path) {
    if (value == nullptr || !value->is_array() || value->get_array().size() != pattern.size())
      return complain(path, pattern, value);
    for (std::size_t i = 0; i < pattern.size(); ++i)
      check(pattern[i], &value->get_array()[i], path + "[" + std::to_string(i) + "]");
  }

  bool fits(json::value const& pattern, json::value const& value) const {
    Match inner;
    inner.exact_ = exact_;
    inner.check(pattern, &value, "");
    return inner.wrong.empty();
  }

  /// Each pattern takes the first item left that it fits: patterns of cases are not meant to compete.
  void unordered(json::array const& pattern, json::value const* value, std::string const& path, bool all) {
    if (value == nullptr || !value->is_array()) return complain(path, pattern, value);
    auto const& array = value->get_array();
    std::vector<bool> taken(array.size());
    for (auto const& wanted : pattern) {
      std::size_t at = 0;
      while (at < array.size() && (taken[at] || !fits(wanted, array[at]))) ++at;
      if (at == array.size()) {
        wrong.push_back(named(path) + " should have an item " + shown(&wanted) + " in " + shown(value));
      } else {
        taken[at] = true;
      }
    }
    if (all && array.size() != pattern.size())
      wrong.push_back(named(path) + " should have " + std::to_string(pattern.size()) + " items: " + shown(value));
  }

  void tagged(std::string_view tag, json::value const& wanted, json::value const* value, std::string const& path) {
    if (tag == "!match") {
      if (!full_match(value, wanted.get_string())) complain(path, wanted, value);
    } else if (tag == "!not") {
      if (value != nullptr && *value == wanted) wrong.push_back(named(path) + " should not be " + shown(&wanted));
    } else if (tag == "!after") {
      auto const least = decimal(&wanted);
      auto const found = decimal(value);
      if (!least || !found || *found <= *least)
        wrong.push_back(named(path) + " should be greater than " + shown(&wanted) + " but is " + shown(value));
    } else if (tag == "!exact") {
      bool const outer = std::exchange(exact_, true);
      check(wanted, value, path);
      exact_ = outer;
    } else if (tag == "!set" && wanted.is_array()) {
      unordered(wanted.get_array(), value, path, true);
    } else if (tag == "!some" && wanted.is_array()) {
      unordered(wanted.get_array(), value, path, false);
    } else if (tag == "!count") {
      auto const count = decimal(&wanted);
      if (!count || value == nullptr || !value->is_array() || value->get_array().size() != *count)
        wrong.push_back(named(path) + " should have " + shown(&wanted) + " items: " + shown(value));
    } else {
      wrong.push_back("the case has an unknown pattern " + std::string(tag));
    }
  }

  bool exact_ = false;
};

}  // namespace

std::vector<std::string> complaints(json::value const& pattern, json::value const* value, std::string const& path) {
  Match match;
  match.check(pattern, value, path);
  return std::move(match.wrong);
}

}  // namespace conformance
