// Face one of the fake API server: the abstract Api without bytes, with hook points for faults.
#pragma once
#include <cstdint>
#include <memory>
#include <set>

#include "fakeapi/face/call_hooks.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/api.hpp"
#include "operator/seams/environment.hpp"

namespace fakeapi {

class InProcessWatch;

/// The server's side of all in-process clients: outlives them and every call they make.
struct InProcessFront {
  Server& server;
  /// The server's clock: what is on its way to the server waits on it, and so survives its caller.
  seams::Clock& clock;
  /// Null: nothing ever goes wrong and nothing takes time.
  CallHooks* hooks = nullptr;
  std::uint64_t calls = 0;  ///< made so far, by all clients
  /// The API server that takes the calls which the hooks do not route; null: one without any lag. Outlives the calls
  /// and watches it has taken, as do those that the hooks name.
  Frontend* frontend = nullptr;
};

/// One client in one process. A request that was sent belongs to the front: if the process is destroyed it is applied
/// all the same (or not, as the hooks say), and its answer goes nowhere.
class InProcessApi final : public api::Api {
 public:
  /// `client` is the calling process's environment; its executor's context gives up waiting handlers on shutdown.
  InProcessApi(InProcessFront& front, Actor actor, seams::Environment client);
  ~InProcessApi() override;
  InProcessApi(InProcessApi const&) = delete;
  InProcessApi& operator=(InProcessApi const&) = delete;

  api::AsyncResult<api::Response> call(api::Request request) override;
  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override;

 private:
  friend class InProcessWatch;
  void committed(Commit const& commit);

  InProcessFront& front_;
  Actor actor_;
  seams::Environment client_;
  std::uint64_t observer_;
  ResourceIndex definitions_;
  std::vector<InProcessWatch*> watches_;  // open ones, in the order of their opening
};

}  // namespace fakeapi
