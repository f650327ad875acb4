// What a definition's schema must be like before anything is held against it.
#pragma once
#include <boost/json/value.hpp>
#include <string>

#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi {

/// Checks an openAPIV3Schema that stands at `field`: that it uses nothing servers do not know, that it is structural,
/// and that its defaults are valid. `has_status`: some version with this schema has the status subresource.
void check_definition_schema(boost::json::value const& schema, std::string const& field, bool has_status,
                             FieldErrors& errors);

}  // namespace fakeapi
