// Looking into JSON, quickly: what reconcilers and servers do thousands of times for each simulated run.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstring>
#include <string_view>

namespace api {

/// The member of an object, or null. Kubernetes' objects have few members, whose names differ in length or at the
/// first letter more often than not: a walk that asks for these first beats a hash and a call into the library.
inline boost::json::value const* find_member(boost::json::object const& object, std::string_view key) {
  constexpr std::size_t few = 18;  // from here on Boost.JSON has a hash table
  if (object.size() > few || key.empty()) return object.if_contains(key);
  for (auto const& member : object) {
    auto const name = member.key();
    if (name.size() == key.size() && name.front() == key.front() &&
        std::memcmp(name.data(), key.data(), key.size()) == 0) {
      return &member.value();
    }
  }
  return nullptr;
}

/// As the == of the library: objects in any order, 1 equal to 1u, never to 1.0. Members are usually in the same order,
/// so each is first looked for where it stands in the other object.
bool equal_json(boost::json::value const& a, boost::json::value const& b);

}  // namespace api
