// What the API server fills into a structure depending on its other fields, and the few fields it keeps in step.
#pragma once
#include <boost/json/object.hpp>
#include <string_view>

namespace fakeapi::types {

struct DependentDefaults {
  /// Whether fill() would change nothing. The structure's own fields have been filled in before.
  bool (*complete)(boost::json::object const& structure);
  void (*fill)(boost::json::object& structure);
};

/// Of the structure with this OpenAPI name, or null.
DependentDefaults const* find_dependent_defaults(std::string_view name);

/// What a pod, other than the template of one, has besides: requests follow limits, service links are on.
extern DependentDefaults const pod_defaults;

}  // namespace fakeapi::types
