// The rules of metadata that hold for every kind.
#pragma once
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/object.hpp"
#include "operator/api/request.hpp"

namespace fakeapi {

/// Of a new object.
void validate_metadata(Kind const& kind, api::ObjectMeta const& metadata, FieldErrors& errors);

/// Of an update, after the server has restored what is its own. What did not change is not looked at again.
void validate_metadata_update(Kind const& kind, api::ObjectMeta const& next, api::ObjectMeta const& stored,
                              FieldErrors& errors);

/// The finalizers after the propagation policy of a delete has put in or taken out the garbage collector's own.
api::Shared<std::vector<std::string>> propagated(api::ObjectMeta const& metadata, api::PropagationPolicy policy);

/// Of a resource that is embedded in another one.
void validate_embedded_metadata(api::ObjectMeta const& metadata, FieldErrors& errors);

/// Labels of a pod template or a selector, at `field`.
void validate_labels(api::StringMap const& labels, std::string const& field, FieldErrors& errors);

}  // namespace fakeapi
