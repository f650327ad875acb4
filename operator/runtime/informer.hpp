// An informer: keeps a cache of one resource by listing it once and watching it from then on.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/api.hpp"
#include "operator/runtime/store.hpp"
#include "operator/seams/environment.hpp"

namespace runtime {

struct InformerOptions {
  api::Resource resource;
  std::string namespace_{};  ///< "": all of them
  std::string label_selector{};
  std::vector<std::string> trim{"metadata.managedFields"};
  std::int64_t page_size = 500;
  unsigned max_pages = 20'000;                              ///< of one list; more is an error
  seams::Duration list_timeout = std::chrono::seconds(60);  ///< for each page
  seams::Duration open_timeout = std::chrono::seconds(30);  ///< for opening a watch
  /// How long a watch is asked to last: at random between these, so that many watches do not reconnect together, and
  /// below the 240 s after which some load balancers drop an idle connection.
  std::chrono::seconds watch_timeout_min{150};
  std::chrono::seconds watch_timeout_max{190};
  seams::Duration idle_grace = std::chrono::seconds(5);  ///< after which a watch that should have ended is dead
  /// Whether the first state comes in the watch itself (KEP-3157) where the server can do that, instead of in pages.
  bool watch_list = false;
  /// How long nothing may come in such a stream before its initial events have ended; then the state is listed in
  /// pages, from then on always.
  seams::Duration watch_list_patience = std::chrono::seconds(30);
  seams::Duration backoff_base = std::chrono::milliseconds(800);
  seams::Duration backoff_cap = std::chrono::seconds(30);
};

struct InformerHandlers {
  /// The cache has changed: `before` null for a new object, `after` null for one that is gone. The store shows the new
  /// state already; of a relist all of it.
  std::function<void(api::ObjectPtr const& before, api::ObjectPtr const& after)> on_change;
  /// The cache has reached this revision (an event, a bookmark or a list), after every on_change that led there.
  std::function<void(api::ResourceVersion)> on_progress;
};

struct InformerStats {
  std::uint64_t lists = 0;    ///< completed, in pages or in a watch
  std::uint64_t relists = 0;  ///< completed, but the first
  std::uint64_t watches = 0;  ///< opened
  std::uint64_t events = 0;   ///< that changed the cache or moved its revision
  std::uint64_t ignored = 0;  ///< events that told nothing new
  std::uint64_t expired = 0;  ///< times the revision was no longer (or not yet) known to the server
  std::uint64_t errors = 0;   ///< failed lists, failed watches and ERROR events
  std::uint64_t exceptions = 0;
  std::optional<seams::MonotonicTime> last_event;  ///< of any kind, also a bookmark or a list
};

/// Lists in pages or in a watch (a quorum read), then watches from the list's revision with bookmarks, resumes from the
/// last revision seen, and lists again when the server no longer knows it.
///
/// Guarantees: every change is announced once, in order, after the store shows it. Deletions that happened while
/// nobody was watching are found by comparison and announced, before what came instead. An object under the same name
/// with another uid is a deletion and an addition. observed_version() never goes back, unless the server itself has
/// (ten lists in a row older than the cache, or the first one after nobody was there: a restored backup, an API server
/// that has begun anew). What is wrong with the server never ends it.
/// Waits between attempts grow to the cap and shrink only by progress: a completed list for lists; for watches an event
/// that moved the revision, or a stream that stood for a while.
/// Lifetime: the environment and the Api outlive it. It is destroyed only when it does not run, or after its
/// coroutine's frame (see stop()).
class Informer {
 public:
  /// `shared`: where it keeps its objects, beside those of other namespaces; outlives it. Null: in a store of its own.
  Informer(seams::Environment const& environment, api::Api& api, InformerOptions options, Store* shared = nullptr);
  Informer(Informer const&) = delete;
  Informer& operator=(Informer const&) = delete;

  /// Adds a subscriber; before start().
  void subscribe(InformerHandlers handlers);
  void start();
  /// Ends the coroutine at its next wait; `stopped` is called in a turn of its own when it has ended. Once.
  void stop(std::function<void()> stopped);

