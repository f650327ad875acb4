// Who waits for the next commit: watches of one resource, and reads of a revision yet to come.
#pragma once
#include <cstdint>
#include <vector>

#include "fakeapi/frontend.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/gate.hpp"

namespace fakeapi::http {

/// Opens gates when commits come: as the store has them, or, of an API server whose caches lag, as these take them in.
/// A commit costs nothing where nobody waits.
class CommitGates {
 public:
  /// `frontend` may be null. Both outlive this.
  CommitGates(Server& server, Frontend* frontend);
  ~CommitGates();
  CommitGates(CommitGates const&) = delete;
  CommitGates& operator=(CommitGates const&) = delete;

  /// The gate opens at the next commit to the resource, or to any definition. Then it is forgotten; forget() does so
  /// before.
  void await_commit(ResourceIndex resource, seams::Gate& gate);
  /// The gate opens at the next commit of this revision or a later one, whatever its resource.
  void await_revision(Revision revision, seams::Gate& gate);
  void forget(seams::Gate& gate);
  /// Opens the gates of all that await commits, as if there were one to each.
  void open_watches();

 private:
  struct RevisionWait {
    Revision revision;
    seams::Gate* gate;
  };

  void committed(Commit const& commit);
  std::vector<seams::Gate*>& waiting_for(ResourceIndex resource);

  Server& server_;
  Frontend* frontend_;
  ResourceIndex definitions_;
  std::uint64_t observer_;
  std::uint64_t frontend_observer_ = 0;
  std::vector<std::vector<seams::Gate*>> resources_;  // by their places in the log
  std::vector<RevisionWait> revisions_;
};

}  // namespace fakeapi::http
