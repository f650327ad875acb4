// The caches of one API server of several, as who tests a controller wants them: late by some time, or held.
#pragma once
#include <cstdint>
#include <deque>
#include <set>
#include <string_view>

#include "fakeapi/face/http/face.hpp"
#include "fakeapi/frontend.hpp"
#include "operator/seams/clock.hpp"
#include "operator/seams/http_service.hpp"

namespace fakeapi::serve {

/// Moves a frontend on. Each commit is seen by its caches `lag` after it was made, or up to a thousandth of that
/// earlier; those of held kinds stay where they are until they are let go.
///
/// Guarantees those of Frontend: what is shown never goes back, and none of the news is left out. Keeps some thousand
/// marks at most, however much is written. Server and clock outlive it.
class Caches {
 public:
  Caches(Server& server, seams::Clock& clock, seams::Duration lag);
  ~Caches();
  Caches(Caches const&) = delete;
  Caches& operator=(Caches const&) = delete;

  Frontend& frontend() { return frontend_; }
  Frontend const& frontend() const { return frontend_; }
  seams::Duration lag() const { return lag_; }
  /// For what is committed from now on; what is on its way comes when it was to. None: all comes at once.
  void set_lag(seams::Duration lag);

  /// Stops the caches of these kinds and lets all others catch up to where the lag has them.
  void hold_only(std::set<ResourceIndex> kinds);
  /// Stops all caches, those of kinds to come, too.
  void hold_all();

  bool all_held() const { return all_held_; }
  std::set<ResourceIndex> const& held() const { return held_; }

 private:
  struct Mark {
    seams::MonotonicTime due;
    Revision revision;
  };

  bool lags() const { return lag_ > seams::Duration::zero(); }
  void committed(Revision revision);
  void pass_marks();
  void settle();
  void arm();

  Server& server_;
  seams::Clock& clock_;
  Frontend frontend_;
  std::uint64_t observer_;
  seams::Duration lag_{0};
  Revision due_ = 0;        // what the lag lets be seen, while there is one
  std::deque<Mark> marks_;  // what is on its way
  bool all_held_ = false;
  std::set<ResourceIndex> held_;
  seams::ScopedTimer timer_;
};

/// Where the caches of a server can be asked about (GET) and moved (POST), see answer_caches().
inline constexpr std::string_view caches_path = "/fakeapi/caches";

/// The answer to a request for that path. A POST has any of {"held": true, false or ["pods", "deployments.apps"],
/// "lag": "5s", "endWatches": true}; the last ends the watches of `face` as a server does that goes.
seams::HttpResponse answer_caches(Server const& server, Caches& caches, http::Face& face,
                                  seams::HttpRequest const& request);

}  // namespace fakeapi::serve
