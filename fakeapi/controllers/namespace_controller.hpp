// The namespace controller of the fake cluster: empties namespaces that are being deleted, and lets them go.
//
// As in Kubernetes: it begins five seconds after the deletion (DelayUse::namespace_deletion), deletes the objects of
// every namespaced kind, looks what is left, tells that in five conditions, and comes back for the rest: after half the
// time that pods may take to end, or that finalizers are given. When nothing is left it takes off the namespace's own
// finalizer through /finalize. It looks at the server as it is. Refused writes are tried again after longer and longer,
// up to a minute.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/controller_client.hpp"
#include "fakeapi/controllers/namespace_plan.hpp"
#include "fakeapi/controllers/work_queue.hpp"

namespace fakeapi {

class NamespaceController final : public Controller {
 public:
  /// Starts with the namespaces that are there. Server, clock and delays must outlive it; timers run as turns of the
  /// clock's process.
  NamespaceController(Server& server, seams::Clock& clock, DelaySource& delays, Actor actor);
  ~NamespaceController() override;

  void pause() override { queue_.pause(); }
  void resume() override { queue_.resume(); }
  /// Namespaces that are being deleted.
  std::size_t pending() const override { return queue_.size(); }
  std::uint64_t refused_writes() const override { return client_.refused(); }

 private:
  void consider(api::Object const& namespace_);
  SyncOutcome sync(api::ObjectKey const& key);
  NamespaceContent delete_content(api::Object const& namespace_);
  bool delete_kind(api::Resource const& resource, std::string const& namespace_, bool as_collection,
                   std::vector<std::string>& errors);

  Server& server_;
  ControllerClient client_;
  WorkQueue queue_;
  std::uint64_t observer_ = 0;
};

}  // namespace fakeapi
