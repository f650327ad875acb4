// One watch of the server.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/semantics/kind.hpp"
#include "fakeapi/store/log.hpp"
#include "operator/api/selector.hpp"

namespace fakeapi {

class Frontend;

/// Which objects a list or a watch is about.
struct Filter {
  std::string namespace_;  ///< "": all
  api::LabelSelector labels;
  api::FieldSelector fields;
  std::string name;  ///< that the field selector asks for, if it asks for one; "": any

  bool selects_all() const { return labels.empty() && fields.empty(); }
};

/// A position in the log and what to let through. Small; copying it makes an independent watch.
struct WatchCursor {
  ResourceIndex resource{};
  std::shared_ptr<Kind const> kind;
  Filter filter;
  std::vector<std::string> trim;
  Frontend const* frontend = nullptr;  ///< whose caches tell the news; null: the store itself
  Position position = 0;               ///< of the next commit to look at
  Revision asked = 0;                  ///< where the watch started
  Revision since = 0;                  ///< Served::since at that time: a later one ends the watch
  bool bookmarks = false;              ///< the client takes them
  /// While the synthetic ADDED events are going out: the revision they are read at, and the key after the last one.
  std::optional<Revision> initial;
  api::ObjectKey initial_from;
  /// The objects of the initial events, the next one last, where they come in no order.
  std::optional<std::vector<api::ObjectPtr>> shuffled;
  /// The bookmark that ends the initial events is owed, once this revision has been reached.
  std::optional<Revision> announce;
  bool expired = false;   ///< asked for history that is gone
  bool finished = false;  ///< an error event has gone out
};

/// The resource that is watched.
inline ResourceIndex resource_of(WatchCursor const& cursor) { return cursor.resource; }

}  // namespace fakeapi
