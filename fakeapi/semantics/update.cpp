// PUT and PATCH of an object and its status.
#include <boost/json/serialize.hpp>

#include "fakeapi/semantics/definition.hpp"
#include "fakeapi/semantics/field_validation.hpp"
#include "fakeapi/semantics/fields.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/patching.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi {
namespace {

using api::Subresource;

api::Error wrong_uid(Kind const& kind, api::ObjectKey const& key, std::string const& sent, std::string const& stored) {
  return status::conflict(kind, key.name,
                          "StorageError: invalid object, Code: 4, Key: " + kind.registry_prefix + key.to_string() +
                              ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " +
                              sent + ", UID in object meta: " + stored);
}

// The stored object with a written Scale's replicas.
Result<api::Object> rescaled(Kind const& kind, api::Object const& stored, api::Object const& scale) {
  std::int64_t replicas = 0;
  auto const* given = scale.spec ? api::find_path(scale.spec.get(), {"replicas"}) : nullptr;
  if (given != nullptr) {
    auto const number = api::find_integer(scale.spec.get(), {"replicas"});
    if (!number) {
      return std::unexpected(
          status::bad_request("Scale in version \"v1\" cannot be handled as a Scale: spec.replicas "
                              "is no integer"));
    }
    replicas = *number;
  }
  if (kind.strategy->built_in && replicas < 0) {
    FieldErrors errors;
    errors.invalid("spec.replicas", go_value::number(replicas), "must be greater than or equal to 0");
    return std::unexpected(errors.to_error("Scale.autoscaling", "autoscaling", "Scale", stored.metadata.name));
  }
  api::Object next = stored;
  // A resourceVersion is a precondition; without one the scale is unconditional.
  if (scale.metadata.resource_version != api::ResourceVersion::none) {
    next.metadata.resource_version = scale.metadata.resource_version;
  }
  kind.strategy->write_scale(kind, next, replicas);
  return next;
}

Result<api::ObjectPtr> update_scale(Call const& call, api::ObjectPtr const& stored) {
  Kind const& kind = call.kind();
  auto const& key = call.request.key;
  api::ObjectPtr const seen = present(call, stored);
  api::Object scale;
  if (auto const* patch = std::get_if<api::Patch>(&call.request.body)) {
    auto shown = scale_of(kind, *seen);
    if (!shown) return std::unexpected(std::move(shown.error()));
    auto next = patched_scale(call, *shown, *patch);
    if (!next) return std::unexpected(std::move(next.error()));
    scale = *std::move(next);
  } else {
    scale = *std::get<api::ObjectPtr>(call.request.body);
  }
  bool const untyped = scale.kind.empty() && scale.api_version.empty();
  if (!untyped && (scale.kind != "Scale" || scale.api_version != "autoscaling/v1")) {
    return std::unexpected(status::bad_request("the API version in the data (" + scale.api_version +
                                               ") does not match the expected API version (autoscaling/v1)"));
  }
  if (auto error = check_name(key, scale)) return std::unexpected(*std::move(error));
  if (!scale.metadata.uid.empty() && scale.metadata.uid != stored->metadata.uid) {
    return std::unexpected(wrong_uid(kind, key, scale.metadata.uid, stored->metadata.uid));
  }
  auto next = rescaled(kind, *seen, scale);
  if (!next) return std::unexpected(std::move(next.error()));
  if (manages_fields(call)) own_fields(call, stored.get(), *next);
  auto written = write_update(call, stored, *std::move(next), Subresource::none);
  if (!written) return written;
  auto answer = scale_of(kind, **written);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::make_shared<api::Object const>(*std::move(answer));
}

bool counts(Generation rule, api::Object const& next, api::Object const& stored) {
  switch (rule) {
    case Generation::none:
      return false;
    case Generation::spec:
      return !api::same_json(next.spec, stored.spec);
    case Generation::spec_and_annotations:
      return !api::same_json(next.spec, stored.spec) || !(next.metadata.annotations == stored.metadata.annotations);
    case Generation::all_but_metadata:
      return !api::same_json(next.spec, stored.spec) || !api::same_json(next.status, stored.status) ||
             !api::same_json(next.rest, stored.rest);
  }
  return false;
}

// What of the metadata is the server's own, whatever was sent.
void restore_metadata(api::ObjectMeta& next, api::ObjectMeta const& stored) {
  if (next.uid.empty()) next.uid = stored.uid;
  if (next.namespace_.empty()) next.namespace_ = stored.namespace_;
  next.creation_timestamp = stored.creation_timestamp;
  next.generation = stored.generation;
  if (stored.deletion_timestamp) next.deletion_timestamp = stored.deletion_timestamp;
  if (stored.deletion_grace_period_seconds && !next.deletion_grace_period_seconds) {
    next.deletion_grace_period_seconds = stored.deletion_grace_period_seconds;
  }
}

// Whether what is stored went through the rules as they are now, and in this version.
bool is_trusted(Call const& call, api::Object const& stored) {
  auto const& versions = call.kind().versions;
  return api::to_number(stored.metadata.resource_version) >= call.served->since &&
         (!versions || versions->all.size() == 1);
}

// CRs must say which version they replace, other kinds may.
std::optional<api::Error> check_version(Kind const& kind, api::ObjectMeta const& next, api::ObjectMeta const& stored) {
  if (next.resource_version == stored.resource_version) return std::nullopt;
  if (next.resource_version != api::ResourceVersion::none) return status::modified(kind, stored.name);
  if (kind.strategy->unconditional_update) return std::nullopt;
  FieldErrors errors;
  errors.invalid("metadata.resourceVersion", "0x0", "must be specified for an update");
  // The real server names the resource where the Kind belongs.
  return errors.to_error(kind.qualified, kind.resource.group, kind.resource.plural, stored.name);
}

// A body that cannot be decoded is a bad request, but what a patch has made of an object is invalid.
api::Error not_decoded(Call const& call, api::Object const& next, api::Error const& error) {
  if (!std::holds_alternative<api::Patch>(call.request.body) || error.code != 400) return error;
  auto const colon = error.message.find(": ");
  FieldErrors errors;
  errors.invalid("patch", go_value::text(boost::json::serialize(api::object_to_json(next))),
                 std::string_view(error.message).substr(colon == std::string::npos ? 0 : colon + 2));
  return errors.to_error("", "", "", "");
}

}  // namespace

