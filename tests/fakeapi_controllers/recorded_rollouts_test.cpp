// What a real controller manager 1.20.2 wrote while Deployments were created, scaled, rolled, paused, rolled back,
// adopted and deleted, held against what our decisions make of the same objects. tests/data/recorded-rollouts-*.jsonl
// have every watch event, each object whole at first and then as merge patches of the version before.
// Real controllers see the cluster late: each write must be what ours is at some recent moment of what they saw.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <map>
#include <vector>

#include "fakeapi/controllers/condition_list.hpp"
#include "fakeapi/controllers/deployment_plan.hpp"
#include "fakeapi/controllers/disruption_plan.hpp"
#include "fakeapi/controllers/ownership.hpp"
#include "fakeapi/controllers/pod_view.hpp"
#include "fakeapi/controllers/replica_set_plan.hpp"
#include "fakeapi/controllers/replica_set_view.hpp"
#include "tests/fakeapi_controllers/objects.hpp"

namespace fakeapi {
namespace {
namespace json = boost::json;

struct Recorded {
  seams::WallTime at;
  bool deleted = false;
  api::ObjectPtr object;
  std::uint64_t revision() const { return api::to_number(object->metadata.resource_version); }
};

/// All events of one file, in the order of revisions.
std::vector<Recorded> read_recording(std::string const& file) {
  std::vector<Recorded> read;
  std::map<std::string, api::ObjectPtr> last;
  std::ifstream lines(std::string(SOURCE_FOLDER) + "/tests/data/" + file);
  for (std::string line; std::getline(lines, line);) {
    json::value const event = json::parse(line);
    auto const milliseconds = static_cast<std::int64_t>(event.at("at").to_number<double>() * 1000);
    api::ObjectPtr& object = last[std::string(std::string_view(event.at("of").as_string()))];
    if (auto const* const whole = event.as_object().if_contains("object")) {
      object = std::make_shared<api::Object const>(api::object_from_json(*whole).value());
    } else {
      object = test::patched(object, json::serialize(event.at("patch")));
    }
    read.push_back({seams::WallTime(std::chrono::milliseconds(milliseconds)), event.at("type") == "DELETED", object});
  }
  std::ranges::sort(read, {}, &Recorded::revision);
  return read;
}

/// Of the file that a test is about.
std::vector<Recorded> const* current = nullptr;
std::vector<Recorded> const& recording() { return *current; }

void choose(std::string const& file) {
  static std::map<std::string, std::vector<Recorded>> files;
  auto const [at, is_new] = files.try_emplace(file);
  if (is_new) at->second = read_recording(file);
  current = &at->second;
}

class RecordedRollouts : public ::testing::TestWithParam<std::string> {
 protected:
  RecordedRollouts() { choose(GetParam()); }
  bool is_first() const { return GetParam().contains("-1."); }
};
INSTANTIATE_TEST_SUITE_P(, RecordedRollouts,
                         ::testing::Values("recorded-rollouts-1.jsonl", "recorded-rollouts-2.jsonl"),
                         [](auto const& each) { return each.param.substr(9, 10).replace(8, 1, "_"); });

/// The objects of a kind as they were at a revision, by name.
std::map<std::string, api::ObjectPtr> state_at(std::string_view kind, std::uint64_t revision) {
  std::map<std::string, api::ObjectPtr> state;
  for (auto const& event : recording()) {
    if (event.object->kind != kind || event.revision() > revision) continue;
    if (event.deleted) {
      state.erase(event.object->key().to_string());
    } else {
      state[event.object->key().to_string()] = event.object;
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

/// What a controller object has after it has settled its claims.
std::vector<api::ObjectPtr> claimed(std::string_view kind, std::uint64_t revision, api::Object const& controller) {
  std::vector<api::ObjectPtr> candidates;
  for (auto const& [name, object] : state_at(kind, revision)) {
    if (object->metadata.namespace_ == controller.metadata.namespace_) candidates.push_back(object);
  }
  Claims claims = claim(controller, api::find_path(controller.spec.get(), {"selector"}), candidates);
  claims.owned.insert(claims.owned.end(), claims.to_adopt.begin(), claims.to_adopt.end());
  return std::move(claims.owned);
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

/// A status with the times of its conditions replaced: "new" if they differ from those in `before`, "recent" where that
/// cannot be told because they are of whole seconds.
json::value without_times(api::SharedJson const& status, api::SharedJson const& before, seams::WallTime now) {
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
      std::string const old = earlier(type, field);
      auto const stamp = api::parse_timestamp(old);
      bool const is_recent = stamp && now - *stamp < std::chrono::seconds(2);
      bool const is_new = api::find_string(time, {}).value_or("") != old;
      condition.get_object()[field] = is_recent ? "recent" : is_new ? "new" : "kept";
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
      input.replica_sets = claimed("ReplicaSet", revision, *seen.object);
      input.now = write.at;
      if (pods) {
        for (auto const& set : input.replica_sets) input.sets_with_pods.insert(set->metadata.uid);
      }
      if (visit(plan_deployment(input))) return;
    }
  }
}

/// The hash of its pods' template, or "".
std::string label(api::Object const& set) {
  std::string const* const found = set.metadata.labels->find("pod-template-hash");
  return found == nullptr ? "" : *found;
}

/// The name that a plan gives to a new ReplicaSet; ours has another hash than the real one.
std::string new_name(DeploymentPlan const& plan) {
  for (auto const& write : plan.writes) {
    if (auto const* const create = std::get_if<CreateReplicaSet>(&write)) return create->replica_set.metadata.name;
  }
  return "";
}

TEST_P(RecordedRollouts, every_status_of_a_deployment_is_one_that_we_would_have_written) {
  auto const writes = deployment_writes();
  ASSERT_GE(writes.size(), is_first() ? 70U : 200U);
  for (auto const& [before, after] : writes) {
    api::Object const& wanted = *after->object;
    json::value const wanted_status = without_times(wanted.status, before->object->status, after->at);
    std::string tried;
    bool found = false;
    std::string real_name;
    for (auto const& [name, set] : state_at("ReplicaSet", after->revision())) {
      auto const* const owner = set->metadata.controller();
      if (owner != nullptr && owner->uid == wanted.metadata.uid && revision_of(*set) == revision_of(wanted)) {
        real_name = set->metadata.name;
      }
    }
    for_each_plan(*before, *after, [&](DeploymentPlan const& plan) {
      for (auto const& write : plan.writes) {
        auto const* const update = std::get_if<UpdateDeploymentStatus>(&write);
        if (update == nullptr) continue;
        json::value const status = without_times(update->deployment.status, before->object->status, after->at);
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

TEST_P(RecordedRollouts, every_replica_set_is_made_or_scaled_as_we_would_have_done_it) {
  std::map<std::string, Recorded const*> last;
  int creations = 0, scalings = 0;
  for (auto const& event : recording()) {
    if (event.object->kind != "ReplicaSet" || event.deleted) continue;
    api::Object const& wanted = *event.object;
    Recorded const* const before = std::exchange(last[wanted.metadata.uid], &event);
    auto const replicas = [](api::Object const& set) { return api::find_integer(set.spec.get(), {"replicas"}); };
    if (wanted.metadata.controller() == nullptr) continue;  // a person's
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
            std::string const hash = label(wanted), ours = label(made);
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
  EXPECT_GE(creations, is_first() ? 9 : 25);
  EXPECT_GE(scalings, is_first() ? 11 : 40);
}

TEST_P(RecordedRollouts, every_status_of_a_replica_set_is_one_that_we_would_have_written) {
  // A conflict is tried again with the numbers of the version before.
  constexpr std::size_t versions = 3;
  std::map<std::string, std::vector<Recorded const*>> earlier;
  int writes = 0;
  for (auto const& event : recording()) {
    if (event.object->kind != "ReplicaSet" || event.deleted) continue;
    api::Object const& wanted = *event.object;
    std::vector<Recorded const*>& bases = earlier[wanted.metadata.uid];
    if (bases.empty() || json::serialize(*bases.front()->object->status) == json::serialize(*wanted.status)) {
      bases.insert(bases.begin(), &event);
      continue;
    }
    ++writes;
    api::SharedJson const& before = bases.front()->object->status;
    json::value const wanted_status = without_times(wanted.status, before, event.at);
    ConditionList const conditions(wanted.status.get());
    std::optional<ReplicaFailure> failure;
    if (conditions.find("ReplicaFailure") != nullptr) {
      failure = ReplicaFailure{std::string(conditions.text("ReplicaFailure", "message"))};
    }
    auto revisions = moments("Pod", event.revision(), 40);
    revisions.push_back(0);
    std::string tried;
    bool found = false;
    for (std::uint64_t const revision : revisions) {
      for (Recorded const* const base : bases) {
        std::vector<api::ObjectPtr> active = claimed("Pod", revision, *base->object);
        std::erase_if(active, [](auto const& pod) { return !is_active(*pod); });
        auto const next = next_replica_set_status(*base->object, active, failure, event.at);
        if (!next) continue;
        json::value const status = without_times(next->status, before, event.at);
        found = found || is_same_json(status, wanted_status);
        tried += "  " + json::serialize(status) + "\n";
      }
      if (found) break;
    }
    EXPECT_TRUE(found) << wanted.metadata.name << " at revision " << event.revision() << ":\n  "
                       << json::serialize(wanted_status) << "\ntried:\n"
                       << tried;
    bases.insert(bases.begin(), &event);
    if (bases.size() > versions) bases.pop_back();
  }
  EXPECT_GE(writes, is_first() ? 50 : 200);
}

/// The scale of the Deployment of a ReplicaSet, as they were at some moments.
std::optional<ScaleOfPods> find_scale(std::uint64_t sets, std::uint64_t deployments, api::Object const& pod) {
  for (auto const& [set_name, set] : state_at("ReplicaSet", sets)) {
    if (set->metadata.uid != pod.metadata.controller()->uid || set->metadata.controller() == nullptr) continue;
    for (auto const& [name, deployment] : state_at("Deployment", deployments)) {
      if (deployment->metadata.uid != set->metadata.controller()->uid) continue;
      return ScaleOfPods{deployment->metadata.uid, *api::find_integer(deployment->spec.get(), {"replicas"})};
    }
  }
  return std::nullopt;
}

TEST_P(RecordedRollouts, every_status_of_a_disruption_budget_is_one_that_we_would_have_written) {
  std::map<std::string, Recorded const*> last;
  int writes = 0;
  for (auto const& event : recording()) {
    if (event.object->kind != "PodDisruptionBudget") continue;
    Recorded const* const before = std::exchange(last[event.object->metadata.uid], &event);
    if (before == nullptr) continue;
    ++writes;
    bool found = false;
    std::string tried;
    for (std::uint64_t const revision : moments("Pod", event.revision(), 20)) {
      std::vector<api::ObjectPtr> selected;
      for (auto const& [name, pod] : state_at("Pod", revision)) {
        bool const here = pod->metadata.namespace_ == event.object->metadata.namespace_;
        if (here && selects(api::find_path(event.object->spec.get(), {"selector"}), *pod->metadata.labels)) {
          selected.push_back(pod);
        }
      }
      for (std::uint64_t const deployments : moments("Deployment", event.revision(), 4)) {
        auto const counts = count_disruptions(*event.object, selected, [&](api::OwnerReference const& controller) {
          api::Object pod;
          pod.metadata.owner_references = std::vector{controller};
          return find_scale(event.revision(), deployments, pod);
        });
        if (!counts) continue;
        auto const next = plan_disruption(*before->object, selected, *counts, event.at).next;
        if (!next) continue;
        found = found || is_same_json(*next->status, *event.object->status);
        tried += "  " + json::serialize(*next->status) + "\n";
      }
      if (found) break;
    }
    EXPECT_TRUE(found) << event.object->metadata.name << " at revision " << event.revision() << ":\n  "
                       << json::serialize(*event.object->status) << "\ntried:\n"
                       << tried;
  }
  EXPECT_GE(writes, is_first() ? 0 : 15);
}

// The pods of the other recording are abridged.
TEST(RecordedPods, are_made_from_their_replica_set_s_template) {
  choose("recorded-rollouts-1.jsonl");
  int pods = 0;
  for (auto const& event : recording()) {
    if (event.object->kind != "Pod" || event.deleted || event.object->metadata.terminating()) continue;
    api::Object const& wanted = *event.object;
    if (!pod_node(wanted).empty()) continue;
    auto const* const owner = wanted.metadata.controller();
    if (owner == nullptr) continue;
    auto const sets = state_at("ReplicaSet", event.revision());
    auto const at = sets.find(wanted.metadata.namespace_ + "/" + owner->name);
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

/// Whether `a` is to go strictly before `b` when one of the two has to.
bool goes_before(api::Object const& set, api::ObjectPtr const& a, api::ObjectPtr const& b) {
  api::ObjectPtr const one = test::patched(std::make_shared<api::Object const>(set), R"({"spec":{"replicas":1}})");
  // Whichever has the first name: the order of what is equal is nobody's business.
  auto const named = [](api::ObjectPtr const& pod, std::string const& name) {
    return test::patched(pod, R"({"metadata":{"name":")" + name + "\"}}");
  };
  std::vector<api::ObjectPtr> const pair{named(a, "z"), named(b, "a")};
  return plan_replicas(*one, pair, pair).remove.front() == pair.front();
}

TEST_P(RecordedRollouts, pods_are_deleted_in_our_order) {
  int deletions = 0;
  std::map<std::string, Recorded const*> last;
  for (auto const& event : recording()) {
    if (event.object->kind != "Pod" || event.deleted) continue;
    Recorded const* const before = std::exchange(last[event.object->metadata.uid], &event);
    if (before == nullptr || before->object->metadata.terminating() || !event.object->metadata.terminating()) continue;
    auto const* const owner = event.object->metadata.controller();
    auto const sets = state_at("ReplicaSet", event.revision());
    if (owner == nullptr) continue;
    auto const set = sets.find(event.object->metadata.namespace_ + "/" + owner->name);
    if (set == sets.end()) continue;  // the garbage collector's
    // Those that are left when all of the batch have gone.
    std::uint64_t moment = event.revision();
    for (auto const& later : recording()) {
      if (later.revision() > moment && later.at < event.at + std::chrono::milliseconds(150)) moment = later.revision();
    }
    auto left = controlled("Pod", moment, owner->uid);
    std::erase_if(left, [](auto const& pod) { return !is_active(*pod); });
    auto const wanted = api::find_integer(set->second->spec.get(), {"replicas"}).value_or(0);
    if (static_cast<std::int64_t>(left.size()) < wanted) continue;  // not for its number
    auto const then = state_at("Pod", event.revision() - 1);
    for (auto const& survivor : left) {
      auto const at = then.find(survivor->key().to_string());
      if (at == then.end()) continue;
      ++deletions;
      EXPECT_FALSE(goes_before(*set->second, at->second, before->object))
          << survivor->metadata.name << " was more dispensable than " << event.object->metadata.name << " at revision "
          << event.revision();
    }
  }
  EXPECT_GE(deletions, is_first() ? 6 : 40);
}

}  // namespace
}  // namespace fakeapi
