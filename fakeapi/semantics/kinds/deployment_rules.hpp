// The API server's rules for a Deployment's spec and status.
#pragma once
#include <boost/json/value.hpp>
#include <string>

#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi {

/// `spec` has been admitted: it has its defaults and the right types. `stored` is the spec it replaces, or null.
void validate_deployment_spec(boost::json::value const& spec, boost::json::value const* stored, FieldErrors& errors);

void validate_deployment_status(boost::json::value const& status, FieldErrors& errors);

/// A metav1.LabelSelector as the text of a selector ("a=b,c in (d,e)"), or "" for none.
std::string selector_text(boost::json::value const* selector);

}  // namespace fakeapi
