// What a PATCH makes of an object, before the kind's pipeline.
#pragma once
#include "fakeapi/patch/merge_schema.hpp"
#include "fakeapi/semantics/operations.hpp"

namespace fakeapi {

/// How servers of this server's profile merge.
patch::Rules merge_rules(State const& state);

/// 415 if the kind does not take such patches.
std::optional<api::Error> check_patch(Call const& call, api::Patch const& patch);

/// The body's name and namespace against those of the URL.
std::optional<api::Error> check_name(api::ObjectKey const& key, api::Object const& object);

/// What no patch may change.
Result<api::Object> check_patched(Call const& call, api::Object const& shown, api::Object next);

/// A merge patch, JSON patch or strategic merge patch of `shown`, the object as this version of its kind shows it.
Result<api::Object> patched(Call const& call, api::Object const& shown, api::Patch const& patch);
/// The same of its Scale.
Result<api::Object> patched_scale(Call const& call, api::Object const& shown, api::Patch const& patch);

}  // namespace fakeapi
