#include "fakeapi/controllers/pod_stages.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "fakeapi/controllers/pod_status.hpp"
#include "fakeapi/controllers/pod_view.hpp"
#include "tests/fakeapi_controllers/objects.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;
using test::noon;
using test::patched;

api::ObjectPtr fresh() {
  return test::shared(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"default","uid":"U"},
    "spec":{"schedulerName":"default-scheduler","restartPolicy":"Always","containers":[{"name":"c","image":"i"},
    {"name":"e","image":"j"}]},"status":{"phase":"Pending","qosClass":"BestEffort"}})");
}
api::ObjectPtr scheduled() {
  return patched(fresh(), R"({"spec":{"nodeName":"node-0"},"status":{"conditions":[{"type":"PodScheduled",
    "status":"True","lastProbeTime":null,"lastTransitionTime":"2023-11-14T22:00:00Z"}]}})");
}
api::ObjectPtr after(api::ObjectPtr const& pod, PodStage stage, api::Timestamp now = noon) {
  return test::shared(after_stage(*pod, stage, PodNode(), "10.244.0.9", now));
}
api::ObjectPtr running() { return after(after(scheduled(), PodStage::create), PodStage::ready); }

std::string condition(api::Object const& pod, std::string_view type) {
  for (auto const& each : pod.status->at("conditions").get_array()) {
    if (api::find_string(&each, {"type"}) == type) return boost::json::serialize(each);
  }
  return "";
}
boost::json::value const& container(api::Object const& pod, std::size_t index = 0) {
  return pod.status->at("containerStatuses").at(index);
}
PodSituation situation(api::ObjectPtr const& pod, bool was_ready = false) { return situation_of(*pod, was_ready); }

std::vector<PodStage> stages(api::ObjectPtr const& pod, PodStageTable const& table = {}, bool was_ready = false) {
  std::vector<PodStage> out;
  for (auto const& choice : choices(table, situation_of(*pod, was_ready), *pod)) out.push_back(choice.stage);
  return out;
}
using Stages = std::vector<PodStage>;

TEST(PodStages, lead_from_the_scheduler_to_ready_and_no_further) {
  EXPECT_EQ(stages(fresh()), Stages{PodStage::schedule});
  EXPECT_EQ(stages(scheduled()), Stages{PodStage::create});
  auto const created = after(scheduled(), PodStage::create);
  EXPECT_EQ(stages(created), Stages{PodStage::ready});
  EXPECT_EQ(situation(running()), PodSituation::ready);
  EXPECT_EQ(stages(running()), Stages{});
}

TEST(PodStages, leave_alone_what_is_not_theirs) {
  EXPECT_EQ(stages(patched(fresh(), R"({"spec":{"schedulerName":"mine"}})")), Stages{});
  EXPECT_EQ(stages(patched(running(), R"({"status":{"phase":"Succeeded"}})")), Stages{});
  EXPECT_EQ(stages(patched(running(), R"({"status":{"phase":"Failed"}})")), Stages{});
}

TEST(PodStages, end_a_pod_that_is_being_deleted) {
  auto const going = patched(running(), R"({"metadata":{"deletionTimestamp":"2023-11-14T22:13:50Z",
    "deletionGracePeriodSeconds":30}})");
  EXPECT_EQ(stages(going), Stages{PodStage::remove});
  EXPECT_EQ(stages(patched(going, R"({"metadata":{"deletionGracePeriodSeconds":0}})")), Stages{})
      << "it is over: only finalizers hold it";
}

TEST(PodStages, wait_for_readiness_probes) {
  auto const probed = patched(fresh(), R"({"spec":{"nodeName":"node-0","containers":[{"name":"c","image":"i",
    "readinessProbe":{"initialDelaySeconds":7}},{"name":"e","image":"j","readinessProbe":{}}]}})");
  auto const started = after(after(probed, PodStage::create), PodStage::ready);
  EXPECT_FALSE(is_ready(*started));
  EXPECT_EQ(container(*started).at("ready"), false);
  EXPECT_EQ(stages(started), Stages{PodStage::probe});
  EXPECT_EQ(probe_delay(*started), 7s);
  auto const ready = after(started, PodStage::probe);
  EXPECT_TRUE(is_ready(*ready));
  EXPECT_EQ(container(*ready).at("ready"), true);
}

TEST(PodStages, are_chosen_by_the_weights_of_the_table_and_of_the_pod) {
  PodStageTable table;
  table[PodStage::unready].weight = 3;
  EXPECT_EQ(stages(running(), table), Stages{PodStage::unready});
  auto const calm = patched(running(), R"({"metadata":{"annotations":{"pod-unready.stage.kwok.x-k8s.io/weight":"0",
    "pod-container-failed.stage.kwok.x-k8s.io/weight":"2"}}})");
  EXPECT_EQ(stages(calm, table), Stages{PodStage::container_failed});
  auto const odd = patched(running(), R"({"metadata":{"annotations":{"pod-unready.stage.kwok.x-k8s.io/weight":"x"}}})");
  EXPECT_EQ(stages(odd, table), Stages{PodStage::unready}) << "not a number: as if it were not there";
  table[PodStage::image_error].weight = 1;
  EXPECT_EQ(stages(scheduled(), table), (Stages{PodStage::create, PodStage::image_error})) << "the boring one first";
}

