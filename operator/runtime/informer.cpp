// The coroutine of the informer: listing, watching, waiting. What it does to the cache is in informer_cache.cpp.
#include "operator/runtime/informer.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "operator/runtime/backoff.hpp"
#include "operator/runtime/root.hpp"
#include "operator/seams/check.hpp"

namespace runtime {
namespace asio = boost::asio;

namespace {

/// A turn handles this many objects, then lets others have theirs.
constexpr std::size_t objects_per_turn = 100;
/// A stream that stood this long has worked, even if it had nothing to tell.
constexpr seams::Duration steady = std::chrono::seconds(5);
constexpr seams::Duration retry_after_cap = std::chrono::seconds(30);
constexpr unsigned older_lists_limit = 10;
/// Failures in a row after which the informer calls itself unhealthy.
constexpr unsigned failures_tolerated = 3;

bool is_end_of_initial_events(api::Object const& bookmark) {
  auto const* const value = bookmark.metadata.annotations->find("k8s.io/initial-events-end");
  return value != nullptr && *value == "true";
}

bool must_relist(api::Error const& error) { return error.is_expired() || error.is_too_large_resource_version(); }

}  // namespace

Informer::Informer(seams::Environment const& environment, api::Api& api, InformerOptions options, Store* shared)
    : environment_(environment),
      api_(api),
      options_(std::move(options)),
      store_(shared == nullptr ? own_store_ : *shared),
      watch_list_(options_.watch_list) {}

void Informer::subscribe(InformerHandlers handlers) {
  seams::check(!running_, "subscribers come before the start");
  handlers_.push_back(std::move(handlers));
}

void Informer::start() {
  seams::check(!running_ && !stopping_, "an informer is started once");
  running_ = true;
  spawn_root(environment_.executor, run(), cancel_.slot(), [this](std::exception_ptr const& error) { ended(error); });
}

void Informer::stop(std::function<void()> stopped) {
  seams::check(!stopping_, "an informer is stopped once");
  stopping_ = true;
  if (!running_) {
    asio::post(environment_.executor, std::move(stopped));
    return;
  }
  stopped_ = std::move(stopped);
  if (begun_) cancel_.emit(asio::cancellation_type::terminal);
}

void Informer::ended(std::exception_ptr const& error) {
  running_ = false;
  // run() catches everything; what comes here is a failure of the coroutine machinery itself (no memory).
  if (error) environment_.log.error("informer ended by an exception", {{"resource", options_.resource.qualified()}});
  auto const stopped = std::exchange(stopped_, {});
  if (stopped) stopped();  // last: it may destroy this
}

boost::asio::awaitable<void> Informer::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  begun_ = true;
  bool relist = true;
  while (!stopping_) {
    Verdict verdict;
    try {
      if (relist && watch_list_) {
        verdict = co_await watch_list_once();
      } else if (relist) {
        verdict = co_await list_once();
      } else {
        verdict = co_await watch_once();
      }
    } catch (std::exception const& bug) {
      report_bug(bug);
      verdict = Verdict{true, Verdict::Wait::backoff, &watch_failures_, {}};
    }
    relist = verdict.relist;
    if (!stopping_) co_await pause(verdict);
  }
}

boost::asio::awaitable<void> Informer::pause(Verdict verdict) {
  unsigned const failures = verdict.failures == nullptr ? 0 : ++*verdict.failures;
  unsigned step = failures == 0 ? 0 : failures - 1;
  if (verdict.wait == Verdict::Wait::none) co_return;
  if (verdict.wait == Verdict::Wait::if_repeated) {
    if (step == 0) co_return;
    --step;
  }
  seams::Duration wait = exponential(options_.backoff_base, options_.backoff_cap, step);
  wait -= random_duration(environment_.random, wait, seams::RandomUse::informer_backoff);
  wait = std::max(wait, std::min(verdict.at_least, retry_after_cap));
  co_await seams::sleep_until(environment_.clock, environment_.clock.now() + wait);
}

