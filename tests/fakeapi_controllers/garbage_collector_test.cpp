#include "fakeapi/controllers/garbage_collector.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>

#include "tests/fakeapi_controllers/scene.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;
using api::PropagationPolicy;
using test::reference;
using test::references;

struct CollectorScene : test::Scene {
  std::optional<GarbageCollector> collector;

  CollectorScene() {
    define_kinds();
    start();
  }
  void start() { collector.emplace(server, clock, delays, test::controller); }
};

TEST(GarbageCollector, deletes_the_dependents_of_a_deleted_owner_after_a_delay) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("a", 1, references(*owner));
  EXPECT_EQ(scene.collector->pending(), 0U) << "a dependent of a living owner is nothing to look at";
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  scene.clock.run_for(499ms);
  EXPECT_TRUE(scene.find_deployment("a"));
  scene.clock.run_for(1ms);
  EXPECT_FALSE(scene.find_deployment("a"));
  EXPECT_EQ(scene.collector->pending(), 0U);
  EXPECT_EQ(scene.clock.timers(), 0U);
}

TEST(GarbageCollector, deletes_down_the_whole_tree) {
  CollectorScene scene;
  auto const top = scene.echo("top");
  auto const middle = scene.echo("middle", references(*top));
  scene.deployment("leaf", 1, references(*middle));
  EXPECT_TRUE(scene.remove(test::echoes, top->key()));
  scene.clock.run();
  EXPECT_FALSE(scene.find_echo("middle"));
  EXPECT_FALSE(scene.find_deployment("leaf"));
}

TEST(GarbageCollector, deletes_a_dependent_whose_owner_has_another_uid_or_never_was) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("other-uid", 1, "[" + reference(*owner, true, "another") + "]");
  api::Object ghost = *owner;
  ghost.metadata.name = "ghost";
  scene.deployment("no-owner", 1, references(ghost));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("other-uid"));
  EXPECT_FALSE(scene.find_deployment("no-owner"));
  EXPECT_TRUE(scene.find_echo("a"));
}

TEST(GarbageCollector, does_not_touch_what_an_owner_recreated_meanwhile_has_adopted) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("a", 1, references(*owner));
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  auto const reborn = scene.echo("a");
  EXPECT_TRUE(scene.patch(api::deployments, {"default", "a"},
                          R"({"metadata":{"ownerReferences":)" + references(*reborn) + "}}"));
  scene.clock.run();
  EXPECT_TRUE(scene.find_deployment("a"));
}

TEST(GarbageCollector, drops_the_reference_to_a_gone_owner_while_another_one_lives) {
  CollectorScene scene;
  auto const first = scene.echo("first");
  auto const second = scene.echo("second");
  scene.deployment("a", 1, "[" + reference(*first) + "," + reference(*second) + "]");
  EXPECT_TRUE(scene.remove(test::echoes, first->key()));
  scene.clock.run();
  auto const dependent = scene.find_deployment("a");
  ASSERT_TRUE(dependent);
  ASSERT_EQ(dependent->metadata.owner_references->size(), 1U);
  EXPECT_EQ(dependent->metadata.owner_references->front().uid, second->metadata.uid);
  EXPECT_EQ(dependent->metadata.owner_references->front().block_owner_deletion, true);
  EXPECT_TRUE(scene.remove(test::echoes, second->key()));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("a"));
}

TEST(GarbageCollector, looks_for_a_namespaced_owner_in_the_dependent_s_namespace) {
  CollectorScene scene;
  auto const owner = scene.echo("a", "[]", "[]", "kube-public");
  scene.deployment("a", 1, references(*owner));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("a"));
}

std::vector<api::ObjectPtr> events_of(test::Scene const& scene) {
  std::vector<api::ObjectPtr> events;
  scene.server.for_each(api::events, [&](api::ObjectPtr const& each) { events.push_back(each); });
  return events;
}

TEST(GarbageCollector, tells_of_an_owner_in_another_namespace) {
  CollectorScene scene;
  auto const owner = scene.echo("a", "[]", "[]", "kube-public");
  auto const dependent = scene.deployment("d", 1, references(*owner));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("d"));
  auto const events = events_of(scene);
  ASSERT_EQ(events.size(), 1U);
  auto const& rest = *events.front()->rest;
  EXPECT_EQ(rest.at("reason"), "OwnerRefInvalidNamespace");
  EXPECT_EQ(rest.at("type"), "Warning");
  EXPECT_EQ(api::find_string(&rest, {"message"}),
            "ownerRef [example.com/v1/Echo, namespace: default, name: a, uid: " + owner->metadata.uid +
                "] does not exist in namespace \"default\"");
  EXPECT_EQ(rest.at("source").at("component"), "garbage-collector-controller");
  EXPECT_EQ(api::find_string(&rest, {"involvedObject", "uid"}), dependent->metadata.uid);
  EXPECT_FALSE(rest.at("involvedObject").get_object().contains("resourceVersion"));
}

