// metadata.managedFields: which manager owns which fields, since when.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/patch/field_set.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::patch {

/// One entry.
struct ManagedEntry {
  std::string manager;
  std::string operation;    ///< "Apply" or "Update"
  std::string api_version;  ///< of the fields
  std::string subresource;  ///< through which they were written; only servers of the modern profile say it
  std::optional<api::Timestamp> time;
  FieldSet fields;

  bool applied() const { return operation == "Apply"; }
  /// What tells the entries of one object apart, as text: manager, operation, subresource and, of updates, the version.
  std::string identifier() const;
  /// As messages name a manager: "kubectl", or "kubectl" using apps/v1.
  std::string shown() const;
};

/// All entries of an object, by their identifiers.
using ManagedFields = std::map<std::string, ManagedEntry>;

/// Reads the list; null reads as none. The error is the server's.
std::expected<ManagedFields, std::string> read_managed_fields(boost::json::value const& json);
/// The list in its order: applied entries first, then by time, manager and version.
boost::json::value managed_fields_to_json(ManagedFields const& managed);

/// Whether the entries are the same but for their times.
bool same_owners(ManagedFields const& a, ManagedFields const& b);

}  // namespace fakeapi::patch
