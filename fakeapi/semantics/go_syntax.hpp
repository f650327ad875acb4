// How Go prints decoded JSON in error messages.
#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace fakeapi {

/// %#v of what JSON decodes to, numbers and booleans with %v: map[string]interface {}{"a":1}.
std::string go_syntax(boost::json::value const& value);

}  // namespace fakeapi