TEST(PodStages, take_their_delays_from_annotations) {
  PodStageTable const table;
  auto const pod = patched(fresh(), R"({"metadata":{"annotations":{"pod-ready.stage.kwok.x-k8s.io/delay":"5s",
    "pod-ready.stage.kwok.x-k8s.io/jitter-delay":"1m","pod-delete.stage.kwok.x-k8s.io/delay":"soon"}}})");
  auto const delay = annotated_delay(table, PodStage::ready, *pod);
  ASSERT_TRUE(delay);
  EXPECT_EQ(delay->delay, 5s);
  EXPECT_EQ(delay->jitter, 1min);
  EXPECT_FALSE(annotated_delay(table, PodStage::remove, *pod));
  EXPECT_FALSE(annotated_delay(table, PodStage::create, *pod));
}

TEST(PodStages, read_go_durations) {
  EXPECT_EQ(parse_duration("300ms"), 300ms);
  EXPECT_EQ(parse_duration("1h2m3s"), 1h + 2min + 3s);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0"), 0s);
  EXPECT_EQ(parse_duration("7us"), 7us);
  for (char const* bad : {"", "5", "s", "-1s", "1x", "1.5", "25h", "99999999999999999999s", "1s2"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(PodStatus, says_what_a_kubelet_says_while_containers_are_made) {
  auto const created = after(scheduled(), PodStage::create);
  EXPECT_EQ(boost::json::serialize(container(*created)),
            R"({"name":"c","state":{"waiting":{"reason":"ContainerCreating"}},"lastState":{},"ready":false,)"
            R"("restartCount":0,"image":"i","imageID":"","started":false})");
  EXPECT_EQ(api::find_string(created->status.get(), {"phase"}), "Pending");
  EXPECT_EQ(api::find_string(created->status.get(), {"startTime"}), "2023-11-14T22:13:20Z");
  EXPECT_EQ(api::find_string(created->status.get(), {"hostIP"}), "10.0.0.1");
  EXPECT_EQ(api::find_string(created->status.get(), {"qosClass"}), "BestEffort");
  EXPECT_EQ(
      condition(*created, "Initialized"),
      R"({"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"2023-11-14T22:13:20Z"})");
  EXPECT_EQ(condition(*created, "Ready"),
            R"({"type":"Ready","status":"False","lastProbeTime":null,"lastTransitionTime":"2023-11-14T22:13:20Z",)"
            R"("reason":"ContainersNotReady","message":"containers with unready status: [c e]"})");
  EXPECT_EQ(
      condition(*created, "PodScheduled"),
      R"({"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"2023-11-14T22:00:00Z"})")
      << "it is scheduled since then";
}

TEST(PodStatus, says_that_the_pod_runs) {
  auto const pod = running();
  EXPECT_EQ(pod_phase(*pod), "Running");
  EXPECT_EQ(api::find_string(pod->status.get(), {"podIP"}), "10.244.0.9");
  EXPECT_EQ(boost::json::serialize(pod->status->at("podIPs")), R"([{"ip":"10.244.0.9"}])");
  EXPECT_TRUE(is_ready(*pod));
  EXPECT_EQ(
      condition(*pod, "ContainersReady"),
      R"({"type":"ContainersReady","status":"True","lastProbeTime":null,"lastTransitionTime":"2023-11-14T22:13:20Z"})");
  auto const& first = container(*pod);
  EXPECT_EQ(boost::json::serialize(first.at("state")), R"({"running":{"startedAt":"2023-11-14T22:13:20Z"}})");
  EXPECT_EQ(first.at("ready"), true);
  EXPECT_EQ(first.at("started"), true);
  EXPECT_TRUE(first.at("containerID").as_string().starts_with("containerd://"));
  EXPECT_EQ(first.at("containerID").as_string().size(), 13U + 64U);
  EXPECT_NE(first.at("containerID"), container(*pod, 1).at("containerID"));
  EXPECT_TRUE(first.at("imageID").as_string().starts_with("i@sha256:"));
}

TEST(PodStatus, goes_unready_and_back) {
  auto const shaky = after(running(), PodStage::unready, noon + 5s);
  EXPECT_FALSE(is_ready(*shaky));
  EXPECT_EQ(container(*shaky).at("ready"), false);
  EXPECT_EQ(situation(shaky, true), PodSituation::unready);
  auto const well = after(shaky, PodStage::recover, noon + 9s);
  EXPECT_EQ(ready_since(*well), noon + 9s);
  EXPECT_EQ(most_restarts(*well), 0);
}

TEST(PodStatus, crashes_and_restarts) {
  auto const named = patched(running(), R"({"metadata":{"annotations":{"pod-container-failed.stage.kwok.x-k8s.io/name":
    "e","pod-container-failed.stage.kwok.x-k8s.io/exit-code":"137","pod-container-failed.stage.kwok.x-k8s.io/reason":
    "OOMKilled"}}})");
  auto const crashed = after(named, PodStage::container_failed, noon + 5s);
  EXPECT_FALSE(is_ready(*crashed));
  EXPECT_EQ(pod_phase(*crashed), "Running");
  EXPECT_EQ(container(*crashed).at("ready"), true) << "only the one that is named";
  auto const& failed = container(*crashed, 1);
  EXPECT_EQ(failed.at("restartCount"), 1);
  EXPECT_EQ(failed.at("state").at("waiting").at("reason"), "CrashLoopBackOff");
  EXPECT_EQ(failed.at("state").at("waiting").at("message"),
            "back-off 10s restarting failed container=e pod=p_default(U)");
  EXPECT_EQ(failed.at("lastState").at("terminated").at("exitCode"), 137);
  EXPECT_EQ(failed.at("lastState").at("terminated").at("reason"), "OOMKilled");
  EXPECT_EQ(failed.at("lastState").at("terminated").at("startedAt"), "2023-11-14T22:13:20Z");
  EXPECT_EQ(failed.at("lastState").at("terminated").at("finishedAt"), "2023-11-14T22:13:25Z");
  EXPECT_EQ(stages(crashed, {}, true), Stages{PodStage::container_restart});
  EXPECT_EQ(condition(*crashed, "Ready").find("[e]") == std::string::npos, false);
  auto const again = after(crashed, PodStage::container_restart, noon + 15s);
  EXPECT_TRUE(is_ready(*again));
  EXPECT_EQ(most_restarts(*again), 1);
  EXPECT_NE(container(*again, 1).at("containerID"), failed.at("containerID"));
}

