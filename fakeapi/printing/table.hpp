// What `kubectl get` shows of each kind: columns, and the cells of one object.
#pragma once
#include <boost/json/array.hpp>
#include <vector>

#include "fakeapi/printing/column.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::printing {

/// The columns of a kind, in their order. A kind without columns of its own has Name and "Created At" (built in) or
/// Name and Age (custom).
std::vector<Column> columns(Kind const& kind);

/// The same as the `columnDefinitions` of a Table.
boost::json::array column_definitions(Kind const& kind);

/// One object's cells, one for each column; null for what the object does not have. Ages are those at `now`.
boost::json::array cells(Kind const& kind, api::Object const& object, seams::WallTime now);

}  // namespace fakeapi::printing
