// What the operator needs of a cluster: a definition of Echo that can be worked with, and rights.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/runtime/access_rights.hpp"

namespace echo {

inline constexpr char const* definition_name = "echoes.example.com";

/// What is wrong with a CustomResourceDefinition of that name (null: there is none), and what to do; "": nothing. The
/// tutorial's, which has no status, is good.
std::string trouble_with_definition(api::Object const* definition);

/// Exactly what deploy/ gives, less what only an admission plug-in asks for. `namespaces`: none for all; then the
/// definition can be looked at, too. `lease`: of the election, if there is one.
std::vector<runtime::AccessRight> needed_rights(std::vector<std::string> const& namespaces,
                                                std::optional<api::ObjectKey> const& lease);

}  // namespace echo
