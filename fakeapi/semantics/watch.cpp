// Watches: cursors into the log.
#include <algorithm>
#include <array>

#include "fakeapi/frontend.hpp"
#include "fakeapi/semantics/continue_token.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/shuffle.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi {
namespace {

using api::WatchEventType;

api::WatchEvent event_of(WatchCursor const& cursor, WatchEventType type, api::ObjectPtr object) {
  api::WatchEvent event;
  event.type = type;
  event.object = api::trim(present(*cursor.kind, cursor.since, std::move(object)), cursor.trim);
  return event;
}

// The last state of an object that is gone, or out of the selector, with the revision at which that came about.
api::ObjectPtr last_state(api::ObjectPtr const& before, Revision revision) {
  api::Object last = *before;
  last.metadata.resource_version = api::ResourceVersion(revision);
  return std::make_shared<api::Object const>(std::move(last));
}

// From which revision on everything that followed can be told.
Revision oldest_start(State const& state, WatchCursor const& cursor) {
  return std::max(cursor.since, state.log.forgotten_revision(cursor.resource));
}

api::WatchEvent expire(State const& state, WatchCursor& cursor) {
  cursor.finished = true;
  api::WatchEvent event;
  event.type = WatchEventType::error;
  event.error = status::watch_expired(cursor.asked, oldest_start(state, cursor));
  return event;
}

api::WatchEvent bookmark_at(WatchCursor const& cursor, Revision revision) {
  api::Object object;
  object.api_version = cursor.kind->api_version;
  object.kind = cursor.kind->kind;
  object.metadata.resource_version = api::ResourceVersion(revision);
  api::WatchEvent event;
  event.type = WatchEventType::bookmark;
  event.object = std::make_shared<api::Object const>(std::move(object));
  return event;
}

// The next of the objects that were there when the watch began.
api::ObjectPtr next_initial(State const& state, WatchCursor& cursor) {
  api::ObjectPtr found;
  if (cursor.shuffled) {
    if (cursor.shuffled->empty()) {
      cursor.initial.reset();
      cursor.shuffled.reset();
    } else {
      found = std::move(cursor.shuffled->back());
      cursor.shuffled->pop_back();
    }
    return found;
  }
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

// Up to which revision this watch may look.
Revision horizon(State const& state, WatchCursor const& cursor, Revision up_to) {
  if (cursor.frontend != nullptr) {
    bool const progress = state.options.profile == Profile::modern;
    Revision const seen =
        progress ? cursor.frontend->reached(cursor.resource) : cursor.frontend->visible(cursor.resource);
    up_to = std::min(up_to, std::max(seen, cursor.since));
  }
  // A new definition ends the watch; what came before it is still told.
  Revision const since = state.registry.since(cursor.resource);
  return since == cursor.since ? up_to : std::min(up_to, since);
}

// What the cache behind this watch has reached, all of which the watch has been told; nothing if there is more to tell.
std::optional<Revision> told_up_to(State const& state, WatchCursor const& cursor, Revision up_to) {
  Log const& log = state.log;
  Revision const bound = horizon(state, cursor, std::min(up_to, log.revision()));
  if (cursor.position < log.first_position(cursor.resource)) return std::nullopt;
  Commit const* const next = log.commit_at(cursor.resource, cursor.position);
  if (next != nullptr && next->revision <= bound) return std::nullopt;
  if (state.options.profile == Profile::modern) return bound;
  // A cache of 1.20 is at the last commit of its own kind.
  if (cursor.position == log.first_position(cursor.resource)) return log.forgotten_revision(cursor.resource);
  return log.commit_at(cursor.resource, cursor.position - 1)->revision;
}

// The bookmark that tells a client that it has all there was, once that is so.
std::optional<api::WatchEvent> end_of_initial_events(State const& state, WatchCursor& cursor, Revision up_to) {
  Revision const bound = horizon(state, cursor, std::min(up_to, state.log.revision()));
  Revision const owed = *cursor.announce;
  if (bound < owed) return std::nullopt;
  cursor.announce.reset();
  auto event = bookmark_at(cursor, std::max(owed, cursor.asked));
  api::Object marked = *event.object;
  marked.metadata.annotations = api::StringMap{{"k8s.io/initial-events-end", "true"}};
  event.object = std::make_shared<api::Object const>(std::move(marked));
  return event;
}

// All initial objects at once, in an order of chance.
std::vector<api::ObjectPtr> shuffled_initial(State const& state, WatchCursor const& cursor) {
  std::vector<api::ObjectPtr> all;
  state.log.visit_at(cursor.resource, *cursor.initial, cursor.initial_from, [&](api::ObjectPtr const& object) {
    if (!cursor.filter.namespace_.empty() && object->metadata.namespace_ != cursor.filter.namespace_) return false;
    if (matches(*cursor.kind, cursor.filter, *object)) all.push_back(object);
    return true;
  });
  shuffle(all, state.options.shuffle_seed, *cursor.initial);
  return all;
}

// Options that contradict each other (internalversion/validation).
std::optional<api::Error> validate(Profile profile, api::WatchOptions const& options) {
  using api::ResourceVersionMatch;
  std::string const field = "resourceVersionMatch";
  bool const matched = options.match != ResourceVersionMatch::unset;
  FieldErrors errors;
  if (profile == Profile::v1_20) {
    if (!matched) return std::nullopt;
    errors.forbidden(field, "resourceVersionMatch is forbidden for watch");
    if (!options.resource_version) {
      errors.forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided");
    }
    if (options.match == ResourceVersionMatch::exact && options.resource_version == api::ResourceVersion::none) {
      errors.forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }
  } else {
    if (options.send_initial_events && options.match != ResourceVersionMatch::not_older_than) {
      errors.forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if (matched && !options.send_initial_events) {
      errors.forbidden(field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    }
    if (options.match == ResourceVersionMatch::exact) {
      static std::array const supported{std::string("NotOlderThan")};
      errors.not_supported(field, "\"Exact\"", supported);
    }
  }
  if (errors.empty()) return std::nullopt;
  return errors.to_error("ListOptions.meta.k8s.io", "meta.k8s.io", "ListOptions", "");
}

}  // namespace

Result<std::unique_ptr<WatchCursor>> open_watch(State const& state, Served const& served, api::Request const& request,
                                                RequestContext const& context) {
  static api::WatchOptions const defaults;
  auto const* given = std::get_if<api::WatchOptions>(&request.options);
  auto const& options = given != nullptr ? *given : defaults;
  Profile const profile = state.options.profile;
  if (auto error = validate(profile, options)) return std::unexpected(*std::move(error));
  auto filter = make_filter(*served.kind, request.key.namespace_, options.label_selector, options.field_selector);
  if (!filter) return std::unexpected(std::move(filter.error()));
  if (!request.key.name.empty() && filter->name.empty()) filter->name = request.key.name;

  auto cursor = std::make_unique<WatchCursor>();
  cursor->resource = served.index;
  cursor->kind = served.kind;
  cursor->filter = *std::move(filter);
  cursor->trim = options.trim;
  cursor->frontend = context.frontend;
  cursor->since = served.since;
  cursor->bookmarks = options.allow_bookmarks;
  cursor->asked = options.resource_version ? api::to_number(*options.resource_version) : 0;
  Log const& log = state.log;
  // 1.20 does not know sendInitialEvents and overlooks it.
  bool const streaming = profile == Profile::modern && options.send_initial_events.value_or(false);
  bool const silent = profile == Profile::modern && options.send_initial_events == false;
  if (streaming || (cursor->asked == 0 && !silent)) {
    Revision const wanted = options.resource_version ? cursor->asked : log.revision();
    cursor->asked = state.cache_revision(served, context.frontend);
    cursor->initial = cursor->asked;
    cursor->initial_from = first_key(cursor->filter);
    if (streaming && cursor->bookmarks) cursor->announce = wanted;
  } else if (cursor->asked == 0) {
    cursor->asked = state.cache_revision(served, context.frontend);
  }
  if (cursor->asked < oldest_start(state, *cursor)) {
    cursor->expired = true;
  } else {
    cursor->position = log.position_after(served.index, cursor->asked);
    if (cursor->initial && state.options.shuffle_seed != 0) cursor->shuffled = shuffled_initial(state, *cursor);
  }
  return cursor;
}

std::optional<api::WatchEvent> next_event(State const& state, WatchCursor& cursor, Revision up_to) {
  Log const& log = state.log;
  if (cursor.finished) return std::nullopt;
  if (cursor.expired) return expire(state, cursor);
  if (cursor.initial) {
    if (*cursor.initial < log.forgotten_revision(cursor.resource)) return expire(state, cursor);
    if (auto object = next_initial(state, cursor)) {
      return event_of(cursor, WatchEventType::added, std::move(object));
    }
  }
  if (cursor.position < log.first_position(cursor.resource)) return expire(state, cursor);
  Revision const bound = horizon(state, cursor, up_to);
  while (Commit const* const commit = log.commit_at(cursor.resource, cursor.position)) {
    if (commit->revision > bound) break;
    // The bookmark after the initial events comes as soon as it can.
    if (cursor.announce && *cursor.announce < commit->revision) break;
    ++cursor.position;
    if (commit->revision <= cursor.asked) continue;  // the watch was asked for from a revision yet to come
    if (auto event = event_of(cursor, *commit)) return event;
  }
  if (cursor.announce) return end_of_initial_events(state, cursor, up_to);
  return std::nullopt;
}

std::optional<api::WatchEvent> bookmark(State const& state, WatchCursor const& cursor, Revision up_to) {
  if (!cursor.bookmarks || cursor.finished || cursor.expired || cursor.initial || cursor.announce) return std::nullopt;
  auto const reached = told_up_to(state, cursor, up_to);
  if (!reached || *reached <= cursor.asked) return std::nullopt;
  return bookmark_at(cursor, *reached);
}

}  // namespace fakeapi