boost::asio::awaitable<void> Informer::yield_turn() {
  // Given an executor, post() would take two turns.
  co_await asio::post(asio::use_awaitable);
}

boost::asio::awaitable<api::Result<Informer::Listed>> Informer::list_pages() {
  Listed listed;
  std::string token;
  for (unsigned page = 0; page < options_.max_pages; ++page) {
    api::ListOptions options;
    options.label_selector = options_.label_selector;
    options.limit = options_.page_size;
    options.continue_token = std::move(token);
    options.trim = options_.trim;
    options.deadline = environment_.clock.now() + options_.list_timeout;
    auto answer = co_await api_.list(options_.resource, options_.namespace_, std::move(options));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    // All pages show the same revision; should a server not keep to that, the first is the one to watch from.
    if (page == 0) listed.version = answer->resource_version;
    for (std::size_t done = 0; auto& item : answer->items) {
      if (done++ % objects_per_turn == objects_per_turn - 1) co_await yield_turn();
      if (item) listed.items.push_back(std::move(item));
    }
    if (stopping_ || answer->continue_token.empty()) co_return listed;
    token = std::move(answer->continue_token);
  }
  api::Error error;
  error.message = "the list has more pages than " + std::to_string(options_.max_pages);
  co_return std::unexpected(std::move(error));
}

boost::asio::awaitable<Informer::Verdict> Informer::list_once() {
  auto listed = co_await list_pages();
  if (stopping_) co_return Verdict{};
  if (!listed) co_return list_failed(listed.error());
  auto const refused = co_await accept(*std::move(listed));
  co_return refused.value_or(Verdict{});
}

boost::asio::awaitable<std::optional<Informer::Verdict>> Informer::accept(Listed listed) {
  if (listed.version == api::ResourceVersion::none) {
    // A watch from nowhere begins with what there is, in any order of revisions.
    api::Error error;
    error.message = "a list without resourceVersion";
    co_return list_failed(error);
  }
  if (listed.version < version_ && ++older_lists_ < older_lists_limit) {
    api::Error error;
    error.message = "the list is of revision " + std::to_string(to_number(listed.version)) +
                    ", older than the cache: an API server that lags behind";
    co_return list_failed(error);
  }
  if (older_lists_ >= older_lists_limit) {
    environment_.log.warning("the server's revisions have gone back, taking its state as it is",
                             {{"resource", options_.resource.qualified()}});
  }
  older_lists_ = 0;
  list_failures_ = 0;
  trouble_.clear();
  ++stats_.lists;
  if (synced_) ++stats_.relists;
  stats_.last_event = environment_.clock.now();
  version_ = listed.version;
  co_await announce(replace(listed.items));
  if (stopping_) co_return Verdict{};
  synced_ = true;
  notify_progress();
  co_return std::nullopt;
}

boost::asio::awaitable<void> Informer::announce(std::vector<Change> changes) {
  for (std::size_t done = 0; Change const& change : changes) {
    if (done++ % objects_per_turn == objects_per_turn - 1) co_await yield_turn();
    if (stopping_) co_return;
    notify(change.before, change.after);
  }
}

api::WatchOptions Informer::watch_options() {
  auto const spread = static_cast<std::uint64_t>((options_.watch_timeout_max - options_.watch_timeout_min).count());
  api::WatchOptions options;
  options.label_selector = options_.label_selector;
  options.timeout = options_.watch_timeout_min +
                    std::chrono::seconds(environment_.random.below(spread + 1, seams::RandomUse::watch_timeout));
  options.trim = options_.trim;
  options.deadline = environment_.clock.now() + options_.open_timeout;
  return options;
}

