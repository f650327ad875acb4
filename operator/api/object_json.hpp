// The parts of an object's JSON, one by one: shared by object_from_json and by patches that touch only some of them.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>

#include "operator/api/object.hpp"

namespace api::detail {

/// Readers of one field; `path` names it in errors. Null reads as empty.
std::expected<StringMap, std::string> read_string_map(boost::json::value const& json, std::string_view path);
std::expected<std::vector<std::string>, std::string> read_finalizers(boost::json::value const& json);
std::expected<std::vector<OwnerReference>, std::string> read_owner_references(boost::json::value const& json);
std::expected<OwnerReference, std::string> read_owner_reference(boost::json::value const& json, std::string_view path);

/// Decimal digits that fit, or nothing.
std::optional<ResourceVersion> parse_resource_version(std::string_view text);

/// The number, where it is an integer that fits (3, 3.0), or nothing.
std::optional<std::int64_t> as_integer(boost::json::value const& json);

/// Equal in everything but resourceVersion; pointers first.
bool same_metadata(ObjectMeta const& a, ObjectMeta const& b);

/// Every number in it is one. Boost's parser takes 1e400 for infinity, which JSON has no word for.
bool is_finite(boost::json::value const& value);

}  // namespace api::detail
