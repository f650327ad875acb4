// The store against a naive model: a full snapshot of every revision.
#include "fakeapi/store/log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>

#include "operator/seams/check.hpp"

namespace fakeapi::testing {
namespace {

using Snapshot = std::map<api::ObjectKey, api::ObjectPtr, KeyOrder>;

constexpr std::size_t resources = 2;

api::ObjectPtr make_object(api::ObjectKey const& key, Revision revision) {
  api::Object object;
  object.metadata.namespace_ = key.namespace_;
  object.metadata.name = key.name;
  object.metadata.resource_version = api::ResourceVersion(revision);
  return std::make_shared<api::Object const>(std::move(object));
}

struct Model {
  std::vector<std::array<Snapshot, resources>> snapshots{1};  // by revision
  std::vector<std::optional<Commit>> commits{1};              // by revision
  Revision compacted = 0;
};

// A log after random writes, deletions and compactions, and what it should hold.
struct Run {
  Log log;
  Model model;
};

void write(Run& run, std::size_t resource, api::ObjectKey const& key, bool removing, std::size_t retained) {
  auto now = run.model.snapshots.back();
  api::ObjectPtr const before = now[resource].contains(key) ? now[resource][key] : nullptr;
  if (removing && !before) return;
  auto const after = removing ? nullptr : make_object(key, run.log.next_revision());
  if (removing) {
    now[resource].erase(key);
  } else {
    now[resource][key] = after;
  }
  Commit const& commit = run.log.append(ResourceIndex(resource), key, after, Actor{3}, 9);
  RC_ASSERT(commit.before == before);
  RC_ASSERT(commit.after == after);
  RC_ASSERT(commit.revision == run.model.snapshots.size());
  run.model.snapshots.push_back(std::move(now));
  run.model.commits.push_back(commit);
  if (retained != 0 && commit.revision > retained) {
    run.model.compacted = std::max(run.model.compacted, commit.revision - retained);
  }
}

std::unique_ptr<Run> random_run() {
  std::size_t const retained = *rc::gen::element<std::size_t>(0, 0, 1, 3, 10);
  auto run = std::make_unique<Run>(Log(retained), Model());
  for (std::size_t i = 0; i < resources; ++i) run->log.add_resource();
  std::vector<std::string> const namespaces{"a", "a-b", "b"};
  std::vector<std::string> const names{"x", "x-1", "y"};
  auto const steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100));
  for (int const step : steps) {
    auto const resource = static_cast<std::size_t>(*rc::gen::inRange(0, 2));
    api::ObjectKey const key{*rc::gen::elementOf(namespaces), *rc::gen::elementOf(names)};
    if (step >= 95) {
      auto const revision = *rc::gen::inRange<Revision>(0, run->log.revision() + 1);
      run->log.compact(revision);
      run->model.compacted = std::max(run->model.compacted, revision);
    } else {
      write(*run, resource, key, step < 30, retained);
    }
  }
  return run;
}

RC_GTEST_PROP(Log, shows_every_object_as_it_was_at_every_readable_revision, ()) {
  auto const run = random_run();
  auto const& snapshots = run->model.snapshots;
  RC_ASSERT(run->log.revision() + 1 == snapshots.size());
  RC_ASSERT(run->log.compacted() == run->model.compacted);
  for (Revision revision = run->model.compacted; revision < snapshots.size(); ++revision) {
    RC_ASSERT(run->log.is_readable(revision));
    for (std::size_t resource = 0; resource < resources; ++resource) {
      for (std::string const namespace_ : {"a", "a-b", "b"}) {
        for (std::string const name : {"x", "x-1", "y"}) {
          auto const& snapshot = snapshots[revision][resource];
          auto const at = snapshot.find({namespace_, name});
          auto const expected = at == snapshot.end() ? nullptr : at->second;
          RC_ASSERT(run->log.find_at(ResourceIndex(resource), {namespace_, name}, revision) == expected);
          if (revision + 1 == snapshots.size()) {
            RC_ASSERT(run->log.find(ResourceIndex(resource), {namespace_, name}) == expected);
          }
        }
      }
    }
  }
  for (std::size_t resource = 0; resource < resources; ++resource) {
    RC_ASSERT(run->log.size(ResourceIndex(resource)) == snapshots.back()[resource].size());
  }
}