bool may_vanish(Kind const& kind, api::Object const& next, api::Object const& stored) {
  return stored.metadata.terminating() && next.metadata.finalizers.empty() &&
         stored.metadata.deletion_grace_period_seconds.value_or(0) == 0 &&
         (kind.strategy->stays == nullptr || !kind.strategy->stays(next));
}

Result<api::ObjectPtr> write_update(Call const& call, api::ObjectPtr const& kept, api::Object next,
                                    Subresource subresource) {
  Kind const& kind = call.kind();
  // What a client sees: in the version it asks for, with the defaults that have come since.
  api::ObjectPtr const stored = present(call, kept);
  Strategy const& strategy = *kind.strategy;
  if (auto error = check_version(kind, next.metadata, stored->metadata)) return std::unexpected(*std::move(error));
  next.metadata.resource_version = stored->metadata.resource_version;
  restore_metadata(next.metadata, stored->metadata);
  if (!call.state.options.field_management) next.metadata.rest = nullptr;

  // What was stored before the definition changed may not be as it should be.
  bool const trusted = is_trusted(call, *stored);
  api::Object const* const known = trusted ? stored.get() : nullptr;
  Admission const admission{kind, *call.state.definitions, call.state.options.profile == Profile::modern, nullptr};
  FieldErrors errors;
  auto const decode = decoder(call);
  api::SharedJson managed_fields = next.metadata.rest;
  if (subresource == Subresource::status) {
    strategy.prepare_status_update(kind, next, *stored);
  } else if (subresource == Subresource::finalize) {
    strategy.prepare_finalize(kind, next, *stored);
  } else if (strategy.prepare_update != nullptr) {
    strategy.prepare_update(kind, next, *stored);
  }
  next.metadata.rest = std::move(managed_fields);
  if (decode != nullptr && subresource != Subresource::finalize) {
    if (auto error = decode(admission, next, known)) return std::unexpected(not_decoded(call, next, *error));
  }
  bool const is_main = subresource != Subresource::status && subresource != Subresource::finalize;
  if (is_main && counts(strategy.generation, next, *stored)) ++next.metadata.generation;
  bool const new_owners = next.metadata.rest != stored->metadata.rest;
  validate_changed_metadata(next.metadata, stored->metadata, errors);
  if (new_owners) validate_managed_fields(next.metadata, errors);
  validate_update_of_any(kind, next.metadata, stored->metadata, errors);
  if (new_owners) validate_managed_fields(next.metadata, errors);
  bool const own_order = subresource != Subresource::status && strategy.validate_update != nullptr;
  // Where the others found nothing, it can only be a finalizer that this one minds.
  bool const suspect = !errors.empty() || !(next.metadata.finalizers == stored->metadata.finalizers);
  if (suspect && strategy.checks_metadata && !own_order) {
    validate_metadata_update(kind, next.metadata, stored->metadata, errors);
    if (new_owners) validate_managed_fields(next.metadata, errors);
  }
  if (subresource == Subresource::status) {
    if (strategy.validate_status != nullptr) strategy.validate_status(admission, next, known, errors);
  } else if (subresource == Subresource::finalize) {
    if (strategy.validate_finalize != nullptr) strategy.validate_finalize(kind, next, errors);
  } else if (own_order) {
    strategy.validate_update(admission, next, *stored, errors);
  } else if (strategy.validate != nullptr) {
    strategy.validate(admission, next, known, errors);
  }
  if (!errors.empty()) return std::unexpected(errors.to_error(kind, stored->metadata.name));
  if (decode != strategy.admit) {
    if (auto error = strategy.admit(admission, next, known)) return std::unexpected(*std::move(error));
  }
  if (strategy.allocate != nullptr && subresource == Subresource::none) {
    if (auto error = strategy.allocate({kind, call.state, call.dry_run()}, next, stored.get()))
      return std::unexpected(*std::move(error));
  }

  if (may_vanish(kind, next, *stored)) {
    if (!call.dry_run()) call.state.erase(*call.served, stored->key(), call.context);
    return present(call, std::make_shared<api::Object const>(std::move(next)));
  }
  if (!kind.versions) next.api_version = kept->api_version;  // whatever version it was sent in
  to_storage(kind, next);
  if (api::same_content(next, *kept)) return stored;
  if (auto error = check_size(call.state, next)) return std::unexpected(*std::move(error));
  if (call.dry_run()) return present(call, std::make_shared<api::Object const>(std::move(next)));
  return present(call, call.state.put(*call.served, std::move(next), call.context));
}

