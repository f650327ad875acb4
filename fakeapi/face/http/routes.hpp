// Which paths and methods a served resource has.
#pragma once
#include <optional>
#include <string_view>

#include "fakeapi/face/http/request_info.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/error.hpp"
#include "operator/api/request.hpp"

namespace fakeapi::http {

/// What is wrong with the path or the method of a request for this kind; nothing if it can be carried out. Compiled-in
/// kinds have a fixed set of paths, custom resources take whatever has their form.
std::optional<api::Error> check_route(RequestInfo const& info, std::string_view method, Kind const& kind);

/// The subresource of this name; nothing if there is none anywhere.
std::optional<api::Subresource> to_subresource(std::string_view name);

}  // namespace fakeapi::http
