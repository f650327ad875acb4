// Who owns which field of an object: metadata.managedFields, and server-side apply, which decides by it.
#pragma once
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/types/type.hpp"

namespace fakeapi {

class FieldErrors;

/// Whether the server keeps managedFields of what this call writes.
bool manages_fields(Call const& call);

/// 422 of a field manager that may not be, or lacks where one is needed.
std::optional<api::Error> check_field_manager(Call const& call);

/// Of an apply.
inline bool is_apply(Call const& call) {
  auto const* patch = std::get_if<api::Patch>(&call.request.body);
  return patch != nullptr && std::holds_alternative<api::ApplyPatch>(*patch);
}

/// What brings the object that this call makes into the form that is validated.
inline auto decoder(Call const& call) {
  Strategy const& strategy = *call.kind().strategy;
  return strategy.admit_applied != nullptr && is_apply(call) ? strategy.admit_applied : strategy.admit;
}

/// Writes into `next`, as a client made it, who owns its fields; what the client says of that itself is taken into
/// account. Custom resources must have been decoded. `stored` is null on create.
void own_fields(Call const& call, api::Object const* stored, api::Object& next);

/// The managedFields of an object that is not of a served kind, and is answered but not stored: `document` is all of
/// it, with its apiVersion and kind and without any managedFields. Null: nothing is owned.
boost::json::value owners_of_new(types::Type const& type, boost::json::value document, Profile profile,
                                 std::string_view manager, api::Timestamp now);

/// What the entries that a client may have sent have to be.
void validate_managed_fields(api::ObjectMeta const& metadata, FieldErrors& errors);

/// What an apply patch makes of the object, with its managedFields. `stored` is null if there is none yet.
Result<api::Object> applied(Call const& call, api::Object const* stored, api::ApplyPatch const& patch);

}  // namespace fakeapi
