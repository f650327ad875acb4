#include "fakeapi/authorization/authorization.hpp"

#include "fakeapi/authorization/answers.hpp"
#include "fakeapi/authorization/rules.hpp"

namespace fakeapi::authorization {

Decision authorize(Server const& server, User const& user, Attributes const& attributes) {
  if (in_group(user, masters_group)) return {true, ""};
  Decision decision;
  auto const errors = visit_rules(server, user, attributes.is_resource ? attributes.namespace_ : "",
                                  [&](Rule const& rule, Source const& source) {
                                    if (!allows(rule, attributes)) return true;
                                    decision = {true, "RBAC: allowed by " + source.to_string()};
                                    return false;
                                  });
  if (!decision.allowed && !errors.empty()) decision.reason = "RBAC: " + aggregate(errors);
  return decision;
}

}  // namespace fakeapi::authorization