TEST(GarbageCollector, tells_of_a_namespaced_owner_of_a_cluster_scoped_object_and_leaves_that_alone) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.site("s", references(*owner));
  scene.clock.run();
  EXPECT_TRUE(scene.server.find(test::sites, {"", "s"}));
  ASSERT_EQ(events_of(scene).size(), 1U);
  EXPECT_EQ(events_of(scene).front()->metadata.namespace_, "default");
}

TEST(GarbageCollector, tells_nothing_of_an_owner_that_was_there) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("d", 1, references(*owner));
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("d"));
  EXPECT_TRUE(events_of(scene).empty());
}

TEST(GarbageCollector, breaks_a_circle_of_objects_that_would_wait_for_each_other) {
  CollectorScene scene;
  auto const a = scene.echo("a");
  auto const b = scene.echo("b", references(*a));
  auto const c = scene.echo("c", references(*b));
  EXPECT_TRUE(scene.patch(test::echoes, a->key(), R"({"metadata":{"ownerReferences":)" + references(*c) + "}}"));
  EXPECT_TRUE(scene.remove(test::echoes, a->key(), PropagationPolicy::foreground));
  scene.clock.run();
  EXPECT_FALSE(scene.find_echo("a"));
  EXPECT_FALSE(scene.find_echo("b"));
  EXPECT_FALSE(scene.find_echo("c"));
}

TEST(GarbageCollector, deletes_the_dependents_of_an_owner_whose_kind_is_gone_by_now) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("d", 1, references(*owner));
  EXPECT_TRUE(scene.remove(api::custom_resource_definitions, {"", "echoes.example.com"}));
  EXPECT_FALSE(scene.server.index_of(test::echoes));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("d"));
}

TEST(GarbageCollector, does_not_collect_events) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.create(api::events, R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"e","namespace":"default",
    "ownerReferences":)" + references(*owner) +
                                R"(},"involvedObject":{"namespace":"default"},"reason":"r"})");
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  scene.clock.run();
  EXPECT_EQ(events_of(scene).size(), 1U);
}

TEST(GarbageCollector, accepts_a_cluster_scoped_owner) {
  CollectorScene scene;
  auto const owner = scene.site("s");
  scene.deployment("a", 1, references(*owner));
  scene.clock.run();
  EXPECT_TRUE(scene.find_deployment("a"));
  EXPECT_TRUE(scene.remove(test::sites, owner->key()));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("a"));
}

TEST(GarbageCollector, leaves_alone_what_it_cannot_judge) {
  CollectorScene scene;
  api::Object stranger;
  stranger.api_version = "unknown.io/v1";
  stranger.kind = "Stranger";
  stranger.metadata.name = "s";
  stranger.metadata.uid = "u";
  scene.deployment("unknown-kind", 1, references(stranger));
  auto const gone = scene.echo("gone");
  EXPECT_TRUE(scene.remove(test::echoes, gone->key()));
  scene.deployment("one-known", 1, "[" + reference(stranger) + "," + reference(*gone) + "]");
  scene.site("s", references(*gone));  // a cluster-scoped dependent of a namespaced owner
  scene.clock.run();
  EXPECT_TRUE(scene.find_deployment("unknown-kind"));
  EXPECT_TRUE(scene.find_deployment("one-known"));
  EXPECT_TRUE(scene.server.find(test::sites, {"", "s"}));
}

TEST(GarbageCollector, judges_what_it_left_alone_once_the_owner_s_kind_is_known) {
  CollectorScene scene;
  api::Object owner;
  owner.api_version = "example.com/v1";
  owner.kind = "Later";
  owner.metadata.name = "l";
  owner.metadata.uid = "u";
  scene.deployment("a", 1, references(owner));
  scene.clock.run();
  EXPECT_TRUE(scene.find_deployment("a"));
  scene.define("Later", "laters", "later", "Namespaced");
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("a"));
}

