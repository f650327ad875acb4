// Custom resources between the versions of their definition.
#pragma once
#include "fakeapi/semantics/kind.hpp"

namespace fakeapi {

/// Turns an object as it is kept into what `kind` shows: with the defaults of the version it is kept in, and without
/// what the version it is shown in has no place for.
void show_in_version(Kind const& kind, api::Object& object);

/// Turns an object that was written as `kind` into what is kept.
void keep_in_storage_version(Kind const& kind, api::Object& object);

}  // namespace fakeapi
