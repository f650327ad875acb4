// Who waits for the next commit: watches of one resource, and reads of a revision yet to come.
#pragma once
#include <cstdint>
#include <vector>

#include "fakeapi/server.hpp"
#include "operator/seams/gate.hpp"

namespace fakeapi::http {

/// Opens gates when commits come. A commit costs nothing where nobody waits.
class CommitGates {
 public:
  explicit CommitGates(Server& server);
  ~CommitGates();
  CommitGates(CommitGates const&) = delete;
  CommitGates& operator=(CommitGates const&) = delete;

  /// The gate opens at the next commit to the resource, or to any definition. Then it is forgotten; forget() does so
  /// before.
  void await_commit(ResourceIndex resource, seams::Gate& gate);
  void await_revision(Revision revision, seams::Gate& gate);
  void forget(seams::Gate& gate);

 private:
  struct RevisionWait {
    Revision revision;
    seams::Gate* gate;
  };

  void committed(Commit const& commit);
  std::vector<seams::Gate*>& waiting_for(ResourceIndex resource);

  Server& server_;
  ResourceIndex definitions_;
  std::uint64_t observer_;
  std::vector<std::vector<seams::Gate*>> resources_;  // by their places in the log
  std::vector<RevisionWait> revisions_;
};

}  // namespace fakeapi::http
