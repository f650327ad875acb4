#include "fakeapi/controllers/resources.hpp"

#include "fakeapi/semantics/registry.hpp"

namespace fakeapi {

std::optional<api::Resource> find_disruption_budgets(Server const& server) {
  for (auto const& served : server.registry().served()) {
    api::Resource const& resource = served->kind->resource;
    if (resource.group == "policy" && resource.plural == "poddisruptionbudgets") return resource;
  }
  return std::nullopt;
}

}  // namespace fakeapi
