// The columns of a kind's table.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fakeapi/printing/json_path.hpp"

namespace fakeapi::printing {

/// meta.k8s.io TableColumnDefinition.
struct Column {
  std::string name;
  std::string type;    ///< "string", "integer", "date", …
  std::string format;  ///< "name" or ""
  std::string description;
  std::int32_t priority = 0;  ///< other than 0: only with -o wide
};

/// The columns of a definition's version: Name, then its additionalPrinterColumns.
struct CustomColumns {
  std::vector<Column> columns;
  std::vector<JsonPath> paths;  ///< of columns[1] and on
};

}  // namespace fakeapi::printing