namespace {

// Accounts for what a client changes, which means that a custom resource is decoded first.
std::optional<api::Error> own_update(Call const& call, api::Object const& stored, api::Object& next) {
  Strategy const& strategy = *call.kind().strategy;
  if (!strategy.built_in && strategy.admit != nullptr) {
    bool const trusted = is_trusted(call, stored);
    Admission const admission{call.kind(), *call.state.definitions, call.state.options.profile == Profile::modern,
                              nullptr};
    if (auto error = strategy.admit(admission, next, trusted ? &stored : nullptr)) return error;
  }
  own_fields(call, &stored, next);
  return std::nullopt;
}

// Server-side apply, which creates what is not there.
Result<api::ObjectPtr> apply(Call const& call, api::ApplyPatch const& patch, api::ObjectPtr const& stored) {
  Kind const& kind = call.kind();
  auto const& key = call.request.key;
  if (call.request.subresource == Subresource::scale) {
    return std::unexpected(status::internal_error("nobody owns the fields of a Scale"));
  }
  if (!stored && call.request.subresource != Subresource::none) return std::unexpected(subresource_not_found(call));
  api::ObjectPtr const shown = stored ? present(call, stored) : nullptr;
  auto next = applied(call, shown.get(), patch);
  if (!next) return std::unexpected(std::move(next.error()));
  if (auto error = validate_applied_fields(call)) return std::unexpected(*std::move(error));
  if (!stored) {
    if (!next->metadata.uid.empty()) {
      return std::unexpected(status::conflict(kind, key.name,
                                              "uid mismatch: the provided object specified uid " + next->metadata.uid +
                                                  ", and no existing object was found"));
    }
    if (auto error = check_name(key, *next)) return std::unexpected(*std::move(error));
    if (call.context.report != nullptr) call.context.report->created = true;
    return create(call, std::make_shared<api::Object const>(*std::move(next)), Creation::apply);
  }
  auto checked = check_patched(call, *shown, *std::move(next));
  if (!checked) return std::unexpected(std::move(checked.error()));
  return write_update(call, stored, *std::move(checked), call.request.subresource);
}

}  // namespace

