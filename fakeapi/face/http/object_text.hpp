// Objects as JSON text, members in the order in which the real server writes them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/semantics/kind.hpp"
#include "operator/api/object.hpp"
#include "operator/api/request.hpp"

namespace fakeapi::http {

/// Appends an object. Go's own types have their members in the order of their declaration, custom resources by name.
void append_object(std::string& out, api::Object const& object, bool typed);

/// Appends what PartialObjectMetadata shows of an object; `meta_version` is "meta.k8s.io/v1" or "…/v1beta1".
void append_partial(std::string& out, api::ObjectMeta const& metadata, std::string_view meta_version);

/// Whether an answer of this kind is of one of Go's own types: a compiled-in kind, or a Scale.
bool is_typed(Kind const& kind, api::Object const& object);

/// How many characters at the beginning of a typed object's text are its kind and apiVersion, which the items of a list
/// do without: an item is "{" and what comes after them.
std::size_t type_prefix(api::Object const& object);

}  // namespace fakeapi::http
