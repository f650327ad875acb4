#include "operator/echo/explain.hpp"

#include <gtest/gtest.h>

#include "tests/echo/support/objects.hpp"

namespace {

using namespace echo_tests;

TEST(Explain, shows_what_is_to_be_made_for_a_new_echo) {
  echo::Observation seen;
  seen.echo = make_echo({.name = "a", .uid = "u1", .finalizers = {}});
  EXPECT_EQ(echo::explain(seen),
            "Echo        default/a (uid u1, generation 1)\n"
            "Wants       2 replicas of inanimate/echo-server:latest\n"
            "Finalizer   ours is not there\n"
            "Deployment  there is none\n"
            "Situation   missing: The Deployment is missing.\n"
            "Now\n"
            "  1. add the finalizer echoes.example.com/finalizer to the Echo\n"
            "  2. create the Deployment\n");
}

TEST(Explain, shows_each_field_that_is_put_right_as_it_is_and_as_it_will_be) {
  echo::Observation seen;
  auto const echo = make_echo({.name = "a", .uid = "u1"});
  auto const deployment = make_deployment(*echo);
  boost::json::value spec = *deployment->spec;
  spec.at("replicas") = 7;
  deployment->spec = api::share(std::move(spec));
  seen.echo = echo;
  seen.deployment = deployment;
  auto const text = echo::explain(seen);
  EXPECT_TRUE(text.contains("Deployment  there is one, this Echo's; 0 of 7 replicas are ready\n")) << text;
  EXPECT_TRUE(text.contains("Situation   drifted: Our part of the Deployment is not as this Echo wants it.\n")) << text;
  EXPECT_TRUE(text.contains("put the Deployment right\n       /spec/replicas: 7 -> 2\n")) << text;
}

TEST(Explain, says_whose_a_deployment_is_that_is_left_alone) {
  echo::Observation seen;
  auto const echo = make_echo({.name = "a", .uid = "u1"});
  auto const deployment = make_deployment(*echo);
  deployment->metadata.owner_references = std::vector<api::OwnerReference>{};
  seen.echo = echo;
  seen.deployment = deployment;
  auto const text = echo::explain(seen);
  EXPECT_TRUE(text.contains("Deployment  there is one, which does not belong to this Echo")) << text;
  EXPECT_TRUE(text.contains("Situation   name_taken: ")) << text;
  EXPECT_TRUE(text.contains("1. write the status\n       Ready=False  NameTaken: ")) << text;
}

TEST(Explain, shows_what_a_paused_echo_is_kept_from) {
  echo::Observation seen;
  seen.echo = make_echo({.name = "a", .uid = "u1", .spec = R"({"replicas":3,"image":"own:1","paused":true})"});
  auto const wants = make_echo({.name = "a", .uid = "u1"});
  seen.deployment = make_deployment(*wants);
  auto const text = echo::explain(seen);
  EXPECT_TRUE(text.contains("Wants       3 replicas of own:1\n")) << text;
  EXPECT_TRUE(text.contains("Situation   paused: ")) << text;
  EXPECT_TRUE(
      text.ends_with("Resumed     drifted: patch Deployment (/spec/replicas, "
                     "/spec/template/spec/containers/0/image)\n"))
      << text;
}

}  // namespace
