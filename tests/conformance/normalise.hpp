// What two servers said about one case, made comparable: everything that differs from run to run for no reason of
// behaviour gets a name that says how it stands to the rest of the case.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "tests/conformance/runner.hpp"

namespace conformance {

/// The transcript of `outcome` with
///   resourceVersions (in objects, lists, messages and continue tokens) replaced by their rank within the case: order
///   and equality stay; uids numbered by first appearance; times, generated suffixes, ages, Go's pointers and the run's
///   own names masked; conditions keyed by type; lists and the events that a watch starts with in the order of names,
///   because a server's cache has none; bookmarks that say the same again left out; managedFields without times.
boost::json::array normalised(Outcome const& outcome, Case const& one);

/// Where two normalised values differ, one line each: the path, theirs and ours.
std::vector<std::string> differences(boost::json::value const& theirs, boost::json::value const& ours);

}  // namespace conformance
