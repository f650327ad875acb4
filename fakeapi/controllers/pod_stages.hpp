// The stages in a pod's life: which of them may come next, how likely, and after how long. Pure.
//
// The model is KWOK's: a stage applies to pods in a certain situation; of several that apply one is chosen by weight,
// and comes after a delay. Each stage has a name, and a pod may set, in annotations,
//
//   NAME.stage.kwok.x-k8s.io/weight         "0" is never
//   NAME.stage.kwok.x-k8s.io/delay          a Go duration: "1m30s", "250ms"
//   NAME.stage.kwok.x-k8s.io/jitter-delay   the latest moment: the delay is one between the two; one that is less than
//                                           `delay` takes its place
//
// Stages that KWOK has, too, have its names: pod-create, pod-ready, pod-complete, pod-delete, pod-container-failed,
// pod-container-restart. README.md in this folder lists them all.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fakeapi/controllers/delay_source.hpp"
#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

enum class PodStage : std::uint8_t {
  schedule,           ///< "pod-schedule": the scheduler binds it to the node
  create,             ///< "pod-create": the node takes it up, its images are there
  ready,              ///< "pod-ready": its containers run; ready, unless one has a readiness probe
  probe,              ///< "pod-probe": the readiness probes succeed for the first time
  complete,           ///< "pod-complete": its containers end well
  remove,             ///< "pod-delete": its containers have ended after its deletion
  image_error,        ///< "pod-image-error": in place of pod-create, an image cannot be had
  image_back_off,     ///< "pod-image-back-off": the node waits before it tries again
  unready,            ///< "pod-unready": a readiness probe begins to fail
  recover,            ///< "pod-recover": and succeeds again
  container_failed,   ///< "pod-container-failed": containers exit with an error
  container_restart,  ///< "pod-container-restart": and are started again
};
inline constexpr std::size_t pod_stage_count = 12;

/// What stages apply to.
enum class PodSituation : std::uint8_t {
  nothing_to_do,  ///< it has ended, is another scheduler's, or only its finalizers hold it
  unscheduled,
  scheduled,          ///< it has a node that has not taken it up
  creating,           ///< containers wait for their start
  image_missing,      ///< ErrImagePull
  image_backing_off,  ///< ImagePullBackOff
  probing,            ///< its containers run, and it has never been ready
  ready,
  unready,  ///< its containers run, and it has been ready before
  crashed,  ///< a container waits for its restart
  terminating,
};

struct PodStageRule {
  std::string_view name;
  PodSituation applies_to = PodSituation::nothing_to_do;
  DelayUse delay = DelayUse::pod_starting;
  /// 0: never, unless a pod's annotation says otherwise.
  std::uint32_t weight = 0;
};

/// All stages. The failing ones have weight 0: to make pods fail, give them some.
class PodStageTable {
 public:
  PodStageTable();
  PodStageRule& operator[](PodStage stage) { return rules_[static_cast<std::size_t>(stage)]; }
  PodStageRule const& operator[](PodStage stage) const { return rules_[static_cast<std::size_t>(stage)]; }

 private:
  std::array<PodStageRule, pod_stage_count> rules_;
};

/// `was_ready`: whether it has been ready at some time.
PodSituation situation_of(api::Object const& pod, bool was_ready);

/// A stage that may come next.
struct PodChoice {
  PodStage stage = PodStage::schedule;
  std::uint32_t weight = 0;
};

/// All that may come next, those of weight 0 left out; the boring ones first.
std::vector<PodChoice> choices(PodStageTable const& table, PodSituation situation, api::Object const& pod);

/// What a pod's annotations say of a stage's delay.
struct AnnotatedDelay {
  seams::Duration delay{0};
  std::optional<seams::Duration> jitter;
};
std::optional<AnnotatedDelay> annotated_delay(PodStageTable const& table, PodStage stage, api::Object const& pod);

/// A Go duration ("1h2m", "1.5s", "300ms"), not negative and at most a day, or nothing.
std::optional<seams::Duration> parse_duration(std::string_view text);

/// A readiness probe's initialDelaySeconds, the longest of all containers'; 0 without probes.
seams::Duration probe_delay(api::Object const& pod);
bool has_readiness_probe(api::Object const& pod);

}  // namespace fakeapi