boost::asio::awaitable<std::expected<Informer::Listed, Informer::Verdict>> Informer::initial_events(api::Watch& watch) {
  struct Newest {
    api::ObjectPtr object;  // null: it is gone
    api::ResourceVersion version = api::ResourceVersion::none;
  };
  std::map<api::ObjectKey, Newest> objects;
  for (std::size_t events = 1;; ++events) {
    if (events % objects_per_turn == 0) co_await yield_turn();
    auto next = co_await watch.next(environment_.clock.now() + options_.watch_list_patience);
    if (stopping_) co_return std::unexpected(Verdict{});
    if (!next) {
      if (!next.error().is(api::Reason::deadline_exceeded)) co_return std::unexpected(list_failed(next.error()));
      environment_.log.warning("the initial events of a watch did not end, listing in pages from now on",
                               {{"resource", options_.resource.qualified()}, {"objects", objects.size()}});
      watch_list_ = false;
      co_return std::unexpected(Verdict{.relist = true});
    }
    api::Error error;
    error.message = "a watch ended before its initial events did";
    if (!*next) co_return std::unexpected(list_failed(error));
    api::WatchEvent const& event = **next;
    if (event.type == api::WatchEventType::error)
      co_return std::unexpected(list_failed(event.error.value_or(api::Error{})));
    error.message = "a watch event without object";
    if (!event.object) co_return std::unexpected(list_failed(error));
    api::ResourceVersion const version = event.object->metadata.resource_version;
    if (event.type != api::WatchEventType::bookmark) {
      // One that is not newer than the last of its object is a repetition.
      Newest& newest = objects[event.object->key()];
      bool const gone = event.type == api::WatchEventType::deleted;
      if (version > newest.version) newest = {gone ? nullptr : event.object, version};
    } else if (is_end_of_initial_events(*event.object)) {
      Listed listed{version, {}};
      for (auto& [key, newest] : objects) {
        if (newest.object) listed.items.push_back(std::move(newest.object));
      }
      co_return listed;
    }
  }
}

boost::asio::awaitable<Informer::Verdict> Informer::watch_list_once() {
  auto options = watch_options();
  options.send_initial_events = true;
  options.match = api::ResourceVersionMatch::not_older_than;
  seams::Duration const timeout = options.timeout;
  auto opened = co_await api_.watch(options_.resource, options_.namespace_, std::move(options));
  if (stopping_) co_return Verdict{};
  if (!opened) {
    api::Error const& error = opened.error();
    bool const unknown_to_it = error.is(api::Reason::invalid) || error.is(api::Reason::bad_request);
    if (!unknown_to_it) co_return list_failed(error);
    environment_.log.info("the server does not list in a watch, listing in pages",
                          {{"resource", options_.resource.qualified()}});
    watch_list_ = false;
    co_return Verdict{.relist = true};
  }
  ++stats_.watches;
  auto const watch = std::move(*opened);
  seams::MonotonicTime const opened_at = environment_.clock.now();
  auto listed = co_await initial_events(*watch);
  if (!listed) co_return listed.error();
  if (auto const refused = co_await accept(*std::move(listed))) co_return *refused;
  co_return co_await consume(*watch, opened_at, timeout);
}

boost::asio::awaitable<Informer::Verdict> Informer::watch_once() {
  auto options = watch_options();
  options.resource_version = version_;
  seams::Duration const timeout = options.timeout;
  auto opened = co_await api_.watch(options_.resource, options_.namespace_, std::move(options));
  if (stopping_) co_return Verdict{};
  if (!opened) co_return watch_failed(opened.error(), Where::opening);
  ++stats_.watches;
  if (!stream_trouble_) trouble_.clear();
  auto const watch = std::move(*opened);
  co_return co_await consume(*watch, environment_.clock.now(), timeout);
}

