// Who owns what after a write: the rules by which fields pass from one manager to another.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/patch/managed_fields.hpp"
#include "fakeapi/patch/typed.hpp"

namespace fakeapi::patch {

/// What a write to an object is.
struct Write {
  MergeSchema schema;
  std::string api_version;  ///< of the objects
  std::string subresource;  ///< to be recorded; "": none
  api::Timestamp now;
  /// Fields that this write cannot change whatever it says; nobody comes to own them by it.
  FieldSet ignored;
  /// Whether the server serves the kind in a version; entries of others are dropped. Null: only in api_version.
  std::function<bool(std::string_view)> serves;

  bool knows(std::string_view version) const { return version == api_version || (serves && serves(version)); }
};

/// Fields that an applier wants otherwise than their owners do.
struct Conflict {
  ManagedEntry owner;
  Path path;
};
using Conflicts = std::vector<Conflict>;

/// The owners after `live` became `next` by a create, update or patch: the writer owns what it changed, and nobody else
/// does.
ManagedFields own_changes(boost::json::value const& live, boost::json::value const& next, ManagedFields managed,
                          ManagedEntry const& writer, Write const& write);

/// What an apply makes of an object.
struct Applied {
  std::optional<boost::json::value> object;  ///< nothing: the object does not change
  ManagedFields managed;
};
/// Lays `config` over `live`, and takes away what the applier owned alone and mentions no more.
std::expected<Applied, Conflicts> own_config(boost::json::value const& live, boost::json::value const& config,
                                             ManagedFields managed, ManagedEntry const& applier, Write const& write,
                                             bool force);

}  // namespace fakeapi::patch