  api::Resource const& resource() const { return options_.resource; }
  std::string const& namespace_() const { return options_.namespace_; }
  Store const& store() const { return store_; }
  /// How many objects there it keeps.
  std::size_t size() const { return size_; }
  /// A first list has been completed. Stays true.
  bool synced() const { return synced_; }
  /// The last attempt to reach the server worked, or failed in a way that happens.
  bool healthy() const { return trouble_.empty(); }
  /// Why it is not healthy; "" if it is.
  std::string const& trouble() const { return trouble_; }
  /// The cache shows at least this revision.
  api::ResourceVersion observed_version() const { return version_; }
  bool running() const { return running_; }
  InformerStats const& stats() const { return stats_; }

 private:
  /// What to do after a list or a watch has ended.
  struct Verdict {
    enum class Wait : std::uint8_t { none, if_repeated, backoff };
    bool relist = false;
    Wait wait = Wait::none;
    /// Whose failure it was; counts it. Null: nobody's.
    unsigned* failures = nullptr;
    seams::Duration at_least{0};
  };
  struct Change {
    api::ObjectPtr before;
    api::ObjectPtr after;
  };
  struct Listed {
    api::ResourceVersion version = api::ResourceVersion::none;
    std::vector<api::ObjectPtr> items;
  };

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> pause(Verdict verdict);
  boost::asio::awaitable<Verdict> list_once();
  boost::asio::awaitable<api::Result<Listed>> list_pages();
  boost::asio::awaitable<void> announce(std::vector<Change> changes);
  /// Takes over what was listed; the verdict if it is no good.
  boost::asio::awaitable<std::optional<Verdict>> accept(Listed listed);
  boost::asio::awaitable<Verdict> watch_list_once();
  /// Reads initial events up to their end; nothing if the stream is not to be used on.
  boost::asio::awaitable<std::expected<Listed, Verdict>> initial_events(api::Watch& watch);
  boost::asio::awaitable<Verdict> watch_once();
  /// Applies what a stream brings until it ends. `timeout`: what the server was asked for when it was opened.
  boost::asio::awaitable<Verdict> consume(api::Watch& watch, seams::MonotonicTime opened_at, seams::Duration timeout);
  api::WatchOptions watch_options();
  boost::asio::awaitable<void> yield_turn();

  std::vector<Change> replace(std::vector<api::ObjectPtr> const& items);
  /// False if the event makes no sense.
  bool apply(api::WatchEvent const& event);
  void apply_upsert(api::ObjectPtr const& object);
  void apply_deletion(api::ObjectPtr const& object);
  /// The cache shows this revision from now on.
  void reached(api::ResourceVersion version);
  api::ObjectPtr put(api::ObjectPtr object);
  void erase(api::ObjectKey const& key);
  void notify(api::ObjectPtr const& before, api::ObjectPtr const& after);
  void notify_progress();

  Verdict list_failed(api::Error const& error);
  enum class Where : std::uint8_t { opening, connection, event };
  Verdict watch_failed(api::Error const& error, Where where);
  void report(char const* verb, api::Error const& error, unsigned failures);
  void report_bug(std::exception const& bug);
  void ended(std::exception_ptr const& error);

  seams::Environment environment_;
  api::Api& api_;
  InformerOptions options_;
  std::vector<InformerHandlers> handlers_;
  Store own_store_;
  Store& store_;
  std::size_t size_ = 0;
  api::ResourceVersion version_ = api::ResourceVersion::none;
  bool synced_ = false;
  bool running_ = false;
  bool begun_ = false;  ///< the coroutine has had its first turn: before, a cancellation would break it
  bool stopping_ = false;
  std::string trouble_;
  bool watch_list_ = false;      ///< it is wanted, and the server has not shown that it cannot
  bool stream_trouble_ = false;  ///< it came in a stream, so opening another one does not end it
  unsigned list_failures_ = 0;   ///< since the last completed list
  unsigned watch_failures_ = 0;  ///< since the last progress of a watch
  unsigned older_lists_ = 0;     ///< lists in a row that were older than the cache
  InformerStats stats_;
  boost::asio::cancellation_signal cancel_;
  std::function<void()> stopped_;
};

}  // namespace runtime