TEST(GarbageCollector, waits_for_blocking_dependents_in_a_foreground_deletion) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("blocking", 1, references(*owner), R"(["example.com/stay"])");
  scene.deployment("lax", 1, references(*owner, false), R"(["example.com/stay"])");
  scene.deployment("free", 1, references(*owner));
  EXPECT_TRUE(scene.remove(test::echoes, owner->key(), PropagationPolicy::foreground));
  scene.clock.run();
  ASSERT_TRUE(scene.find_echo("a"));
  EXPECT_FALSE(scene.find_deployment("free"));
  EXPECT_TRUE(scene.find_deployment("blocking")->metadata.terminating());
  EXPECT_TRUE(scene.find_deployment("lax")->metadata.terminating());
  EXPECT_TRUE(scene.patch(api::deployments, {"default", "blocking"}, R"({"metadata":{"finalizers":null}})"));
  scene.clock.run();
  EXPECT_FALSE(scene.find_echo("a"));
  EXPECT_TRUE(scene.find_deployment("lax")) << "its own finalizer still holds it";
}

TEST(GarbageCollector, ends_a_foreground_deletion_when_the_last_blocking_reference_is_taken_off) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("d", 1, references(*owner), R"(["example.com/stay"])");
  EXPECT_TRUE(scene.remove(test::echoes, owner->key(), PropagationPolicy::foreground));
  scene.clock.run();
  EXPECT_TRUE(scene.find_echo("a"));
  EXPECT_TRUE(scene.patch(api::deployments, {"default", "d"}, R"({"metadata":{"ownerReferences":null}})"));
  scene.clock.run();
  EXPECT_FALSE(scene.find_echo("a"));
}

TEST(GarbageCollector, deletes_in_the_foreground_down_the_tree) {
  CollectorScene scene;
  auto const top = scene.echo("top");
  auto const middle = scene.echo("middle", references(*top));
  scene.deployment("leaf", 1, references(*middle), R"(["example.com/stay"])");
  EXPECT_TRUE(scene.remove(test::echoes, top->key(), PropagationPolicy::foreground));
  scene.clock.run();
  ASSERT_TRUE(scene.find_echo("middle"));
  EXPECT_TRUE(scene.find_echo("middle")->metadata.has_finalizer("foregroundDeletion"));
  EXPECT_TRUE(scene.find_echo("top"));
  EXPECT_TRUE(scene.patch(api::deployments, {"default", "leaf"}, R"({"metadata":{"finalizers":null}})"));
  scene.clock.run();
  EXPECT_FALSE(scene.find_echo("top"));
  EXPECT_FALSE(scene.find_echo("middle"));
}

TEST(GarbageCollector, deletes_a_dependent_made_while_its_owner_waits) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("first", 1, references(*owner), R"(["example.com/stay"])");
  EXPECT_TRUE(scene.remove(test::echoes, owner->key(), PropagationPolicy::foreground));
  scene.clock.run();
  scene.deployment("late", 1, references(*owner));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("late"));
  EXPECT_TRUE(scene.find_echo("a"));
}

TEST(GarbageCollector, orphans_the_dependents_before_the_owner_goes) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  auto const other = scene.echo("other");
  scene.deployment("one", 1, references(*owner));
  scene.deployment("two", 1, "[" + reference(*owner) + "," + reference(*other) + "]");
  EXPECT_TRUE(scene.remove(test::echoes, owner->key(), PropagationPolicy::orphan));
  EXPECT_TRUE(scene.find_echo("a"));
  scene.clock.run();
  EXPECT_FALSE(scene.find_echo("a"));
  EXPECT_TRUE(scene.find_deployment("one")->metadata.owner_references.empty());
  EXPECT_EQ(scene.find_deployment("two")->metadata.owner_references->front().uid, other->metadata.uid);
  EXPECT_TRUE(scene.find_echo("other"));
}

TEST(GarbageCollector, takes_off_only_its_own_finalizer) {
  CollectorScene scene;
  auto const owner = scene.echo("a", "[]", R"(["example.com/stay"])");
  EXPECT_TRUE(scene.remove(test::echoes, owner->key(), PropagationPolicy::orphan));
  scene.clock.run();
  ASSERT_TRUE(scene.find_echo("a"));
  EXPECT_EQ(*scene.find_echo("a")->metadata.finalizers, std::vector<std::string>{"example.com/stay"});
}

TEST(GarbageCollector, starts_with_what_is_there) {
  CollectorScene scene;
  scene.collector.reset();
  auto const owner = scene.echo("a");
  auto const leaving = scene.echo("b");
  scene.deployment("a", 1, references(*owner));
  scene.deployment("b", 1, references(*leaving));
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  EXPECT_TRUE(scene.remove(test::echoes, leaving->key(), PropagationPolicy::foreground));
  scene.start();
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("a"));
  EXPECT_FALSE(scene.find_deployment("b"));
  EXPECT_FALSE(scene.find_echo("b"));
}