boost::asio::awaitable<Informer::Verdict> Informer::consume(api::Watch& watch, seams::MonotonicTime opened_at,
                                                            seams::Duration timeout) {
  // One deadline for the whole stream: the server should have ended it by then, so the connection is dead.
  seams::MonotonicTime const deadline = opened_at + timeout + options_.idle_grace;
  for (std::size_t events = 1;; ++events) {
    if (events % objects_per_turn == 0) co_await yield_turn();
    auto next = co_await watch.next(deadline);
    if (stopping_) co_return Verdict{};
    if (next && *next && (*next)->type != api::WatchEventType::error) {
      if (apply(**next)) continue;
      api::Error error;
      error.message = "a watch event without object or resourceVersion";
      Verdict verdict = watch_failed(error, Where::event);
      verdict.relist = true;
      co_return verdict;
    }
    bool const stood = environment_.clock.now() - opened_at >= steady;
    if (stood) {
      watch_failures_ = 0;
      trouble_.clear();
    }
    if (!next) {
      if (!next.error().is(api::Reason::deadline_exceeded)) co_return watch_failed(next.error(), Where::connection);
      co_return Verdict{};
    }
    if (!*next) {
      // The server's good right. Again and again at once it is not: then it counts as a failure.
      if (stood) co_return Verdict{};
      co_return Verdict{false, Verdict::Wait::if_repeated, &watch_failures_, {}};
    }
    co_return watch_failed((*next)->error.value_or(api::Error{}), Where::event);
  }
}

Informer::Verdict Informer::list_failed(api::Error const& error) {
  ++stats_.errors;
  // A page token that has expired says nothing about the server's health: from the first page again.
  bool const expired = must_relist(error);
  if (expired) ++stats_.expired;
  report("list", error, list_failures_ + 1);
  stream_trouble_ = false;
  return {true, expired ? Verdict::Wait::if_repeated : Verdict::Wait::backoff, &list_failures_,
          error.retry_after.value_or(std::chrono::seconds(0))};
}

Informer::Verdict Informer::watch_failed(api::Error const& error, Where where) {
  if (must_relist(error)) {
    ++stats_.expired;
    environment_.log.info("the server no longer knows the revision, listing again",
                          {{"resource", options_.resource.qualified()}, {"version", to_number(version_)}});
    return {true, Verdict::Wait::if_repeated, &watch_failures_, {}};
  }
  ++stats_.errors;
  report("watch", error, watch_failures_ + 1);
  stream_trouble_ = where != Where::opening;
  // Resume; but an ERROR event that comes again at the same revision may do so for ever, and a request that the
  // server does not understand does not get better either. Where nobody was, another history may be next: a server that
  // has begun anew, a restored backup. A watch from a revision of ours would be silent there until it has come about
  // once more, and miss all before.
  bool const nobody_there = where == Where::opening && error.is(api::Reason::connection_failed);
  if (nobody_there) older_lists_ = older_lists_limit - 1;  // what is listed then is how it is
  bool const relist = nobody_there || (where == Where::event && watch_failures_ > 0) ||
                      error.is(api::Reason::not_found) || error.is(api::Reason::bad_request) ||
                      error.is(api::Reason::invalid);
  return {relist, Verdict::Wait::backoff, &watch_failures_, error.retry_after.value_or(std::chrono::seconds(0))};
}

void Informer::report(char const* verb, api::Error const& error, unsigned failures) {
  std::string const resource = options_.resource.qualified();
  std::string const what = error.to_string();
  char const* hint = "";
  if (error.is(api::Reason::forbidden)) {
    hint = "the operator's role must allow this verb on this resource";
  } else if (error.is(api::Reason::unauthorized)) {
    hint = "the operator's credentials are not accepted";
  } else if (error.is(api::Reason::not_found)) {
    hint = "the resource is not served: is its custom resource definition installed?";
  }
  if (*hint != '\0' || failures >= failures_tolerated) {
    trouble_ = std::string(verb) + " " + resource;
    if (!options_.namespace_.empty()) trouble_ += " in the namespace " + options_.namespace_;
    trouble_ += ": " + what;
  }
  environment_.log.warning("an informer's call failed", {{"verb", verb},
                                                         {"resource", resource},
                                                         {"namespace", options_.namespace_},
                                                         {"error", what},
                                                         {"hint", hint},
                                                         {"failures_in_a_row", failures}});
}

}  // namespace runtime
