// What one server consists of, and the one way to change it.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "fakeapi/semantics/definition.hpp"
#include "fakeapi/semantics/identity.hpp"
#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/server.hpp"
#include "fakeapi/store/log.hpp"

namespace fakeapi {

struct State {
  explicit State(ServerOptions options);

  /// Writes an object: gives it the next revision, tells the observers, and lets the registry follow a definition.
  api::ObjectPtr put(Served const& served, api::Object object, RequestContext const& context);
  /// What the watch cache of a resource has taken in, at this frontend or without any lag.
  Revision cache_revision(Served const& served, Frontend const* frontend) const;
  /// Deletes an object that is there.
  void erase(Served const& served, api::ObjectKey const& key, RequestContext const& context);

  ServerOptions const options;  ///< `definitions` in it may be null, the member below never is

  Log log;
  Registry registry;
  IdentitySource identities;
  std::shared_ptr<DefinitionCache> definitions;
  std::vector<std::pair<std::uint64_t, std::function<void(Commit const&)>>> observers;
  std::uint64_t last_observer = 0;

 private:
  void committed(Commit const& commit, RequestContext const& context);
  void note_age(Revision revision, seams::WallTime now);
  void compact_before(seams::WallTime time);

  // When the commits of a stretch of time were made; only with options.retained_age.
  struct Age {
    seams::WallTime first;
    seams::WallTime last;
    Revision revision;  // of the last one
  };
  std::deque<Age> ages_;
};

/// The seconds of a moment, as timestamps carry them.
inline api::Timestamp to_timestamp(seams::WallTime time) { return std::chrono::floor<std::chrono::seconds>(time); }

}  // namespace fakeapi
