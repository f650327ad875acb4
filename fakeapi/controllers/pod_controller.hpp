// The scheduler and the kubelet of the fake cluster's only node: brings pods from stage to stage.
//
// Which stage comes next, and after how long, is decided in pod_stages.hpp; what it writes, in pod_status.hpp. It looks
// at pods as they are (a node is told of its pods, it does not go through the controllers' cache), writes with their
// resourceVersion or uid, and tries again what the server refuses, after longer and longer. At most one timer per pod.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/controller_client.hpp"
#include "fakeapi/controllers/delay_source.hpp"
#include "fakeapi/controllers/pod_stages.hpp"
#include "fakeapi/controllers/pod_status.hpp"

namespace fakeapi {

struct PodControllerOptions {
  Actor scheduler = Actor::server;
  Actor kubelet = Actor::server;
  PodStageTable stages = {};
  PodNode node = {};
};

class PodController final : public Controller {
 public:
  /// Starts with the pods that are there. Server, clock and delays must outlive it; timers run as turns of the clock's
  /// process.
  PodController(Server& server, seams::Clock& clock, DelaySource& delays, PodControllerOptions options);
  ~PodController() override;

  void pause() override;
  void resume() override;
  /// Pods with a stage to come.
  std::size_t pending() const override;
  std::uint64_t refused_writes() const override { return scheduler_.refused() + kubelet_.refused(); }

  /// From now on a stage has this weight in pods that do not say otherwise. 0 for the failing ones ends the failures;
  /// pods that have failed mend.
  void set_weight(PodStage stage, std::uint32_t weight);
  /// Brings a pod to a stage now. False if the stage does not apply to it, or the server refuses.
  bool strike(api::ObjectKey const& key, PodStage stage);

 private:
  struct Tracked {
    api::ObjectKey key;
    bool was_ready = false;
    // The stage to come, and what it was chosen for.
    bool scheduled = false;
    PodStage stage = PodStage::schedule;
    PodSituation situation = PodSituation::nothing_to_do;
    std::optional<api::Timestamp> deletion;
    seams::TimerId timer{};
    unsigned refusals = 0;  // in a row
  };
  using Pods = std::map<std::string, Tracked>;  // by uid; timers point at the elements

  void observe(Commit const& commit);
  void consider(api::Object const& pod);
  void plan(Tracked& tracked, api::Object const& pod);
  PodStage choose(std::vector<PodChoice> const& choices, DelayUse use);
  seams::Duration delay_of(PodStage stage, Tracked const& tracked, api::Object const& pod);
  void schedule(Pods::value_type& element, seams::Duration delay);
  void cancel(Tracked& tracked);
  void turn(Pods::value_type& element);
  bool enter(PodStage stage, api::Object const& pod);
  bool bind(api::Object const& pod);
  bool end(api::Object const& pod);
  std::string next_ip();

  Server& server_;
  seams::Clock& clock_;
  DelaySource& delays_;
  ControllerClient scheduler_;
  ControllerClient kubelet_;
  PodStageTable stages_;
  PodNode node_;
  std::optional<ResourceIndex> resource_;
  bool paused_ = false;
  Pods pods_;
  std::uint32_t last_ip_ = 0;
  std::uint64_t observer_ = 0;
};

}  // namespace fakeapi
