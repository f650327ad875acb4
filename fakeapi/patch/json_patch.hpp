// JSON patch and merge patch as servers of 1.20 carry them out, which is not always as the RFCs have it.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>

#include "operator/api/patch.hpp"

namespace fakeapi::patch {

/// RFC 6902 with the exceptions of the library of those servers: replacing a member that is not there adds it, copying
/// one adds null; indices may be negative; the whole document cannot be named; what comes before a pointer's first
/// slash is ignored; numbers are equal when they are written alike. On failure `target` is unspecified.
std::expected<void, std::string> json_patch_1_20(boost::json::value& target, api::JsonPatch const& patch);

/// A merge patch in which nulls inside of lists have been dropped, which that library does; null if there are none.
api::SharedJson without_nulls_in_lists(api::SharedJson const& document);

}  // namespace fakeapi::patch
