// The columns of a kind's table.
#pragma once
#include <cstdint>
#include <string>

#include "fakeapi/printing/json_path.hpp"

namespace fakeapi::printing {

/// meta.k8s.io TableColumnDefinition.
struct Column {
  std::string name;
  std::string type;    ///< "string", "integer", "date", …
  std::string format;  ///< "name" for the column that names the object, else ""
  std::string description;
  std::int32_t priority = 0;  ///< not 0: shown by `kubectl get -o wide` only
};

/// An additionalPrinterColumn of a definition.
struct CustomColumn {
  Column column;
  JsonPath path;
};

}  // namespace fakeapi::printing
