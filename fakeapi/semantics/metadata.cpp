#include "fakeapi/semantics/metadata.hpp"

#include <algorithm>
#include <string>

#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

constexpr std::size_t most_annotation_bytes = 256 * 1024;

// "2001-01-01 00:00:00 +0000 UTC", as Go prints a time.
std::string go_time(std::optional<api::Timestamp> const& time) {
  if (!time) return "null";
  std::string text = api::format_timestamp(*time);  // 2001-01-01T00:00:00Z
  text[10] = ' ';
  text.pop_back();
  return text + " +0000 UTC";
}

void invalid_all(std::string const& field, std::string_view value, names::Messages const& messages,
                 FieldErrors& errors) {
  for (auto const& message : messages) errors.invalid(field, go_value::text(value), message);
}

void validate_annotations(api::StringMap const& annotations, FieldErrors& errors) {
  std::size_t bytes = 0;
  for (auto const& [key, value] : annotations) {
    invalid_all("metadata.annotations", key, names::qualified_name(names::lower(key)), errors);
    bytes += key.size() + value.size();
  }
  if (bytes > most_annotation_bytes) {
    errors.too_long("metadata.annotations", "must have at most " + std::to_string(most_annotation_bytes) + " bytes");
  }
}

// %#v of a reference; pointers cannot be foretold. `look`: they differ from one look at a custom resource to the next.
std::string go_reference(api::OwnerReference const& reference, int look) {
  auto const pointer = [&](std::optional<bool> const& flag) {
    return "(*bool)(" + (flag ? "0xc00000000" + std::to_string(look) : std::string("nil")) + ")";
  };
  return "v1.OwnerReference{APIVersion:" + go_value::text(reference.api_version) +
         ", Kind:" + go_value::text(reference.kind) + ", Name:" + go_value::text(reference.name) +
         ", UID:" + go_value::text(reference.uid) + ", Controller:" + pointer(reference.controller) +
         ", BlockOwnerDeletion:" + pointer(reference.block_owner_deletion) + "}";
}

std::string go_references(std::vector<api::OwnerReference> const& references, int look) {
  std::string text = "[]v1.OwnerReference{";
  for (auto const& reference : references) text += (text.back() == '{' ? "" : ", ") + go_reference(reference, look);
  return text + "}";
}

void validate_owner_references(std::vector<api::OwnerReference> const& references, FieldErrors& errors, int look = 0) {
  std::string const field = "metadata.ownerReferences";
  std::string controller;
  bool controlled = false;
  for (auto const& reference : references) {
    auto const slash = reference.api_version.find('/');
    auto const version = slash == std::string::npos ? reference.api_version : reference.api_version.substr(slash + 1);
    if (version.empty()) {
      errors.invalid(field + ".apiVersion", go_value::text(reference.api_version), "version must not be empty");
    }
    if (reference.kind.empty()) errors.invalid(field + ".kind", "\"\"", "kind must not be empty");
    if (reference.name.empty()) errors.invalid(field + ".name", "\"\"", "name must not be empty");
    if (reference.uid.empty()) errors.invalid(field + ".uid", "\"\"", "uid must not be empty");
    if (reference.api_version == "v1" && reference.kind == "Event") {
      errors.invalid(field, go_reference(reference, look), "/v1, Kind=Event is disallowed from being an owner");
    }
    if (!reference.controller.value_or(false)) continue;
    if (controlled) {
      errors.invalid(field, go_references(references, look),
                     "Only one reference can have Controller set to true. Found \"true\" in references for " +
                         controller + " and " + reference.name);
    }
    controlled = true;
    controller = reference.name;
  }
}

