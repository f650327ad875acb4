// How one built-in kind is printed.
#pragma once
#include <boost/json/array.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/printing/column.hpp"
#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::printing {

struct Printer {
  std::string_view group;
  std::string_view plural;
  std::vector<Column> columns;
  boost::json::array (*cells)(api::Object const& object, seams::WallTime now) = nullptr;
};

/// Every kind that has columns of its own, whatever its version.
std::span<Printer const> printers();

// The cells of the larger ones.
boost::json::array pod_cells(api::Object const& pod, seams::WallTime now);
boost::json::array event_cells(api::Object const& event, seams::WallTime now);
boost::json::array service_cells(api::Object const& service, seams::WallTime now);

}  // namespace fakeapi::printing
