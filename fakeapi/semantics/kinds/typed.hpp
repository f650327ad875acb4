// What the strategies of compiled-in kinds have in common.
#pragma once
#include "fakeapi/semantics/kind.hpp"

namespace fakeapi {

/// Strategy::admit of compiled-in kinds: what decoding into the kind's type, its defaults and encoding make of it.
std::optional<api::Error> admit_typed(Admission const& admission, api::Object& object, api::Object const* stored);

/// The same of kinds with a template of pods, which loses what servers of 1.20 have switched off.
std::optional<api::Error> admit_workload(Admission const& admission, api::Object& object, api::Object const* stored);

// Strategy::prepare_…
/// A new object's status is empty, whatever was sent.
void empty_status(Kind const& kind, api::Object& object);
/// A main update leaves the status alone.
void keep_status(Kind const& kind, api::Object& next, api::Object const& stored);
/// An update of the status leaves the spec alone; metadata may be written along.
void keep_spec(Kind const& kind, api::Object& next, api::Object const& stored);

}  // namespace fakeapi