void validate_finalizers(std::vector<std::string> const& finalizers, FieldErrors& errors) {
  std::string const field = "metadata.finalizers";
  bool orphan = false;
  bool foreground = false;
  for (auto const& finalizer : finalizers) {
    invalid_all(field, finalizer, names::qualified_name(finalizer), errors);
    orphan |= finalizer == orphan_finalizer;
    foreground |= finalizer == foreground_finalizer;
  }
  if (orphan && foreground) {
    std::string list = "[]string{";
    for (auto const& finalizer : finalizers) list += (list.back() == '{' ? "" : ", ") + go_value::text(finalizer);
    errors.invalid(field, list + "}", "finalizer orphan and foregroundDeletion cannot be both set");
  }
}

// Of compiled-in kinds: a finalizer that the server knows, or one with a domain.
void validate_finalizer_names(Kind const& kind, std::vector<std::string> const& finalizers, FieldErrors& errors) {
  if (!kind.strategy->built_in || kind.strategy->loose_finalizers) return;
  std::string const field = "metadata.finalizers";
  for (std::size_t i = 0; i < finalizers.size(); ++i) {
    auto const& finalizer = finalizers[i];
    bool const standard =
        finalizer == orphan_finalizer || finalizer == foreground_finalizer || finalizer == "kubernetes";
    if (!standard && !finalizer.contains('/')) {
      errors.invalid(field + "[" + std::to_string(i) + "]", go_value::text(finalizer),
                     "name is neither a standard finalizer name nor is it fully qualified");
    }
  }
}

template <class T>
void immutable(std::string_view field, T const& next, T const& stored, FieldErrors& errors) {
  if (next != stored) {
    errors.invalid("metadata." + std::string(field), go_value::text(next), "field is immutable");
  }
}

void validate_no_new_finalizers(api::ObjectMeta const& next, api::ObjectMeta const& stored, FieldErrors& errors) {
  std::vector<std::string> added;
  for (auto const& finalizer : *next.finalizers) {
    if (!stored.has_finalizer(finalizer)) added.push_back(finalizer);
  }
  if (added.empty()) return;
  std::ranges::sort(added);
  std::string list = "[]string{";
  for (auto const& finalizer : added) list += (list.back() == '{' ? "" : ", ") + go_value::text(finalizer);
  errors.forbidden("metadata.finalizers",
                   "no new finalizers can be added if the object is being deleted, found new finalizers " + list + "}");
}

// What is as it was, was right.
void validate_changed_maps(api::ObjectMeta const& next, api::ObjectMeta const& stored, FieldErrors& errors, int look) {
  if (!(next.labels == stored.labels)) validate_labels(*next.labels, "metadata.labels", errors);
  if (!(next.annotations == stored.annotations)) validate_annotations(*next.annotations, errors);
  if (!(next.owner_references == stored.owner_references)) {
    validate_owner_references(*next.owner_references, errors, look);
  }
}

}  // namespace

void validate_labels(api::StringMap const& labels, std::string const& field, FieldErrors& errors) {
  for (auto const& [key, value] : labels) {
    invalid_all(field, key, names::qualified_name(key), errors);
    invalid_all(field, value, names::label_value(value), errors);
  }
}

void validate_metadata(Kind const& kind, api::ObjectMeta const& metadata, FieldErrors& errors) {
  auto const name_messages = kind.strategy->name_messages;
  if (!metadata.generate_name.empty()) {
    invalid_all("metadata.generateName", metadata.generate_name, name_messages(metadata.generate_name, true), errors);
  }
  if (metadata.name.empty()) {
    errors.required("metadata.name", "name or generateName is required");
  } else {
    invalid_all("metadata.name", metadata.name, name_messages(metadata.name, false), errors);
  }
  if (!kind.namespaced && !metadata.namespace_.empty()) {
    errors.forbidden("metadata.namespace", "not allowed on this type");
  }
  validate_labels(*metadata.labels, "metadata.labels", errors);
  validate_annotations(*metadata.annotations, errors);
  validate_owner_references(*metadata.owner_references, errors);
  validate_finalizers(*metadata.finalizers, errors);
  validate_finalizer_names(kind, *metadata.finalizers, errors);
}

