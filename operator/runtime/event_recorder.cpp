#include "operator/runtime/event_recorder.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/runtime/backoff.hpp"
#include "operator/runtime/root.hpp"
#include "operator/seams/check.hpp"

namespace runtime {
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr seams::Duration silence = std::chrono::minutes(1);
constexpr seams::Duration longest_wait = std::chrono::minutes(1);

std::string namespace_of(EventNote const& note) {
  return note.key.namespace_.empty() ? "default" : note.key.namespace_;
}

json::string time_text(seams::WallTime time) {
  return json::string(api::format_timestamp(std::chrono::floor<std::chrono::seconds>(time)));
}

json::object involved_object(EventNote const& note) {
  json::object involved;
  involved.emplace("apiVersion", json::string(note.api_version));
  involved.emplace("kind", json::string(note.kind));
  if (!note.key.namespace_.empty()) involved.emplace("namespace", json::string(note.key.namespace_));
  involved.emplace("name", json::string(note.key.name));
  involved.emplace("uid", json::string(note.uid));
  involved.emplace("resourceVersion", std::to_string(api::to_number(note.resource_version)));
  return involved;
}

/// Another moment may find the server in a better state. An answer that says no will say no again.
bool is_worth_a_retry(api::Error const& error) {
  return error.is(api::Reason::connection_failed) || error.is(api::Reason::deadline_exceeded) ||
         error.is(api::Reason::too_many_requests) || error.code >= 500;
}

}  // namespace

api::ObjectPtr new_event(EventNote const& note, EventCorrelator::Decision const& decision,
                         std::string const& component) {
  auto event = std::make_shared<api::Object>();
  event->api_version = "v1";
  event->kind = "Event";
  event->metadata.name = decision.name;
  event->metadata.namespace_ = namespace_of(note);
  json::object fields;
  fields.emplace("involvedObject", involved_object(note));
  fields.emplace("reason", json::string(cut_text(note.reason, EventLimits{}.reason_bytes)));
  fields.emplace("message", json::string(decision.message));
  fields.emplace("type", note.warning ? "Warning" : "Normal");
  fields.emplace("firstTimestamp", time_text(decision.first));
  fields.emplace("lastTimestamp", time_text(decision.last));
  fields.emplace("count", decision.count);
  fields.emplace("source", json::object{{"component", json::string(component)}});
  fields.emplace("reportingComponent", json::string(component));
  fields.emplace("reportingInstance", "");
  event->rest = api::share(json::value(std::move(fields)));
  return event;
}

api::MergePatch counted_event(EventCorrelator::Decision const& decision) {
  return {api::share(json::object{{"count", decision.count},
                                  {"lastTimestamp", time_text(decision.last)},
                                  {"message", json::string(decision.message)}})};
}

EventRecorder::EventRecorder(seams::Environment const& environment, api::Api& api, EventRecorderOptions options)
    : environment_(environment), api_(api), options_(std::move(options)), correlator_(options_.limits) {}

void EventRecorder::record(EventNote note) {
  using Kind = EventCorrelator::Decision::Kind;
  ++stats_.noted;
  Item item{std::move(note), {}};
  item.decision = correlator_.decide(item.note, environment_.clock.now(), environment_.clock.wall_now());
  if (item.decision.combined) ++stats_.combined;
  if (item.decision.kind == Kind::drop) return lost(stats_.spam, item, "there are too many about this object");
  if (stopping_) return lost(stats_.too_late, item, "the operator ends");
  // One that waits to be sent already is told as it is by now.
  auto const waiting = std::ranges::find(queue_, item.decision.name, [](auto const& one) { return one.decision.name; });
  if (waiting != queue_.end()) {
    item.decision.kind = waiting->decision.kind;
    *waiting = std::move(item);
    return;
  }
  if (queue_.size() >= options_.most_queued) {
    if (item.decision.kind == Kind::create) correlator_.forget(item.decision.event);
    return lost(stats_.queue_full, item, "too many wait to be sent");
  }
  queue_.push_back(std::move(item));
  start();
}

void EventRecorder::start() {
  if (running_) return;
  running_ = true;
  begun_ = false;
  spawn_root(environment_.executor, run(), cancel_.slot(), [this](std::exception_ptr const& bug) { ended(bug); });
}

void EventRecorder::stop(std::function<void()> stopped) {
  seams::check(!stopping_, "a recorder is stopped once");
  stopping_ = true;
  drain_until_ = environment_.clock.now() + options_.drain_limit;
  if (!running_) {
    asio::post(environment_.executor, std::move(stopped));
    return;
  }
  stopped_ = std::move(stopped);
  if (begun_) cancel_.emit(asio::cancellation_type::terminal);  // ends a wait; a write goes on to its answer
}

