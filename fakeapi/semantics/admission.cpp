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

namespace {

constexpr std::size_t escaped = 6;  // bytes of JSON for one of a text

// No less than the bytes of the text of a value, found without making it.
std::size_t at_most(boost::json::value const& value) {
  constexpr std::size_t scalar = 32;
  if (auto const* text = value.if_string()) return escaped * text->size() + 2;
  std::size_t size = scalar;
  if (auto const* list = value.if_array()) {
    for (auto const& item : *list) size += at_most(item) + 1;
  } else if (auto const* members = value.if_object()) {
    for (auto const& [name, member] : *members) size += escaped * name.size() + at_most(member) + 4;
  }
  return size;
}

std::size_t at_most(api::SharedJson const& part) { return part ? at_most(*part) : 0; }

std::size_t at_most(api::ObjectMeta const& metadata) {
  constexpr std::size_t short_ones = 8UL << 10;  // names, uid, times, the names of the members
  constexpr std::size_t marks = 128;             // of one entry
  std::size_t size = short_ones + at_most(metadata.rest);
  for (auto const* map : {&*metadata.labels, &*metadata.annotations}) {
    for (auto const& [key, value] : *map) size += escaped * (key.size() + value.size()) + marks;
  }
  for (auto const& owner : *metadata.owner_references) {
    size += escaped * (owner.api_version.size() + owner.kind.size() + owner.name.size() + owner.uid.size()) + marks;
  }
  for (auto const& finalizer : *metadata.finalizers) size += escaped * finalizer.size() + marks;
  return size;
}

}  // namespace

std::optional<api::Error> check_size(State const& state, api::Object const& object) {
  auto const most = state.options.largest_object;
  if (most == 0) return std::nullopt;
  auto const bound = at_most(object.metadata) + at_most(object.spec) + at_most(object.status) + at_most(object.rest);
  if (bound <= most) return std::nullopt;
  if (boost::json::serialize(api::object_to_json(object)).size() <= most) return std::nullopt;
  return status::plain_error("etcdserver: request is too large");
}

}  // namespace fakeapi
