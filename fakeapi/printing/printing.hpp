// What `kubectl get` shows: the columns of a kind, and an object's cells.
#pragma once
#include <boost/json/array.hpp>
#include <span>

#include "fakeapi/printing/column.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::printing {

/// The columns of a kind. Valid as long as the kind.
std::span<Column const> columns(Kind const& kind);

/// The cells of one object, as many as there are columns.
boost::json::array cells(Kind const& kind, api::Object const& object, seams::WallTime now);

}  // namespace fakeapi::printing
