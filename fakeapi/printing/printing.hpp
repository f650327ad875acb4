// What `kubectl get` shows: the columns of a kind, and an object's cells.
#pragma once
#include <boost/json/array.hpp>
#include <memory>
#include <span>

#include "fakeapi/printing/column.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::printing {

/// The columns of a kind. Valid as long as the kind.
std::span<Column const> columns(Kind const& kind);

/// The cells of one object, as many as there are columns; null for what the object does not have. Ages are those at
/// `now`.
boost::json::array cells(Kind const& kind, api::Object const& object, seams::WallTime now);

/// What a row has besides its cells (TableRow's `conditions`): that a Pod has run its course. Mostly empty.
boost::json::array row_conditions(Kind const& kind, api::Object const& object);

/// The columns of a kind that says none itself, and those of what is no kind of its own (a Scale): Name, "Created At".
std::span<Column const> default_columns();
boost::json::array default_cells(api::Object const& object);

/// Name and the additionalPrinterColumns of a version of a definition (null: it has none). Columns from one on that
/// cannot be read are left out, as the real server does.
std::shared_ptr<CustomColumns const> custom_columns(boost::json::value const* additional);

}  // namespace fakeapi::printing
