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

/// RFC 7386, but that nulls inside of lists are dropped where the list is not put in the place of an object.
void merge_patch_1_20(boost::json::value& target, boost::json::value const& patch);
/// Whether the two ways to merge can differ: a list has a null in it, or an object with one.
bool has_null_in_list(boost::json::value const& patch);

}  // namespace fakeapi::patch
