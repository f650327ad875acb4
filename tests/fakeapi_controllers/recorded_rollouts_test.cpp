// What a real controller manager 1.20.2 wrote while Deployments were created, scaled, rolled, paused and deleted
// (tests/data/recorded-rollouts.jsonl: every watch event), held against what our decisions make of the same objects.
// Real controllers see the cluster late: each write must be what ours is at some recent moment of what they saw.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <map>
#include <vector>

#include "fakeapi/controllers/deployment_plan.hpp"
#include "fakeapi/controllers/pod_view.hpp"
#include "fakeapi/controllers/replica_set_plan.hpp"
#include "fakeapi/controllers/replica_set_view.hpp"

namespace fakeapi {
namespace {
namespace json = boost::json;

struct Recorded {
  seams::WallTime at;
  bool deleted = false;
  api::ObjectPtr object;
  std::uint64_t revision() const { return api::to_number(object->metadata.resource_version); }
};

/// All events, in the order of revisions.
std::vector<Recorded> const& recording() {
  static std::vector<Recorded> const events = [] {
    std::vector<Recorded> read;
    std::ifstream file(SOURCE_FOLDER "/tests/data/recorded-rollouts.jsonl");
    for (std::string line; std::getline(file, line);) {
      json::value const event = json::parse(line);
      auto const milliseconds = static_cast<std::int64_t>(event.at("at").to_number<double>() * 1000);
      read.push_back({seams::WallTime(std::chrono::milliseconds(milliseconds)), event.at("type") == "DELETED",
                      std::make_shared<api::Object const>(api::object_from_json(event.at("object")).value())});
    }
    std::ranges::sort(read, {}, &Recorded::revision);
    return read;
  }();
  return events;
}

/// The objects of a kind as they were at a revision, by name.
std::map<std::string, api::ObjectPtr> state_at(std::string_view kind, std::uint64_t revision) {
  std::map<std::string, api::ObjectPtr> state;
  for (auto const& event : recording()) {
    if (event.object->kind != kind || event.revision() > revision) continue;
    if (event.deleted) {
      state.erase(event.object->metadata.name);
    } else {
      state[event.object->metadata.name] = event.object;
    }
  }
  return state;
}

std::vector<api::ObjectPtr> controlled(std::string_view kind, std::uint64_t revision, std::string const& uid) {
  std::vector<api::ObjectPtr> objects;
  for (auto const& [name, object] : state_at(kind, revision)) {
    auto const* const owner = object->metadata.controller();
    if (owner != nullptr && owner->uid == uid) objects.push_back(object);
  }
  return objects;
}

/// The last moments of what a watcher of this kind can have seen before a revision, the latest first.
std::vector<std::uint64_t> moments(std::string_view kind, std::uint64_t before, std::size_t most) {
  std::vector<std::uint64_t> revisions;
  for (auto const& event : recording()) {
    if (event.object->kind == kind && event.revision() < before) revisions.push_back(event.revision());
  }
  std::ranges::reverse(revisions);
  if (revisions.size() > most) revisions.resize(most);
  return revisions;
}

/// A status with the times of its conditions replaced: "new" if they differ from those in `before`.
json::value without_times(api::SharedJson const& status, api::SharedJson const& before) {
  json::value copy = status ? *status : json::value(json::object());
  auto* const conditions = copy.get_object().if_contains("conditions");
  if (conditions == nullptr) return copy;
  auto const earlier = [&](std::string_view type, std::string_view field) -> std::string {
    auto const* const list = api::find_path(before.get(), {"conditions"});
    if (list == nullptr) return "";
    for (auto const& condition : list->get_array()) {
      if (api::find_string(&condition, {"type"}) == type) {
        return std::string(api::find_string(&condition, {field}).value_or(""));
      }
    }
    return "";
  };
  for (auto& condition : conditions->get_array()) {
    std::string const type(api::find_string(&condition, {"type"}).value_or(""));
    for (char const* field : {"lastUpdateTime", "lastTransitionTime"}) {
      auto const* const time = condition.get_object().if_contains(field);
      if (time == nullptr) continue;
      bool const is_new = api::find_string(time, {}).value_or("") != earlier(type, field);
      condition.get_object()[field] = is_new ? "new" : "kept";
    }
  }
  return copy;
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  for (auto at = text.find(from); !from.empty() && at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

bool is_same_json(json::value const& a, json::value const& b) { return a == b; }

std::string revision_of(api::Object const& object) {
  std::string const* const found = object.metadata.annotations->find(revision_annotation);
  return found == nullptr ? "" : *found;
}

/// A recorded write of the deployment controller to a Deployment, and what was before.
struct StatusWrite {
  Recorded const* before;
  Recorded const* after;
};
std::vector<StatusWrite> deployment_writes() {
  std::vector<StatusWrite> writes;
  std::map<std::string, Recorded const*> last;
  for (auto const& event : recording()) {
    if (event.object->kind != "Deployment") continue;
    auto const at = last.find(event.object->metadata.uid);
    if (at != last.end() && !event.deleted) {
      Recorded const& before = *at->second;
      bool const is_status = before.object->metadata.generation == event.object->metadata.generation &&
                             before.object->metadata.terminating() == event.object->metadata.terminating();
      if (is_status) writes.push_back({&before, &event});
    }
    last[event.object->metadata.uid] = &event;
  }
  return writes;
}

/// Every plan that a controller could have made that sees this version of a Deployment and some recent ReplicaSets.
template <class Visit>
void for_each_plan(Recorded const& seen, Recorded const& write, Visit const& visit) {
  auto revisions = moments("ReplicaSet", write.revision(), 12);
  revisions.push_back(0);
  for (std::uint64_t const revision : revisions) {
    for (bool const pods : {false, true}) {
      DeploymentInput input;
      input.deployment = seen.object;
      input.replica_sets = controlled("ReplicaSet", revision, seen.object->metadata.uid);
      input.now = write.at;
      if (pods) {
        for (auto const& set : input.replica_sets) input.sets_with_pods.insert(set->metadata.uid);
      }
      if (visit(plan_deployment(input))) return;
    }
  }
}

/// The name that a plan gives to a new ReplicaSet; ours has another hash than the real one.
std::string new_name(DeploymentPlan const& plan) {
  for (auto const& write : plan.writes) {
    if (auto const* const create = std::get_if<CreateReplicaSet>(&write)) return create->replica_set.metadata.name;
  }
  return "";
}

TEST(RecordedRollouts, every_status_of_a_deployment_is_one_that_we_would_have_written) {
  auto const writes = deployment_writes();
  ASSERT_GE(writes.size(), 70U);
  for (auto const& [before, after] : writes) {
    api::Object const& wanted = *after->object;
    json::value const wanted_status = without_times(wanted.status, before->object->status);
    std::string tried;
    bool found = false;
    std::string real_name;
    for (auto const& [name, set] : state_at("ReplicaSet", after->revision())) {
      auto const* const owner = set->metadata.controller();
      if (owner != nullptr && owner->uid == wanted.metadata.uid && revision_of(*set) == revision_of(wanted)) {
        real_name = name;
      }
    }
    for_each_plan(*before, *after, [&](DeploymentPlan const& plan) {
      for (auto const& write : plan.writes) {
        auto const* const update = std::get_if<UpdateDeploymentStatus>(&write);
        if (update == nullptr) continue;
        json::value const status = without_times(update->deployment.status, before->object->status);
        std::string const text = replaced(json::serialize(status), new_name(plan), real_name);
        found =
            is_same_json(json::parse(text), wanted_status) && revision_of(update->deployment) == revision_of(wanted);
        if (found) return true;
        tried += "  " + text + "\n";
      }
      return false;
    });
    EXPECT_TRUE(found) << wanted.metadata.name << " at revision " << after->revision() << ":\n  "
                       << json::serialize(wanted_status) << "\ntried:\n"
                       << tried;
  }
}

TEST(RecordedRollouts, every_replica_set_is_made_or_scaled_as_we_would_have_done_it) {
  std::map<std::string, Recorded const*> last;
  int creations = 0, scalings = 0;
  for (auto const& event : recording()) {
    if (event.object->kind != "ReplicaSet" || event.deleted) continue;
    api::Object const& wanted = *event.object;
    Recorded const* const before = std::exchange(last[wanted.metadata.uid], &event);
    auto const replicas = [](api::Object const& set) { return api::find_integer(set.spec.get(), {"replicas"}); };
    if (before != nullptr && replicas(*before->object) == replicas(wanted)) continue;
    ++(before == nullptr ? creations : scalings);
    bool found = false;
    for (std::uint64_t const seen : moments("Deployment", event.revision(), 8)) {
      for (auto const& deployment : recording()) {
        if (deployment.revision() != seen || deployment.object->metadata.uid != wanted.metadata.controller()->uid) {
          continue;
        }
        for_each_plan(deployment, event, [&](DeploymentPlan const& plan) {
          for (auto const& write : plan.writes) {
            api::Object made;
            if (auto const* const create = std::get_if<CreateReplicaSet>(&write); create != nullptr && !before) {
              made = create->replica_set;
            } else if (auto const* const update = std::get_if<UpdateReplicaSet>(&write); update != nullptr && before) {
              made = update->replica_set;
            } else {
              continue;
            }
            // A recorded ReplicaSet says what the hash is.
            std::string const hash = *wanted.metadata.labels->find("pod-template-hash");
            std::string const ours = *made.metadata.labels->find("pod-template-hash");
            json::value const spec = json::parse(replaced(json::serialize(*made.spec), ours, hash));
            found = is_same_json(spec, *wanted.spec) &&
                    replaced(made.metadata.name, ours, hash) == wanted.metadata.name &&
                    made.metadata.annotations == wanted.metadata.annotations &&
                    made.metadata.owner_references == wanted.metadata.owner_references;
            if (found) return true;
          }
          return false;
        });
        if (found) break;
      }
      if (found) break;
    }
    EXPECT_TRUE(found) << wanted.metadata.name << " at revision " << event.revision() << ": "
                       << json::serialize(api::object_to_json(wanted));
  }
  EXPECT_GE(creations, 9);
  EXPECT_GE(scalings, 11);
}

TEST(RecordedRollouts, every_status_of_a_replica_set_is_one_that_we_would_have_written) {
  std::map<std::string, Recorded const*> last;
  int writes = 0;
  for (auto const& event : recording()) {
    if (event.object->kind != "ReplicaSet" || event.deleted) continue;
    api::Object const& wanted = *event.object;
    Recorded const* const before = std::exchange(last[wanted.metadata.uid], &event);
    if (before == nullptr || json::serialize(*before->object->status) == json::serialize(*wanted.status)) continue;
    ++writes;
    bool found = false;
    std::string tried;
    auto revisions = moments("Pod", event.revision(), 15);
    revisions.push_back(0);
    for (std::uint64_t const revision : revisions) {
      std::vector<api::ObjectPtr> active = controlled("Pod", revision, wanted.metadata.uid);
      std::erase_if(active, [](auto const& pod) { return !is_active(*pod); });
      auto const next = next_replica_set_status(*before->object, active, std::nullopt, event.at);
      if (!next) continue;
      found = is_same_json(*next->status, *wanted.status);
      if (found) break;
      tried += "  " + json::serialize(*next->status) + "\n";
    }
    EXPECT_TRUE(found) << wanted.metadata.name << " at revision " << event.revision() << ":\n  "
                       << json::serialize(*wanted.status) << "\ntried:\n"
                       << tried;
  }
  EXPECT_GE(writes, 50);
}

TEST(RecordedRollouts, every_pod_is_made_from_its_replica_set_s_template) {
  int pods = 0;
  for (auto const& event : recording()) {
    if (event.object->kind != "Pod" || event.deleted || event.object->metadata.terminating()) continue;
    api::Object const& wanted = *event.object;
    if (!pod_node(wanted).empty()) continue;
    auto const* const owner = wanted.metadata.controller();
    if (owner == nullptr) continue;
    auto const sets = state_at("ReplicaSet", event.revision());
    auto const at = sets.find(owner->name);
    ASSERT_NE(at, sets.end());
    ++pods;
    api::Object const made = pod_of(*at->second);
    EXPECT_EQ(made.metadata.generate_name, wanted.metadata.generate_name);
    EXPECT_EQ(made.metadata.labels, wanted.metadata.labels);
    EXPECT_EQ(made.metadata.owner_references, wanted.metadata.owner_references);
    // The API server and its admission add to the spec; what the template says stays.
    for (auto const& [key, value] : made.spec->get_object()) {
      EXPECT_EQ(json::serialize(value), json::serialize(wanted.spec->at(key))) << key;
    }
  }
  EXPECT_GE(pods, 15);
}

TEST(RecordedRollouts, pods_are_deleted_in_our_order) {
  // From 3 to 1, the two that became ready last; while rolling, one at a time.
  int deletions = 0;
  std::map<std::string, Recorded const*> last;
  for (auto const& event : recording()) {
    if (event.object->kind != "Pod" || event.deleted) continue;
    Recorded const* const before = std::exchange(last[event.object->metadata.uid], &event);
    if (before == nullptr || before->object->metadata.terminating() || !event.object->metadata.terminating()) continue;
    auto const* const owner = event.object->metadata.controller();
    auto const sets = state_at("ReplicaSet", event.revision());
    auto const set = sets.find(owner->name);
    if (set == sets.end() || set->second->metadata.terminating()) continue;  // the garbage collector's
    // As they were before the first deletion of the batch.
    std::uint64_t moment = event.revision() - 1;
    std::vector<api::ObjectPtr> active;
    ReplicaChange change;
    bool expected = false;
    for (int back = 0; back < 3 && !expected; ++back, --moment) {
      active = controlled("Pod", moment, owner->uid);
      std::erase_if(active, [](auto const& pod) { return !is_active(*pod); });
      change = plan_replicas(*set->second, active, active);
      expected = std::ranges::any_of(change.remove,
                                     [&](auto const& pod) { return pod->metadata.uid == event.object->metadata.uid; });
    }
    ++deletions;
    EXPECT_TRUE(expected) << event.object->metadata.name << " at revision " << event.revision();
  }
  EXPECT_GE(deletions, 6);
}

}  // namespace
}  // namespace fakeapi
