// The members of JSON objects in the order of their names, as Go prints maps and as sets of fields are kept.
#pragma once
#include <algorithm>
#include <boost/json/object.hpp>
#include <string_view>
#include <vector>

namespace fakeapi::patch {

/// Valid as long as the object does not change.
inline std::vector<boost::json::key_value_pair const*> in_order(boost::json::object const& object) {
  std::vector<boost::json::key_value_pair const*> members;
  members.reserve(object.size());
  for (auto const& member : object) members.push_back(&member);
  std::ranges::sort(members, {}, [](auto const* member) { return std::string_view(member->key()); });
  return members;
}

}  // namespace fakeapi::patch
