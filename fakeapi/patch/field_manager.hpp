// managedFields from one write to the next, as the server keeps them: entries per manager, at most ten of updates,
// what was there before the first apply, and kubectl's change from client-side to server-side apply.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "fakeapi/patch/ownership.hpp"

namespace fakeapi::patch {

/// The owners after a create, update or patch by `manager`. `is_new`: there was no object. An object that nobody owns
/// anything of stays so until it is applied.
ManagedFields update_owners(boost::json::value const& live, boost::json::value const& next, ManagedFields managed,
                            std::string_view manager, bool is_new, Write const& write);

/// Applies `config`. `empty` is an object of the kind without any fields.
std::expected<Applied, Conflicts> apply_config(boost::json::value const& live, boost::json::value const& config,
                                               boost::json::value const& empty, ManagedFields managed,
                                               std::string_view manager, bool force, Write const& write);

/// "Apply failed with 2 conflicts: …".
std::string conflict_message(Conflicts const& conflicts);

}  // namespace fakeapi::patch
