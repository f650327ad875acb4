// Documents of compiled-in kinds that come out of a strategic merge or an apply: the server does not decode their JSON
// but converts what it has in memory, which is laxer in places and says other things.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>

#include "fakeapi/types/type.hpp"
#include "operator/api/shared.hpp"

namespace fakeapi {

/// Brings a document into the form in which objects of the kind are stored. The error is the converter's.
std::expected<void, std::string> convert_unstructured(types::Type const& kind, boost::json::value& document,
                                                      bool modern);

/// Numbers without a fraction become integers, as when such a document is read.
void make_integers(boost::json::value& value);

/// Numbers as they come back when what is stored is read: one that is written without a fraction is an integer then.
/// The second leaves the pointer when nothing changes; null stays null.
void settle_numbers(boost::json::value& value);
void settle_numbers(api::SharedJson& value);

}  // namespace fakeapi
