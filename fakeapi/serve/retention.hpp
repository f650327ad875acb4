// How long a served store remembers: history older than some minutes is compacted.
#pragma once
#include <deque>
#include <utility>

#include "fakeapi/server.hpp"
#include "operator/seams/clock.hpp"

namespace fakeapi::serve {

class Retention {
 public:
  /// Keeps the history of the last `keep`, and up to a tenth of that more. Server and clock outlive it.
  Retention(Server& server, seams::Clock& clock, seams::Duration keep);

 private:
  void look();

  Server& server_;
  seams::Clock& clock_;
  seams::Duration keep_;
  // Which revision was the last one when, the oldest first; one for each look.
  std::deque<std::pair<seams::MonotonicTime, Revision>> marks_;
  seams::ScopedTimer timer_;
};

}  // namespace fakeapi::serve
