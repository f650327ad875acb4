#include "fakeapi/serve/retention.hpp"

#include <optional>

namespace fakeapi::serve {

Retention::Retention(Server& server, seams::Clock& clock, seams::Duration keep)
    : server_(server), clock_(clock), keep_(keep) {
  look();
}

void Retention::look() {
  auto const now = clock_.now();
  marks_.emplace_back(now, server_.revision());
  std::optional<Revision> old;
  while (marks_.size() > 1 && marks_.front().first + keep_ <= now) {
    old = marks_.front().second;
    marks_.pop_front();
  }
  if (old && *old > server_.log().compacted()) server_.compact(*old);
  timer_ = seams::ScopedTimer(clock_, now + keep_ / 10, [this] { look(); });
}

}  // namespace fakeapi::serve
