// fieldValidation: what becomes of fields that nobody knows, or that come twice. Servers of 1.20 drop them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/semantics/operations.hpp"

namespace fakeapi {

/// What a client sent as an object: 400 naming every unknown and duplicate field if the request is strict about them;
/// warnings in the report if it wants those; else nothing is even looked for.
std::optional<api::Error> validate_fields(Call const& call, api::Object const& sent);
/// The same of what a merge patch, JSON patch or strategic merge patch made: 422.
std::optional<api::Error> validate_patched_fields(Call const& call, api::Object const& patched);
/// The same of an apply patch, in which only duplicate fields are left to be found.
std::optional<api::Error> validate_applied_fields(Call const& call);

/// The paths of fields that the kind does not have ("spec.containers[0].foo").
std::vector<std::string> unknown_fields(Kind const& kind, api::Object const& object, bool modern);

}  // namespace fakeapi