TEST(GarbageCollector, does_nothing_while_it_is_paused_and_catches_up) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("a", 1, references(*owner));
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  scene.collector->pause();
  auto const late = scene.echo("b");
  scene.deployment("b", 1, references(*late));
  EXPECT_TRUE(scene.remove(test::echoes, late->key()));
  scene.clock.run_for(1h);
  EXPECT_TRUE(scene.find_deployment("a"));
  EXPECT_TRUE(scene.find_deployment("b"));
  scene.collector->resume();
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("a"));
  EXPECT_FALSE(scene.find_deployment("b"));
}

TEST(GarbageCollector, leaves_no_timer_behind) {
  CollectorScene scene;
  auto const owner = scene.echo("a");
  scene.deployment("a", 1, references(*owner));
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  EXPECT_EQ(scene.clock.timers(), 1U);
  scene.collector.reset();
  EXPECT_EQ(scene.clock.timers(), 0U);
}

/// Each number equally likely, whatever size rapidcheck is at.
int below(int bound) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, bound)); }

// Random forests of Echoes and Deployments, deleted in random ways at random times.
RC_GTEST_PROP(GarbageCollector, leaves_no_dependent_of_a_gone_owner_and_takes_nothing_else, ()) {
  CollectorScene scene;
  std::vector<api::ObjectPtr> made;
  std::map<std::string, std::set<std::string>> ever_owned_by;  // uid -> uids of owners
  std::set<std::string> deleted;                               // by the test
  std::set<std::string> orphaned_by;                           // owners that orphaned
  for (int n = *rc::gen::inRange(2, 40); n > 0; --n) {
    int const action = below(6);
    if (action < 3 || made.empty()) {
      std::string owners;
      std::set<std::string> owner_uids;
      for (int k = below(3); k > 0 && !made.empty(); --k) {
        auto const& owner = *rc::gen::elementOf(made);
        if (!owner_uids.insert(owner->metadata.uid).second) continue;
        owners += (owners.empty() ? "" : ",") + reference(*owner, *rc::gen::arbitrary<bool>());
      }
      std::string const name = "o" + std::to_string(made.size());
      made.push_back(action == 0 ? scene.deployment(name, 1, "[" + owners + "]")
                                 : scene.echo(name, "[" + owners + "]"));
      ever_owned_by[made.back()->metadata.uid] = owner_uids;
    } else if (action == 3) {
      scene.clock.run_for(std::chrono::milliseconds(below(1200)));
    } else {
      auto const& victim = *rc::gen::elementOf(made);
      auto const policy = *rc::gen::element(PropagationPolicy::unset, PropagationPolicy::background,
                                            PropagationPolicy::foreground, PropagationPolicy::orphan);
      bool const is_echo = victim->kind == "Echo";
      if (scene.remove(is_echo ? test::echoes : api::deployments, victim->key(), policy)) {
        deleted.insert(victim->metadata.uid);
        if (policy == PropagationPolicy::orphan) orphaned_by.insert(victim->metadata.uid);
      }
    }
  }
  scene.clock.run();
  RC_ASSERT(scene.collector->pending() == 0U);
  std::map<std::string, api::ObjectPtr> left;
  auto const keep = [&](api::ObjectPtr const& object) { left.emplace(object->metadata.uid, object); };
  scene.server.for_each(test::echoes, keep);
  scene.server.for_each(api::deployments, keep);
  for (auto const& [uid, object] : left) {
    RC_ASSERT(!object->metadata.terminating());
    for (auto const& owner : *object->metadata.owner_references) RC_ASSERT(left.contains(owner.uid));
  }
  for (auto const& object : made) {
    std::string const& uid = object->metadata.uid;
    if (left.contains(uid)) continue;
    // It was deleted by the test, or all its owners are gone.
    bool const abandoned =
        !ever_owned_by[uid].empty() &&
        std::ranges::none_of(ever_owned_by[uid], [&](auto const& owner) { return left.contains(owner); });
    RC_ASSERT(deleted.contains(uid) || abandoned);
  }
  RC_CLASSIFY(!orphaned_by.empty(), "with orphans");
  RC_CLASSIFY(left.size() < made.size(), "with deletions");
}

}  // namespace
}  // namespace fakeapi
