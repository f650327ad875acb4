// Values under a MergeSchema, as server-side apply compares, merges and takes them apart.
//
// A null pointer stands for an absent value; JSON null is a value, and an empty one where an object or a list may be.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <optional>
#include <string>

#include "fakeapi/patch/field_set.hpp"
#include "fakeapi/patch/merge_schema.hpp"

namespace fakeapi::patch {

/// What of a value differs from another.
struct Comparison {
  FieldSet added;
  FieldSet modified;
  FieldSet removed;
  bool same() const { return added.empty() && modified.empty() && removed.empty(); }
};
Comparison compare(boost::json::value const* before, boost::json::value const* after, MergeSchema const& schema);

/// `config` laid over `live`: nothing is removed. Nothing if what results is empty.
std::optional<boost::json::value> overlay(boost::json::value const* live, boost::json::value const* config,
                                          MergeSchema const& schema);

/// The fields that a value mentions.
FieldSet fields_of(boost::json::value const& value, MergeSchema const& schema);

/// The value without these fields and items. An object or list that loses all becomes null.
boost::json::value without(boost::json::value const& value, FieldSet const& gone, MergeSchema const& schema);

/// What keeps the value from being of the schema, or nothing. The text is the server's.
std::optional<std::string> find_mistakes(boost::json::value const& value, MergeSchema const& schema);

/// How the items of a list are told apart; the error says what an item lacks.
std::expected<PathElement, std::string> item_element(MergeSchema const& list, std::size_t index,
                                                     boost::json::value const& item);

/// A set that was recorded under an earlier schema, under this one: what was owned as a whole may be owned by parts now
/// (those that `live` has), and the other way round. Nothing if that changes nothing.
std::optional<FieldSet> reconcile(FieldSet const& set, boost::json::value const& live, MergeSchema const& schema);

}  // namespace fakeapi::patch
