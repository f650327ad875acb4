// The status of a definition: its conditions and the names that were accepted.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/object.hpp"

namespace fakeapi {

/// status.acceptedNames, or spec.names.
struct DefinitionNames {
  std::string plural;
  std::string singular;
  std::vector<std::string> short_names;
  std::string kind;
  std::string list_kind;
  std::vector<std::string> categories;

  static DefinitionNames read(boost::json::value const* names);
  boost::json::object write() const;
  friend bool operator==(DefinitionNames const&, DefinitionNames const&) = default;
};

struct DefinitionCondition {
  std::string_view type;
  bool holds = false;
  std::string_view reason;
  std::string_view message;
};

bool condition_holds(api::Object const& definition, std::string_view type);
/// Whether the condition is there with this status, reason and message.
bool has_condition(api::Object const& definition, DefinitionCondition const& condition);
/// Puts a condition in its place; the time is that of the last change between True and False.
void set_condition(boost::json::object& status, DefinitionCondition const& condition, api::Timestamp now);

}  // namespace fakeapi
