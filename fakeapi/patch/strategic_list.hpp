// The lists of a strategic merge patch: what they are merged by, and the order of the result.
#pragma once
#include <boost/json/array.hpp>
#include <cstdint>
#include <expected>
#include <map>
#include <string_view>

#include "fakeapi/patch/strategic_merge.hpp"

namespace fakeapi::patch::detail {

using StrategicResult = std::expected<void, StrategicMergeError>;

/// What the items of lists are: all of one type.
enum class ItemKind : std::uint8_t { scalar, object };
std::expected<ItemKind, StrategicMergeError> item_kind(boost::json::array const& a, boost::json::array const& b);

/// Where in a list the item is that a scalar names: the item itself, or the one that has it as its merge key.
class Positions {
 public:
  /// Of the first item of each name. The list must outlive it and not change.
  Positions(boost::json::array const& list, std::string_view merge_key);
  /// -1: not there.
  std::ptrdiff_t find(boost::json::value const& item) const;
  std::ptrdiff_t find_name(boost::json::value const& name) const;
  void add(boost::json::value const& name, std::size_t at);

 private:
  struct Less {
    bool operator()(boost::json::value const* a, boost::json::value const* b) const;
  };
  std::map<boost::json::value const*, std::size_t, Less> at_;
  std::string_view merge_key_;
};

/// Equal as Go's interfaces are: the same type and value. Lists and objects never are.
bool same_scalar(boost::json::value const& a, boost::json::value const& b);

/// The items of `merged` in the order of `patch_order`; items that it does not have keep the order of `server_order`
/// and stand, as far as the two orders allow, where they stood.
std::expected<boost::json::array, StrategicMergeError> ordered(boost::json::array merged,
                                                               boost::json::array const& patch_order,
                                                               boost::json::array const& server_order,
                                                               std::string_view merge_key, ItemKind kind);

/// Whether the items of a patch stand in the order that its $setElementOrder wants.
StrategicResult check_order(boost::json::array const& patch, boost::json::array const& order,
                            std::string_view merge_key);

std::unexpected<StrategicMergeError> plain_error(std::string text);
/// An object in a list merged by key lacks the key.
std::unexpected<StrategicMergeError> no_merge_key(boost::json::value const& item, std::string_view merge_key);
std::unexpected<StrategicMergeError> wrong_type(std::string_view expected, boost::json::value const& actual);

}  // namespace fakeapi::patch::detail
