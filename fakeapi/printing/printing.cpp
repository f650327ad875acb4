#include "fakeapi/printing/printing.hpp"

#include <array>
#include <boost/json/value.hpp>

namespace fakeapi::printing {

// The columns of a kind that no printer knows (apiserver's default table convertor).
std::span<Column const> columns(Kind const& /*kind*/) {
  static std::array<Column, 2> const general{
      Column{"Name", "string", "name", "Name must be unique within a namespace.", 0},
      Column{"Created At", "date", "", "CreationTimestamp is a timestamp representing the server time.", 0},
  };
  return general;
}

boost::json::array cells(Kind const& /*kind*/, api::Object const& object, seams::WallTime /*now*/) {
  boost::json::array made;
  made.emplace_back(object.metadata.name);
  auto const created = object.metadata.creation_timestamp;
  if (created) {
    made.emplace_back(api::format_timestamp(*created));
  } else {
    made.emplace_back(nullptr);
  }
  return made;
}

}  // namespace fakeapi::printing