asio::awaitable<void> EventRecorder::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  begun_ = true;
  while (!queue_.empty()) {
    Item item = std::move(queue_.front());
    queue_.pop_front();
    if (environment_.clock.now() >= drain_until_) {
      lost(stats_.too_late, item, "the operator ends");
      continue;
    }
    co_await send(std::move(item));
  }
}

asio::awaitable<api::Result<api::ObjectPtr>> EventRecorder::store(Item const& item) {
  api::WriteOptions options;
  options.field_manager = options_.component;
  options.not_after = item.note.not_after;
  options.deadline = std::min(environment_.clock.now() + options_.call_timeout, drain_until_);
  if (item.decision.kind == EventCorrelator::Decision::Kind::count) {
    auto answer = co_await api_.patch(api::events, {namespace_of(item.note), item.decision.name},
                                      counted_event(item.decision), api::Subresource::none, options);
    // The server keeps Events for an hour; the count goes on.
    if (answer || !answer.error().is(api::Reason::not_found)) co_return answer;
  }
  auto answer = co_await api_.create(api::events, new_event(item.note, item.decision, options_.component), options);
  // The answer to an earlier attempt was lost.
  if (!answer && answer.error().is(api::Reason::already_exists)) co_return api::ObjectPtr();
  co_return answer;
}

asio::awaitable<void> EventRecorder::send(Item item) {
  using Kind = EventCorrelator::Decision::Kind;
  bool const create = item.decision.kind == Kind::create;
  for (unsigned attempt = 1;; ++attempt) {
    auto const answer = co_await store(item);
    if (answer) {
      ++(create ? stats_.created : stats_.counted);
      co_return;
    }
    api::Error const& error = answer.error();
    bool const again = is_worth_a_retry(error) && attempt < options_.tries && !stopping_;
    if (!again) {
      if (create) correlator_.forget(item.decision.event);
      bool const late = error.is(api::Reason::not_after_passed) || error.is(api::Reason::cancelled) || stopping_;
      lost(late                      ? stats_.too_late
           : is_worth_a_retry(error) ? stats_.unreachable
                                     : stats_.refused,
           item, error.to_string());
      co_return;
    }
    seams::Duration wait =
        std::max<seams::Duration>(options_.retry_after, error.retry_after.value_or(std::chrono::seconds(0)));
    wait = std::min(wait, longest_wait);
    // Many operators lose the same server at the same moment: the first wait sets them apart.
    if (attempt == 1) wait -= random_duration(environment_.random, wait, seams::RandomUse::retry_backoff);
    co_await seams::sleep_until(environment_.clock, environment_.clock.now() + wait);
  }
}

void EventRecorder::ended(std::exception_ptr const& bug) {
  running_ = false;
  if (bug) std::rethrow_exception(bug);
  auto const stopped = std::exchange(stopped_, {});
  if (stopped) stopped();
}

void EventRecorder::lost(std::uint64_t& count, Item const& item, std::string const& why) {
  ++count;
  seams::MonotonicTime const now = environment_.clock.now();
  if (now < quiet_until_) return;
  quiet_until_ = now + silence;
  environment_.log.warning("an Event could not be stored; others in the next minute are only counted",
                           {{"kind", item.note.kind},
                            {"namespace", item.note.key.namespace_},
                            {"name", item.note.key.name},
                            {"reason", item.note.reason},
                            {"why", why}});
}

void EventRecorder::collect(seams::Metrics& metrics) const {
  metrics.counter("event_recorder_notes_total", "Notes about objects", {}, stats_.noted);
  metrics.counter("event_recorder_combined_total", "Notes told as one of several similar ones", {}, stats_.combined);
  for (auto const& [how, count] : {std::pair{"created", stats_.created}, {"counted", stats_.counted}}) {
    metrics.counter("event_recorder_events_total", "Events that were created, and those that were counted up",
                    {{"operation", how}}, count);
  }
  for (auto const& [why, count] : {std::pair{"spam", stats_.spam},
                                   {"queue_full", stats_.queue_full},
                                   {"refused", stats_.refused},
                                   {"unreachable", stats_.unreachable},
                                   {"too_late", stats_.too_late}}) {
    metrics.counter("event_recorder_dropped_total", "Notes that nobody hears of", {{"why", why}}, count);
  }
  metrics.gauge("event_recorder_queue_length", "Events that wait to be sent", {}, static_cast<double>(queue_.size()));
}

}  // namespace runtime
