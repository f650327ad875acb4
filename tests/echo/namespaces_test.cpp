// An operator that serves some namespaces: one cache of each kind, kept by one informer for each of them.
#include <gtest/gtest.h>

#include <boost/json/object.hpp>

#include "tests/echo/support/live.hpp"

namespace {

using namespace echo_tests;
using namespace std::chrono_literals;

struct Namespaces : testing::Test {
  Live live;
  Namespaces() {
    for (auto const* const name : {"a", "b", "c"}) live.make_namespace(name);
  }
  void start(std::vector<std::string> namespaces) {
    echo::OperatorOptions options;
    options.namespaces = std::move(namespaces);
    live.start(options);
  }
  void wait() { live.world.run_for(10s); }
  std::vector<std::string> troubles() {
    std::vector<std::string> all;
    for (auto const& check : live.echo_operator->readiness()) {
      if (auto const trouble = check.trouble(); !trouble.empty()) all.push_back(check.name + ": " + trouble);
    }
    return all;
  }
};

TEST_F(Namespaces, that_are_named_are_served_and_no_other) {
  start({"b", "a", "b"});
  for (auto const* const space : {"a", "b", "c", "default"}) live.echo(space, "x", 2);
  wait();
  EXPECT_EQ(live.ready("a", "x"), "Ready");
  EXPECT_EQ(live.ready("b", "x"), "Ready");
  EXPECT_EQ(live.ready("c", "x"), "");
  EXPECT_FALSE(live.find(api::deployments, "default", "x"));
  EXPECT_EQ(live.api.reads, (std::vector<std::string>{"LIST echoes.example.com a/*", "LIST echoes.example.com b/*",
                                                      "LIST deployments.apps a/*", "LIST deployments.apps b/*"}));
}

TEST_F(Namespaces, are_each_told_of_by_themselves_in_readiness_and_figures) {
  live.echo("a", "x", 1);
  live.echo("b", "x", 1);
  live.echo("b", "x2", 1);
  live.api.fails = [](api::Request const& request) -> std::optional<api::Error> {
    if (request.key.namespace_ != "b" || request.resource != api::deployments) return std::nullopt;
    api::Error error;
    error.reason = api::Reason::forbidden;
    error.code = 403;
    error.message = "no";
    return error;
  };
  start({"a", "b"});
  EXPECT_EQ(troubles(), (std::vector<std::string>{"cache-deployments.apps-in-b: list deployments.apps in the namespace "
                                                  "b: Forbidden (403): no"}));
  live.api.fails = nullptr;
  live.world.run_for(1min);
  EXPECT_EQ(troubles(), std::vector<std::string>());
  EXPECT_EQ(live.ready("b", "x2"), "Ready");
  seams::Metrics metrics;
  live.echo_operator->collect(metrics);
  for (auto const* const resource : {"echoes.example.com", "deployments.apps"}) {
    EXPECT_EQ(metrics.value("informer_objects", {{"resource", resource}, {"namespace", "a"}}), 1) << resource;
    EXPECT_EQ(metrics.value("informer_objects", {{"resource", resource}, {"namespace", "b"}}), 2) << resource;
    EXPECT_EQ(metrics.value("informer_synced", {{"resource", resource}, {"namespace", "b"}}), 1) << resource;
  }
}

TEST_F(Namespaces, one_cache_forgets_nothing_of_one_namespace_when_another_is_listed_again) {
  auto const environment = live.world.environment();
  auto& cache = live.world.process.own<runtime::Cache>(
      environment, live.api, runtime::InformerOptions{.resource = echo::echoes}, std::vector<std::string>{"a", "b"});
  std::vector<std::string> gone;
  for (auto const& informer : cache.informers()) {
    informer->subscribe({[&gone](api::ObjectPtr const& before, api::ObjectPtr const& after) {
                           if (!after) gone.push_back(before->key().to_string());
                         },
                         {}});
    informer->start();
  }
  for (auto const* const name : {"x", "x2"}) {
    live.echo("a", name, 1);
    live.echo("b", name, 1);
  }
  wait();
  EXPECT_EQ(cache.store().size(), 4U);
  // b's watches break until its revision is forgotten; of what goes meanwhile only a list can tell.
  live.api.fails_watches_of = "b";
  live.world.run_for(5min);
  live.execute(api::Verb::delete_, echo::echoes, {"b", "x2"}, {}, api::DeleteOptions{}).value();
  live.server.compact(live.server.revision());
  live.api.fails_watches_of.clear();
  live.world.run_for(2min);
  EXPECT_EQ(gone, (std::vector<std::string>{"b/x2"}));
  EXPECT_EQ(cache.informer_of("a")->stats().relists, 1U);
  EXPECT_EQ(cache.informer_of("b")->stats().relists, 1U);
  EXPECT_EQ(cache.informer_of("a")->size(), 2U);
  EXPECT_EQ(cache.informer_of("b")->size(), 1U);
  EXPECT_EQ(cache.store().size(), 3U);
}

TEST_F(Namespaces, a_cache_of_all_keeps_each_and_a_cache_of_some_keeps_no_other) {
  auto const environment = live.world.environment();
  runtime::InformerOptions const options{.resource = echo::echoes};
  auto& all = live.world.process.own<runtime::Cache>(environment, live.api, options, std::vector<std::string>{});
  auto& some =
      live.world.process.own<runtime::Cache>(environment, live.api, options, std::vector<std::string>{"c", "a"});
  ASSERT_EQ(all.informers().size(), 1U);
  EXPECT_EQ(all.informer_of("whatever"), all.informers().front().get());
  ASSERT_EQ(some.informers().size(), 2U);
  EXPECT_EQ(some.informer_of("a"), some.informers()[0].get());
  EXPECT_EQ(some.informer_of("c"), some.informers()[1].get());
  EXPECT_EQ(some.informer_of("b"), nullptr);
  EXPECT_EQ(some.informer_of("d"), nullptr);
  EXPECT_EQ(some.observed_version("b"), api::ResourceVersion::none);
}

}  // namespace