Result<api::ObjectPtr> update(Call const& call) {
  Kind const& kind = call.kind();
  auto const& request = call.request;
  if (request.key.name.empty()) return std::unexpected(status::bad_request("name must be provided"));
  auto const* const patch = std::get_if<api::Patch>(&request.body);
  auto const* const body = std::get_if<api::ObjectPtr>(&request.body);
  if (patch == nullptr && (body == nullptr || !*body)) {
    return std::unexpected(status::bad_request("the body of the request is missing"));
  }
  if (patch != nullptr) {
    if (auto error = check_patch(call, *patch)) return std::unexpected(*std::move(error));
  }
  if (auto error = check_field_manager(call)) return std::unexpected(*std::move(error));
  api::Object next;
  if (patch == nullptr && request.subresource != Subresource::scale) {
    next = **body;
    if (auto error = check_type(kind, next)) return std::unexpected(*std::move(error));
    if (auto error = validate_fields(call, next)) return std::unexpected(*std::move(error));
    if (auto error = check_name(request.key, next)) return std::unexpected(*std::move(error));
    remove_duplicate_owners(call, next.metadata, false);
  }
  api::ObjectPtr const stored = call.state.log.find(call.served->index, request.key);
  if (auto const* config = patch != nullptr ? std::get_if<api::ApplyPatch>(patch) : nullptr) {
    return apply(call, *config, stored);
  }
  if (!stored) {
    bool const creates =
        patch == nullptr && kind.strategy->create_on_update && request.subresource == Subresource::none;
    if (creates && !(*body)->metadata.uid.empty()) {
      return std::unexpected(wrong_uid(kind, request.key, (*body)->metadata.uid, {}));
    }
    if (creates) return create(call, *body, Creation::put);
    return std::unexpected(subresource_not_found(call));
  }
  if (request.subresource == Subresource::scale) return update_scale(call, stored);
  if (patch != nullptr) {
    auto result = patched(call, *present(call, stored), *patch);
    if (!result) return std::unexpected(std::move(result.error()));
    next = *std::move(result);
    remove_duplicate_owners(call, next.metadata, true);
    if (auto error = validate_patched_fields(call, next)) return std::unexpected(*std::move(error));
  } else if (!next.metadata.uid.empty() && next.metadata.uid != stored->metadata.uid) {
    return std::unexpected(wrong_uid(kind, request.key, next.metadata.uid, stored->metadata.uid));
  }
  if (manages_fields(call)) {
    if (auto error = own_update(call, *present(call, stored), next)) return std::unexpected(*std::move(error));
  }
  return write_update(call, stored, std::move(next), request.subresource);
}

}  // namespace fakeapi
