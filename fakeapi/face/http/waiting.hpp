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

  /// The revision of the last commit to a resource since this was made; 0: none.
  Revision last(ResourceIndex resource) const;

 private:
  struct Resource {
    std::vector<seams::Gate*> waiting;
    Revision last = 0;
  };
  struct RevisionWait {
    Revision revision;
    seams::Gate* gate;
  };

  void committed(Commit const& commit);
  Resource& at(ResourceIndex resource);

  Server& server_;
  ResourceIndex definitions_;
  std::uint64_t observer_;
  std::vector<Resource> resources_;
  std::vector<RevisionWait> revisions_;
};

}  // namespace fakeapi::http