TEST(PodStatus, fails_for_good_where_nothing_is_restarted) {
  auto const once = patched(running(), R"({"spec":{"restartPolicy":"Never"}})");
  auto const failed = after(once, PodStage::container_failed);
  EXPECT_EQ(pod_phase(*failed), "Failed");
  EXPECT_EQ(container(*failed).at("state").at("terminated").at("exitCode"), 1);
  EXPECT_EQ(stages(failed), Stages{});
  auto const done = after(once, PodStage::complete);
  EXPECT_EQ(pod_phase(*done), "Succeeded");
  EXPECT_EQ(container(*done).at("state").at("terminated").at("reason"), "Completed");
  EXPECT_NE(condition(*done, "Ready").find("PodCompleted"), std::string::npos);
}

TEST(PodStatus, waits_for_an_image_that_cannot_be_had) {
  auto const missing = after(scheduled(), PodStage::image_error);
  EXPECT_EQ(situation(missing), PodSituation::image_missing);
  EXPECT_EQ(container(*missing).at("state").at("waiting").at("reason"), "ErrImagePull");
  EXPECT_EQ(stages(missing), Stages{PodStage::image_back_off});
  auto const backing_off = after(missing, PodStage::image_back_off);
  EXPECT_EQ(container(*backing_off).at("state").at("waiting").at("message"), "Back-off pulling image \"i\"");
  EXPECT_EQ(stages(backing_off), Stages{PodStage::create}) << "the image can be had by now";
  auto const doomed = patched(backing_off, R"({"metadata":{"annotations":{"pod-create.stage.kwok.x-k8s.io/weight":"0",
    "pod-image-error.stage.kwok.x-k8s.io/weight":"1"}}})");
  EXPECT_EQ(stages(doomed), Stages{}) << "nothing will ever change";
  EXPECT_FALSE(is_ready(*doomed));
}

TEST(PodStatus, initialises_first_where_there_are_init_containers) {
  auto const with_init = patched(scheduled(), R"({"spec":{"initContainers":[{"name":"first","image":"k"}]}})");
  auto const created = after(with_init, PodStage::create);
  EXPECT_NE(condition(*created, "Initialized").find("\"False\""), std::string::npos);
  EXPECT_EQ(container(*created).at("state").at("waiting").at("reason"), "PodInitializing");
  auto const started = after(created, PodStage::ready);
  EXPECT_NE(condition(*started, "Initialized").find("\"True\""), std::string::npos);
  EXPECT_EQ(started->status->at("initContainerStatuses").at(0).at("state").at("terminated").at("reason"), "Completed");
  EXPECT_TRUE(is_ready(*started));
}

}  // namespace
}  // namespace fakeapi
