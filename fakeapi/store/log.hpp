// The store: an append-only log of commits, and for each object the chain of its versions.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/object.hpp"

namespace fakeapi {

/// Counts the commits of the whole store, of every kind; the first one is 1. An object's resourceVersion is the
/// revision of its last write.
using Revision = std::uint64_t;

/// Who does something: a process of a client, a built-in controller, a person. Numbers given out by whoever sets the
/// scene; 0 is the server itself.
enum class Actor : std::uint32_t { server = 0 };

/// Names a resource inside one store: its place in the store's table of resources.
enum class ResourceIndex : std::uint32_t {};

/// One change of one object.
struct Commit {
  Revision revision = 0;
  ResourceIndex resource{};
  api::ObjectKey key;
  api::ObjectPtr before;  ///< null: the object was created
  /// Null: the object was deleted. Carries `revision` as its resourceVersion.
  api::ObjectPtr after;
  Actor actor = Actor::server;
  std::uint64_t cause = 0;  ///< as given with the request
};

// class Log: see below (append, find, find_at, list_at, commits after a revision of one resource, compact).

}  // namespace fakeapi
