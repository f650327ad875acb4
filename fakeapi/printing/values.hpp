// Reading an object's fields for its cells.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::printing {

using Path = std::initializer_list<std::string_view>;

/// The text at a path, or "".
inline std::string_view text_at(boost::json::value const* value, Path path) {
  return api::find_string(value, path).value_or("");
}
/// The number at a path, or 0.
inline std::int64_t number_at(boost::json::value const* value, Path path) {
  return api::find_integer(value, path).value_or(0);
}
bool flag_at(boost::json::value const* value, Path path);
/// The list at a path, or an empty one.
boost::json::array const& list_at(boost::json::value const* value, Path path);
/// How many members the object at a path has.
std::int64_t count_at(boost::json::value const* value, Path path);

/// The age of the time, with or without a fraction, that stands at a path; "<unknown>" if none does.
std::string age_at(boost::json::value const* value, Path path, seams::WallTime now);

/// `fallback` for "".
inline std::string_view or_else(std::string_view text, std::string_view fallback = "<none>") {
  return text.empty() ? fallback : text;
}

/// A LabelSelector in the syntax of queries: "app=a,tier in (x,y)"; "" selects everything.
std::string selector_text(boost::json::value const* selector);
/// Labels the same way.
std::string labels_text(boost::json::value const* labels);

/// The `member`s of the objects in a list, with commas between.
std::string join_members(boost::json::array const& list, std::string_view member);

}  // namespace fakeapi::printing
