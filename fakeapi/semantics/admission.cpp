// What all writes go through.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi {

void remove_duplicate_owners(Call const& call, api::ObjectMeta& metadata, bool patched) {
  auto const& references = *metadata.owner_references;
  if (references.size() < 2) return;
  std::vector<api::OwnerReference> kept;
  std::string duplicates;
  for (auto const& reference : references) {
    if (std::ranges::find(kept, reference) == kept.end()) {
      kept.push_back(reference);
    } else {
      duplicates += (duplicates.empty() ? "" : ", ") + reference.uid;
    }
  }
  if (duplicates.empty()) return;
  metadata.owner_references = std::move(kept);
  if (call.context.report == nullptr) return;
  call.context.report->warnings.push_back(
      ".metadata.ownerReferences contains duplicate entries" +
      std::string(patched ? " after mutating admission happens" : "") +
      "; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your "
      "requests; duplicate UID(s) observed: " +
      duplicates);
}

std::optional<api::Error> check_size(State const& state, api::Object const& object) {
  auto const most = state.options.largest_object;
  if (most == 0 || boost::json::serialize(api::object_to_json(object)).size() <= most) return std::nullopt;
  return status::plain_error("etcdserver: request is too large");
}

}  // namespace fakeapi
