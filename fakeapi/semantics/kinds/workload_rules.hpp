// The rules that Deployments and ReplicaSets share: a selector and a template it selects.
#pragma once
#include "fakeapi/semantics/kinds/rules.hpp"

namespace fakeapi::rules {

void check_workload_selector(boost::json::value const& spec, FieldErrors& errors);
/// Looks at the template only if the selector can be used.
void check_workload_template(boost::json::value const& spec, FieldErrors& errors);
/// Counters of a status that cannot exceed others.
void check_counters(boost::json::value const& status, std::span<std::string_view const> counters, FieldErrors& errors);

}  // namespace fakeapi::rules
