// The fake API server's core: typed requests in, responses out. No bytes, no coroutines, no clock of its own.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/semantics/watch_cursor.hpp"
#include "fakeapi/store/log.hpp"
#include "operator/api/error.hpp"
#include "operator/api/request.hpp"
#include "operator/api/watch.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

class DefinitionCache;
class Frontend;
class Registry;
struct State;

/// Which server's behaviour: 1.20, for which there are recordings of a real one, or what clients of 1.32 expect.
enum class Profile : std::uint8_t { v1_20, modern };

struct ServerOptions {
  Profile profile = Profile::v1_20;
  /// Tracks who owns which field (managedFields), as real servers always do. Without it server-side apply is refused;
  /// simulations and benchmarks of operators that never apply do without.
  bool field_management = false;
  /// How many log entries are kept for watches and old lists before the oldest are compacted; 0: all.
  std::size_t retained_entries = 0;
  /// How old an entry must be before it may be compacted, by the clock of the requests; 0: none is for its age. What
  /// is older goes at the latest with the first commit a few percent of this time later, or by compact_before().
  seams::Duration retained_age{0};
  /// The most bytes of JSON that an object may have; 0: any number. (etcd takes 1.5 MiB.)
  std::size_t largest_object = 0;
  /// Puts lists from watch caches and the first events of watches into an order of chance, as real servers do; 0: they
  /// come in the order of their keys. Answers to the same requests in the same order are the same.
  std::uint64_t shuffle_seed = 0;
  /// Makes the uids, so that two runs give the same ones.
  std::uint64_t uid_seed = 1;
  /// When the server was started: the age of its first namespaces.
  seams::WallTime started{};
  /// Compiled definitions, to be shared by servers of one thread that are given the same definition; null: none shared.
  std::shared_ptr<DefinitionCache> definitions = nullptr;
};

/// An empty cache for ServerOptions::definitions.
std::shared_ptr<DefinitionCache> make_definition_cache();

/// What an answer has besides its content.
struct Report {
  bool created = false;  ///< 201: the object is new
  /// For `Warning: 299` headers, in order.
  std::vector<std::string> warnings;
};

/// What comes with a request besides its content.
struct RequestContext {
  Actor actor = Actor::server;
  /// A number of the caller's choice that the commits of this request carry; 0: none.
  std::uint64_t cause = 0;
  /// The server's calendar time at which the request arrives.
  seams::WallTime now;
  /// Who writes, for managedFields, when the request's field_manager is empty: User-Agent up to the first "/".
  std::string_view default_manager = "unknown";
  /// The API server that takes the request: its caches answer what need not be the latest. Null: one without any lag.
  Frontend const* frontend = nullptr;
  /// Keys that the body had more than once ("spec.replicas"), found where it was read: for field_validation. Null:
  /// none.
  std::vector<std::string> const* duplicate_fields = nullptr;
  /// Filled in when not null.
  Report* report = nullptr;
};

template <class T>
using Result = std::expected<T, api::Error>;

class Server {
 public:
  /// Starts with the namespaces default, kube-system, kube-public and kube-node-lease.
  explicit Server(ServerOptions options);
  ~Server();
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  /// Carries out any request but a watch, atomically.
  Result<api::Response> execute(api::Request const& request, RequestContext const& context);

  /// Validates a watch request and places its cursor. The first next_event() calls give the synthetic ADDED events if
  /// the request asked for them. A revision that has been compacted is no error here: like the real server's, the
  /// stream opens and its only event is the ERROR. The cursor sees what the frontend of the context sees.
  Result<std::unique_ptr<WatchCursor>> open_watch(api::Request const& request, RequestContext const& context = {});

  /// The next event for this watch from revisions up to `up_to`, or nothing if there is none yet. An event of type
  /// error (410 Expired) if the position has been compacted meanwhile; nothing ever follows it.
  std::optional<api::WatchEvent> next_event(WatchCursor& cursor, Revision up_to) const;
  /// The BOOKMARK that this watch may be sent, or nothing: the client takes none, has not been told all there is up to
  /// `up_to`, or the watch cache has not moved since the watch began. The caller's clock says when one is due: once
  /// a minute, and two seconds before the end of the watch.
  std::optional<api::WatchEvent> bookmark(WatchCursor const& cursor, Revision up_to) const;
  /// Nothing will come any more: the definition of the watched resource is gone or another one, or an error event has
  /// gone out. The stream is to be ended in good order once next_event() gives nothing.
  bool watch_ended(WatchCursor const& cursor) const;

  /// The revision of the last commit, of any kind.
  Revision revision() const;
  /// Forgets history up to and including this revision: watches and lists from before it answer 410.
  void compact(Revision revision);
  /// Forgets history that was made before this time, which only servers with a retained_age know: for servers to which
  /// nothing is written for long.
  void compact_before(seams::WallTime time);

  /// Calls back after each commit, in the order of registration, before execute() returns. An observer must not call
  /// execute() from there, but may schedule it. Returns a number for remove_observer().
  std::uint64_t add_observer(std::function<void(Commit const&)> observer);
  void remove_observer(std::uint64_t id);

  Log const& log() const;
  /// What is served now.
  Registry const& registry() const;
  Profile profile() const;
  /// The place of a served resource in the log; nothing if it is not served. Stays the same when a definition is
  /// replaced.
  std::optional<ResourceIndex> index_of(api::Resource const& resource) const;
  /// The object now, or null, past all API semantics: for controllers, invariants and tests.
  api::ObjectPtr find(api::Resource const& resource, api::ObjectKey const& key) const;
  void for_each(api::Resource const& resource, std::function<void(api::ObjectPtr const&)> const& visit) const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace fakeapi
