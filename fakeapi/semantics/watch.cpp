// Watches: cursors into the log.
#include "fakeapi/semantics/continue_token.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi {
namespace {

using api::WatchEventType;

api::WatchEvent event_of(WatchCursor const& cursor, WatchEventType type, api::ObjectPtr object) {
  api::WatchEvent event;
  event.type = type;
  event.object = api::trim(present(*cursor.kind, std::move(object)), cursor.trim);
  return event;
}

// The last state of an object that is gone, or out of the selector, with the revision at which that came about.
api::ObjectPtr last_state(api::ObjectPtr const& before, Revision revision) {
  api::Object last = *before;
  last.metadata.resource_version = api::ResourceVersion(revision);
  return std::make_shared<api::Object const>(std::move(last));
}

api::WatchEvent expire(State const& state, WatchCursor& cursor) {
  cursor.finished = true;
  api::WatchEvent event;
  event.type = WatchEventType::error;
  event.error = status::watch_expired(cursor.asked, state.log.compacted());
  return event;
}

// The next of the objects that were there when the watch began.
api::ObjectPtr next_initial(State const& state, WatchCursor& cursor) {
  api::ObjectPtr found;
  state.log.visit_at(cursor.resource, *cursor.initial, cursor.initial_from, [&](api::ObjectPtr const& object) {
    if (!cursor.filter.namespace_.empty() && object->metadata.namespace_ != cursor.filter.namespace_) return false;
    if (!matches(*cursor.kind, cursor.filter, *object)) return true;
    found = object;
    return false;
  });
  if (found) {
    cursor.initial_from = after(found->key());
  } else {
    cursor.initial.reset();
  }
  return found;
}

// What one commit is to this watch; nothing if it is not its business.
std::optional<api::WatchEvent> event_of(WatchCursor const& cursor, Commit const& commit) {
  Kind const& kind = *cursor.kind;
  if (!cursor.filter.namespace_.empty() && commit.key.namespace_ != cursor.filter.namespace_) return std::nullopt;
  bool const matched = commit.before && matches(kind, cursor.filter, *commit.before);
  bool const matching = commit.after && matches(kind, cursor.filter, *commit.after);
  if (matching) return event_of(cursor, matched ? WatchEventType::modified : WatchEventType::added, commit.after);
  if (matched) return event_of(cursor, WatchEventType::deleted, last_state(commit.before, commit.revision));
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<WatchCursor>> open_watch(State const& state, Served const& served, api::Request const& request) {
  static api::WatchOptions const defaults;
  auto const* given = std::get_if<api::WatchOptions>(&request.options);
  auto const& options = given != nullptr ? *given : defaults;
  auto filter = make_filter(*served.kind, request.key.namespace_, options.label_selector, options.field_selector);
  if (!filter) return std::unexpected(std::move(filter.error()));
  if (!request.key.name.empty() && filter->name.empty()) filter->name = request.key.name;

  auto cursor = std::make_unique<WatchCursor>();
  cursor->resource = served.index;
  cursor->kind = served.kind;
  cursor->filter = *std::move(filter);
  cursor->trim = options.trim;
  cursor->asked = options.resource_version ? api::to_number(*options.resource_version) : 0;
  Log const& log = state.log;
  if (cursor->asked == 0) {
    cursor->asked = log.revision();
    cursor->initial = log.revision();
    cursor->initial_from = first_key(cursor->filter);
    cursor->position = log.position_after(served.index, log.revision());
  } else if (cursor->asked < log.compacted()) {
    cursor->expired = true;
  } else {
    cursor->position = log.position_after(served.index, cursor->asked);
  }
  return cursor;
}

std::optional<api::WatchEvent> next_event(State const& state, WatchCursor& cursor, Revision up_to) {
  Log const& log = state.log;
  if (cursor.finished) return std::nullopt;
  if (cursor.expired) return expire(state, cursor);
  if (cursor.initial) {
    if (!log.is_readable(*cursor.initial)) return expire(state, cursor);
    if (auto object = next_initial(state, cursor)) {
      return event_of(cursor, WatchEventType::added, std::move(object));
    }
  }
  if (cursor.position < log.first_position(cursor.resource)) return expire(state, cursor);
  while (Commit const* const commit = log.commit_at(cursor.resource, cursor.position)) {
    if (commit->revision > up_to) break;
    ++cursor.position;
    if (commit->revision <= cursor.asked) continue;  // the watch was asked for from a revision yet to come
    if (auto event = event_of(cursor, *commit)) return event;
  }
  return std::nullopt;
}

}  // namespace fakeapi