RC_GTEST_PROP(Log, lists_every_readable_revision_in_the_order_of_keys_from_any_key_on, ()) {
  auto const run = random_run();
  auto const& snapshots = run->model.snapshots;
  api::ObjectKey const from{*rc::gen::element<std::string>("", "a", "a-b", "b"),
                            *rc::gen::element<std::string>("", "x", "x-1", "z")};
  auto const most = *rc::gen::inRange<std::size_t>(1, 10);
  for (Revision revision = run->model.compacted; revision < snapshots.size(); ++revision) {
    for (std::size_t resource = 0; resource < resources; ++resource) {
      std::vector<api::ObjectPtr> expected;
      for (auto const& [key, object] : snapshots[revision][resource]) {
        if (!KeyOrder()(key, from) && expected.size() < most) expected.push_back(object);
      }
      std::vector<api::ObjectPtr> found;
      run->log.visit_at(ResourceIndex(resource), revision, from, [&](api::ObjectPtr const& object) {
        found.push_back(object);
        return found.size() < most;
      });
      RC_ASSERT(found == expected);
    }
  }
}

RC_GTEST_PROP(Log, gives_the_commits_of_one_resource_after_any_readable_revision, ()) {
  auto const run = random_run();
  auto const& commits = run->model.commits;
  for (Revision revision = run->model.compacted; revision < commits.size(); ++revision) {
    for (std::size_t resource = 0; resource < resources; ++resource) {
      auto position = run->log.position_after(ResourceIndex(resource), revision);
      RC_ASSERT(position >= run->log.first_position(ResourceIndex(resource)));
      for (Revision expected = revision + 1; expected < commits.size(); ++expected) {
        if (commits[expected]->resource != ResourceIndex(resource)) continue;
        Commit const* const commit = run->log.commit_at(ResourceIndex(resource), position++);
        RC_ASSERT(commit != nullptr);
        RC_ASSERT(commit->revision == expected);
        RC_ASSERT(commit->key == commits[expected]->key);
        RC_ASSERT(commit->before == commits[expected]->before);
        RC_ASSERT(commit->after == commits[expected]->after);
        RC_ASSERT(&run->log.at(expected) == commit);
      }
      RC_ASSERT(run->log.commit_at(ResourceIndex(resource), position) == nullptr);
    }
  }
}

RC_GTEST_PROP(Log, keeps_its_keys_in_the_byte_order_of_namespace_slash_name, ()) {
  auto const text = rc::gen::container<std::string>(rc::gen::element('a', 'b', '-', '.', '0'));
  api::ObjectKey const a{*text, *text};
  api::ObjectKey const b{*text, *text};
  RC_ASSERT(KeyOrder()(a, b) == (a.namespace_ + "/" + a.name < b.namespace_ + "/" + b.name));
}

TEST(Log, refuses_a_read_below_its_watermark) {
  Log log;
  auto const resource = log.add_resource();
  log.append(resource, {"n", "a"}, make_object({"n", "a"}, 1), Actor::server, 0);
  log.append(resource, {"n", "a"}, make_object({"n", "a"}, 2), Actor::server, 0);
  log.compact(1);
  EXPECT_TRUE(log.is_readable(1));
  EXPECT_FALSE(log.is_readable(0));
  EXPECT_FALSE(log.is_readable(3));
  EXPECT_THROW(log.find_at(resource, {"n", "a"}, 0), seams::BrokenInvariant);
}

TEST(Log, keeps_as_many_commits_as_it_was_told_and_forgets_deleted_objects_with_them) {
  Log log(2);
  auto const resource = log.add_resource();
  log.append(resource, {"n", "a"}, make_object({"n", "a"}, 1), Actor::server, 0);
  log.append(resource, {"n", "a"}, nullptr, Actor::server, 0);
  log.append(resource, {"n", "b"}, make_object({"n", "b"}, 3), Actor::server, 0);
  EXPECT_EQ(log.compacted(), 1U);
  log.append(resource, {"n", "b"}, make_object({"n", "b"}, 4), Actor::server, 0);
  EXPECT_EQ(log.compacted(), 2U);
  EXPECT_EQ(log.first_position(resource), 2U);
  EXPECT_EQ(log.size(resource), 1U);
  EXPECT_EQ(log.append(resource, {"n", "a"}, make_object({"n", "a"}, 5), Actor::server, 0).previous, 0U);
}

}  // namespace
}  // namespace fakeapi::testing