void validate_embedded_metadata(api::ObjectMeta const& metadata, FieldErrors& errors) {
  auto const segment_fault = [](std::string_view name, bool prefix) -> std::string {
    if (!prefix && (name == "." || name == "..")) return "may not be '" + std::string(name) + "'";
    for (char const c : {'/', '%'}) {
      if (name.contains(c)) return std::string("may not contain '") + c + "'";
    }
    return "";
  };
  for (auto const& [field, name] : {std::pair(std::string("metadata.generateName"), &metadata.generate_name),
                                    std::pair(std::string("metadata.name"), &metadata.name)}) {
    bool const prefix = name == &metadata.generate_name;
    if (auto const fault = segment_fault(*name, prefix); !fault.empty())
      errors.invalid(field, go_value::text(*name), fault);
  }
  if (!metadata.namespace_.empty()) {
    invalid_all("metadata.namespace", metadata.namespace_, names::dns1123_label(metadata.namespace_), errors);
  }
  validate_labels(*metadata.labels, "metadata.labels", errors);
  validate_annotations(*metadata.annotations, errors);
  validate_owner_references(*metadata.owner_references, errors);
  validate_finalizers(*metadata.finalizers, errors);
}

void validate_changed_metadata(api::ObjectMeta const& next, api::ObjectMeta const& stored, FieldErrors& errors) {
  if (next.generate_name != stored.generate_name && !next.generate_name.empty()) {
    invalid_all("metadata.generateName", next.generate_name, names::path_segment(next.generate_name), errors);
  }
  validate_changed_maps(next, stored, errors, 0);
  if (!(next.finalizers == stored.finalizers)) validate_finalizers(*next.finalizers, errors);
}

void validate_metadata_update(Kind const& kind, api::ObjectMeta const& next, api::ObjectMeta const& stored,
                              FieldErrors& errors) {
  validate_update_of_any(kind, next, stored, errors, 2);
  if (!(next.finalizers == stored.finalizers)) validate_finalizer_names(kind, *next.finalizers, errors);
}

void validate_update_of_any(Kind const& kind, api::ObjectMeta const& next, api::ObjectMeta const& stored,
                            FieldErrors& errors, int look) {
  if (stored.terminating()) validate_no_new_finalizers(next, stored, errors);
  immutable("name", next.name, stored.name, errors);
  immutable("namespace", next.namespace_, stored.namespace_, errors);
  immutable("uid", next.uid, stored.uid, errors);
  if (next.deletion_timestamp != stored.deletion_timestamp) {
    errors.invalid("metadata.deletionTimestamp", go_time(next.deletion_timestamp), "field is immutable");
  }
  if (next.deletion_grace_period_seconds != stored.deletion_grace_period_seconds) {
    errors.invalid("metadata.deletionGracePeriodSeconds",
                   next.deletion_grace_period_seconds ? go_value::number(*next.deletion_grace_period_seconds) : "null",
                   "field is immutable");
  }
  validate_changed_maps(next, stored, errors, kind.strategy->built_in ? 0 : look);
}

api::Shared<std::vector<std::string>> propagated(api::ObjectMeta const& metadata, api::PropagationPolicy policy) {
  if (policy == api::PropagationPolicy::unset) return metadata.finalizers;
  bool const orphan = policy == api::PropagationPolicy::orphan;
  bool const foreground = policy == api::PropagationPolicy::foreground;
  bool const had_orphan = metadata.has_finalizer(orphan_finalizer);
  bool const had_foreground = metadata.has_finalizer(foreground_finalizer);
  if (orphan == had_orphan && foreground == had_foreground) return metadata.finalizers;
  std::vector<std::string> finalizers;
  for (auto const& finalizer : *metadata.finalizers) {
    if (finalizer != orphan_finalizer && finalizer != foreground_finalizer) finalizers.push_back(finalizer);
  }
  if (orphan) finalizers.emplace_back(orphan_finalizer);
  if (foreground) finalizers.emplace_back(foreground_finalizer);
  return finalizers;
}

}  // namespace fakeapi
