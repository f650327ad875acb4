// Patches as kubectl makes them: from two documents, or from what it applied last, what is there and what is wanted.
#pragma once
#include <boost/json/value.hpp>

#include "fakeapi/patch/merge_schema.hpp"

namespace fakeapi::testing {

/// A strategic merge patch that makes `modified` of `original`; an empty object if they are equal.
boost::json::value two_way_patch(boost::json::value const& original, boost::json::value const& modified,
                                 patch::MergeSchema const& schema);

/// One that makes of `current` what `modified` wants: what it says is set, what `last` said and it does not is removed,
/// and everything else stays.
boost::json::value three_way_patch(boost::json::value const& last, boost::json::value const& modified,
                                   boost::json::value const& current, patch::MergeSchema const& schema);

}  // namespace fakeapi::testing
