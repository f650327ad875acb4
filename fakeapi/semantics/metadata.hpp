// The rules of metadata that hold for every kind.
#pragma once
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/object.hpp"
#include "operator/api/request.hpp"

namespace fakeapi {

/// Of a new object.
void validate_metadata(Kind const& kind, api::ObjectMeta const& metadata, FieldErrors& errors);

// Of an update, after the server has restored what is its own. What did not change is not looked at again. The real
// server looks at both of the first two for every kind, and most kinds' own rules say the last once more.

/// Whether what is new is right.
void validate_changed_metadata(api::ObjectMeta const& next, api::ObjectMeta const& stored, FieldErrors& errors);
/// The same of the fields that are looked at again when the two are compared, and whether what may not change has not.
/// `look`: 1, or 2 where the new object has been looked at once more before.
void validate_update_of_any(Kind const& kind, api::ObjectMeta const& next, api::ObjectMeta const& stored,
                            FieldErrors& errors, int look = 1);
/// The latter, and what finalizers the kind takes.
void validate_metadata_update(Kind const& kind, api::ObjectMeta const& next, api::ObjectMeta const& stored,
                              FieldErrors& errors);

/// The finalizers after the propagation policy of a delete has put in or taken out the garbage collector's own.
api::Shared<std::vector<std::string>> propagated(api::ObjectMeta const& metadata, api::PropagationPolicy policy);

/// Of a resource that is embedded in another one.
void validate_embedded_metadata(api::ObjectMeta const& metadata, FieldErrors& errors);

/// Labels of a pod template or a selector, at `field`.
void validate_labels(api::StringMap const& labels, std::string const& field, FieldErrors& errors);

}  // namespace fakeapi
