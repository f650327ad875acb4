// Paths into JSON, as cases write them.
#pragma once
#include <boost/json/value.hpp>
#include <string_view>

namespace conformance {

/// The value at "metadata.ownerReferences.0.uid", or at a JSON pointer ("/metadata/labels/example.com~1x") where names
/// hold dots; null if there is none. "" is the whole.
boost::json::value const* at_path(boost::json::value const& value, std::string_view path);

}  // namespace conformance
