#include "sim/pacing.hpp"

#include <algorithm>
#include <utility>

#include "operator/api/kinds.hpp"
#include "sim/contract.hpp"

namespace sim {

namespace {

constexpr seams::Duration shortest_backoff = std::chrono::milliseconds(5);
constexpr unsigned most_doublings = 7;

// No two kinds that an operator asks for have the same plural.
bool is_of(api::Request const& request, api::Resource const& resource) {
  return request.resource.plural == resource.plural;
}

// The calls that a reconcile makes: about one Echo, or the Deployment of its name.
bool is_about_an_echo(api::Request const& request) {
  return is_of(request, contract::echoes) || is_of(request, api::deployments);
}

std::size_t stream_of(api::Request const& request) {
  return (request.verb == api::Verb::list ? 0U : 2U) + (is_of(request, contract::echoes) ? 0U : 1U);
}

bool is_stream(api::Request const& request) {
  return request.verb == api::Verb::list || request.verb == api::Verb::watch;
}

std::string microseconds_text(seams::Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(time).count()) + " µs";
}

}  // namespace

Pacing::Pacing(Fail fail, Look look, std::size_t names)
    : fail_(std::move(fail)), look_(std::move(look)), names_(names) {}

void Pacing::begin_incarnation(unsigned place) { clients_.at(place) = Client(); }

Pacing::Ask Pacing::ask_of(api::Request const& request) {
  return {request.verb, request.subresource, is_of(request, contract::echoes)};
}

Pacing::Key& Pacing::key_of(Client& client, api::ObjectKey const& key) {
  for (auto& known : client.keys) {
    if (known.key.name == key.name && known.key.namespace_ == key.namespace_) return known;
  }
  client.keys.push_back({});
  client.keys.back().key = key;
  return client.keys.back();
}

void Pacing::sent(unsigned place, fakeapi::CallInfo const& call) {
  auto& client = clients_[place];
  auto const& request = call.request;
  auto const glance = look_(place);
  if (glance.known_keys > names_) {
    fail_("O20", "the work queue knows " + std::to_string(glance.known_keys) + " keys, and there are " +
                     std::to_string(names_) + " names");
  }
  check(client, glance);
  if (is_stream(request)) {
    auto const& failures = client.streams[stream_of(request)];
    if (failures.in_a_row > 2 && glance.now - failures.last < shortest_backoff) {
      fail_("O19", std::to_string(failures.in_a_row) + " failures in a row, and at once again: " + request.to_string());
    }
    return;
  }
  if (!is_about_an_echo(request)) return;
  auto& key = key_of(client, request.key);
  if (key.call != 0 && glance.now < key.call_ends) {
    fail_("O20", "two calls at a time for one Echo: " + request.to_string());
  }
  key.call = call.id;
  key.call_ends = request.deadline();
  if (glance.now < key.throttled_until) {
    fail_("O19", microseconds_text(key.throttled_until - glance.now) +
                     " before the time that the server has asked for with 429: " + request.to_string());
  }
  auto& failures = key.failures;
  key.excused = key.news || key.news_before;
  if (key.excused) failures.in_a_row = 0;
  if (failures.in_a_row == 0 || failures.ask != ask_of(request)) return;
  auto const least = shortest_backoff * (1U << std::min(failures.in_a_row - 1, most_doublings));
  if (glance.now - failures.last < least) {
    fail_("O19", std::to_string(failures.in_a_row) + " failures in a row, and again after " +
                     microseconds_text(glance.now - failures.last) + ": " + request.to_string());
  }
}

void Pacing::count(Failures& failures, Ask const& ask, api::Error const& error, seams::MonotonicTime now) {
  bool const same = failures.in_a_row != 0 && failures.ask == ask && failures.reason == error.reason &&
                    failures.outcome_unknown == error.outcome_unknown;
  failures = {ask, same ? failures.in_a_row + 1 : 1, error.reason, error.outcome_unknown, now};
}

void Pacing::answered(unsigned place, fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) {
  auto& client = clients_[place];
  auto const& request = call.request;
  if (is_stream(request)) {
    auto& failures = client.streams[stream_of(request)];
    if (!outcome) return count(failures, ask_of(request), outcome.error(), look_(place).now);
    failures.in_a_row = 0;
    auto const* const list = std::get_if<api::ObjectList>(&*outcome);
    if (list == nullptr) return;
    // Whatever it shows may be news.
    for (auto& key : client.keys) key.news = true;
    if (is_of(request, contract::echoes)) {
      client.seen = std::max(client.seen, api::to_number(list->resource_version));
    }
    return;
  }
  if (!is_about_an_echo(request)) return;
  auto& key = key_of(client, request.key);
  if (key.call == call.id) key.call = 0;
  if (!outcome) {
    key.failed = true;
    auto const now = look_(place).now;
    // News has woken it before its time, perhaps: then it is tried again when it would have been without.
    if (!key.excused) count(key.failures, ask_of(request), outcome.error(), now);
    auto const& after = outcome.error().retry_after;
    if (outcome.error().is(api::Reason::too_many_requests) && after) key.throttled_until = now + *after;
  } else if (key.failures.ask == ask_of(request)) {
    key.failures.in_a_row = 0;
  }
}

void Pacing::heard(unsigned place, api::WatchEvent const& event) {
  if (!event.object) return;
  auto& client = clients_[place];
  if (event.type == api::WatchEventType::bookmark) {
    // It may end a first state, which counts from now on.
    for (auto& key : client.keys) key.news = true;
    return;
  }
  auto& key = key_of(client, event.object->key());
  key.news = true;
  if (event.object->kind != "Echo") return;
  auto const revision = api::to_number(event.object->metadata.resource_version);
  bool const newer = revision > client.seen;
  client.seen = std::max(client.seen, revision);
  // That an object is gone may concern one that the cache has never held.
  if (!newer || event.type == api::WatchEventType::deleted || key.due) return;
  auto const glance = look_(place);
  if (!glance.works) return;
  key.due = true;
  key.due_since = glance.now;
  key.due_term = glance.term;
}

void Pacing::reconciles(unsigned place, api::ObjectKey const& which) {
  auto& key = key_of(clients_[place], which);
  // A reconcile that ended well, or with news, begins the count anew.
  if (!std::exchange(key.failed, false) || key.news) key.failures.in_a_row = 0;
  key.news_before = std::exchange(key.news, false);
  key.due = false;
}

void Pacing::check(unsigned place) { check(clients_[place], look_(place)); }

void Pacing::check(Client& client, OperatorGlance const& glance) {
  for (auto& key : client.keys) {
    if (!key.due) continue;
    if (!glance.works || glance.term != key.due_term) {
      key.due = glance.works;
      key.due_since = glance.now;
      key.due_term = glance.term;
    } else if (glance.now - key.due_since > patience) {
      fail_("O32",
            "nobody has looked at " + key.key.to_string() + ", of which there was news " +
                std::to_string(std::chrono::duration_cast<std::chrono::seconds>(glance.now - key.due_since).count()) +
                " s ago");
    }
  }
}

}  // namespace sim
