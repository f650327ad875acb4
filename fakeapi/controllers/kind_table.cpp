#include "fakeapi/controllers/kind_table.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "operator/api/kinds.hpp"

namespace fakeapi {
namespace {

std::vector<KindTable::Kind> kinds_of(api::Object const& definition) {
  std::vector<KindTable::Kind> kinds;
  auto const* const spec = definition.spec.get();
  auto const group = api::find_string(spec, {"group"});
  auto const plural = api::find_string(spec, {"names", "plural"});
  auto const kind = api::find_string(spec, {"names", "kind"});
  auto const* const versions = api::find_path(spec, {"versions"});
  if (!group || !plural || !kind || versions == nullptr || !versions->is_array()) return kinds;
  for (auto const& version : versions->get_array()) {
    auto const name = api::find_string(&version, {"name"});
    auto const* const served = api::find_path(&version, {"served"});
    if (!name || (served != nullptr && *served == false)) continue;
    api::Resource resource{std::string(*group), std::string(*name), std::string(*plural)};
    std::string api_version = resource.api_version();
    kinds.push_back({std::move(api_version), std::string(*kind), std::move(resource),
                     api::find_string(spec, {"scope"}) != "Cluster", false});
  }
  return kinds;
}

}  // namespace

KindTable::KindTable(Registry const& registry) {
  for (auto const& served : registry.served()) {
    fakeapi::Kind const& kind = *served->kind;
    if (!kind.strategy->built_in) continue;
    kinds_.push_back({kind.api_version, kind.kind, kind.resource, kind.namespaced, kind.resource.plural == "events"});
  }
}

KindTable::Kind const* KindTable::find(std::string_view api_version, std::string_view kind) const {
  auto const at = std::ranges::find_if(
      kinds_, [&](Kind const& each) { return each.kind == kind && each.api_version == api_version; });
  return at == kinds_.end() ? nullptr : &*at;
}

bool KindTable::learn(api::Object const& definition) {
  bool any = false;
  for (auto& kind : kinds_of(definition)) {
    if (find(kind.api_version, kind.kind) != nullptr) continue;
    kinds_.push_back(std::move(kind));
    any = true;
  }
  return any;
}

void KindTable::forget(api::Object const& definition) {
  for (auto const& kind : kinds_of(definition)) {
    std::erase_if(kinds_, [&](Kind const& each) { return each.resource == kind.resource; });
  }
}

}  // namespace fakeapi
