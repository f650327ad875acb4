#include "operator/echo/needs.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "operator/manifest/manifest.hpp"
#include "sim/echo_definition.hpp"
#include "tests/echo/support/objects.hpp"

namespace {

using namespace echo_tests;

api::Object definition(std::string_view merge_patch = "{}") {
  auto object = manifest::parse(sim::echo_definition_yaml(), "definition").value().at(0).object;
  object.status = shared(R"({"conditions":[{"type":"NamesAccepted","status":"True"},
                                           {"type":"Established","status":"True"}]})");
  return api::apply_patch(object, api::MergePatch{shared(merge_patch)}).value();
}
std::string trouble(std::string_view merge_patch) {
  auto const changed = definition(merge_patch);
  return echo::trouble_with_definition(&changed);
}

TEST(TroubleWithDefinition, is_none_with_ours_and_with_one_without_status) {
  EXPECT_EQ(trouble("{}"), "");
  EXPECT_EQ(trouble(R"({"spec":{"versions":[{"name":"v1","served":true,"storage":true}]}})"), "");
}

TEST(TroubleWithDefinition, names_what_is_wrong_and_what_to_do) {
  std::string const install = "install it with: kubectl apply -f crds/echoes.example.com.yaml";
  std::string const name = "the CustomResourceDefinition echoes.example.com ";
  EXPECT_EQ(echo::trouble_with_definition(nullptr), name + "is not there; " + install);
  EXPECT_EQ(trouble(R"({"metadata":{"deletionTimestamp":"2026-11-25T00:00:00Z"}})"),
            name + "is being deleted, and all Echoes with it; when it is gone, " + install);
  EXPECT_EQ(trouble(R"({"spec":{"scope":"Cluster"}})"),
            name + "has scope: Cluster, so Echoes have no namespace for a Deployment; delete it and " + install);
  EXPECT_EQ(trouble(R"({"spec":{"names":{"kind":"Other"}}})"),
            name + "does not define the kind Echo; delete it and " + install);
  EXPECT_EQ(trouble(R"({"spec":{"versions":[{"name":"v1","served":false},{"name":"v2","served":true},
                                            {"name":"v3","served":true}]}})"),
            name + "does not serve the version v1 (it serves v2, v3); " + install);
  EXPECT_EQ(trouble(R"({"spec":{"versions":null}})"),
            name + "does not serve the version v1 (it serves none); " + install);
  std::string const see = "; see its conditions with: kubectl describe crd echoes.example.com";
  EXPECT_EQ(trouble(R"({"status":null})"), name + "is not established" + see);
  EXPECT_EQ(trouble(R"({"status":{"conditions":[{"type":"Established","status":"False"},
                        {"type":"NamesAccepted","status":"False","message":"\"Echo\" is already in use"}]}})"),
            name + "is not established (\"Echo\" is already in use)" + see);
}

TEST(NeededRights, are_asked_for_in_each_namespace_that_is_served) {
  auto const count = [](std::vector<runtime::AccessRight> const& rights, auto const& holds) {
    return std::ranges::count_if(rights, holds);
  };
  auto const all = echo::needed_rights({}, std::nullopt);
  EXPECT_EQ(all.size(), 14U);
  EXPECT_EQ(count(all, [](auto const& right) { return !right.namespace_.empty(); }), 0);
  auto const some = echo::needed_rights({"a", "b"}, api::ObjectKey{"system", "lease"});
  EXPECT_EQ(some.size(), 13U * 2 + 3);
  EXPECT_EQ(count(some, [](auto const& right) { return right.namespace_ == "b"; }), 13);
  EXPECT_EQ(count(some, [](auto const& right) { return right.namespace_.empty(); }), 0)
      << "nothing beyond the namespaces";
  EXPECT_EQ(count(some, [](auto const& right) { return right.namespace_ == "system"; }), 3);
}

}  // namespace
