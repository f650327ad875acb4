#include "operator/echo/patches.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <utility>

#include "operator/echo/echo.hpp"
#include "operator/seams/check.hpp"

namespace echo {

namespace json = boost::json;
using api::JsonPatchVerb;

namespace {

api::SharedJson const& finalizer_json() {
  static api::SharedJson const shared = api::share(json::value(json::string(finalizer)));
  return shared;
}

api::SharedJson const& finalizer_list_json() {
  static api::SharedJson const shared = api::share(json::value(json::array{json::value(json::string(finalizer))}));
  return shared;
}

}  // namespace

api::JsonPatchOperation operation(JsonPatchVerb verb, std::string path, json::value value) {
  api::SharedJson shared = verb == JsonPatchVerb::remove ? nullptr : api::share(std::move(value));
  return {verb, std::move(path), std::move(shared), {}};
}

api::JsonPatchOperation lock(api::Object const& seen) {
  return operation(JsonPatchVerb::replace, "/metadata/resourceVersion",
                   json::value(std::to_string(api::to_number(seen.metadata.resource_version))));
}

api::JsonPatch locked_patch(api::Object const& seen, std::vector<api::JsonPatchOperation> operations) {
  operations.insert(operations.begin(), lock(seen));
  return {std::move(operations)};
}

api::JsonPatch add_finalizer_patch(api::Object const& seen) {
  seams::check(!seen.metadata.has_finalizer(finalizer), "the finalizer is added once");
  bool const first = seen.metadata.finalizers.empty();
  api::JsonPatch patch;
  patch.operations.reserve(2);
  patch.operations.push_back(lock(seen));
  patch.operations.push_back({JsonPatchVerb::add,
                              first ? "/metadata/finalizers" : "/metadata/finalizers/-",
                              first ? finalizer_list_json() : finalizer_json(),
                              {}});
  return patch;
}

api::JsonPatch remove_finalizer_patch(api::Object const& seen) {
  auto const& finalizers = *seen.metadata.finalizers;
  auto const ours = std::ranges::find(finalizers, finalizer);
  seams::check(ours != finalizers.end(), "the finalizer to remove is there");
  std::string const path = "/metadata/finalizers/" + std::to_string(ours - finalizers.begin());
  api::JsonPatch patch;
  patch.operations.reserve(3);
  patch.operations.push_back(lock(seen));
  patch.operations.push_back({JsonPatchVerb::test, path, finalizer_json(), {}});
  patch.operations.push_back({JsonPatchVerb::remove, path, nullptr, {}});
  return patch;
}

api::JsonPatch status_patch(api::Object const& seen, json::value status) {
  api::JsonPatch patch;
  patch.operations.reserve(2);
  patch.operations.push_back(lock(seen));
  patch.operations.push_back(operation(JsonPatchVerb::add, "/status", std::move(status)));
  return patch;
}

}  // namespace echo
