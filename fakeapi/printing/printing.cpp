#include "fakeapi/printing/printing.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "fakeapi/printing/human_duration.hpp"
#include "fakeapi/printing/printer.hpp"
#include "fakeapi/printing/values.hpp"

namespace fakeapi::printing {
namespace {

namespace json = boost::json;

constexpr char const* name_description = "The object's name, unique in its namespace.";
constexpr char const* created_description = "When the object was created.";

Printer const* find_printer(Kind const& kind) {
  if (!kind.strategy->built_in) return nullptr;
  auto const all = printers();
  auto const found = std::ranges::find_if(all, [&](Printer const& printer) {
    return printer.plural == kind.resource.plural && printer.group == kind.resource.group;
  });
  return found == all.end() ? nullptr : &*found;
}

// What a definition without columns shows.
CustomColumns const& no_columns() {
  static CustomColumns const columns = *custom_columns(nullptr);
  return columns;
}

CustomColumns const& columns_of(Kind const& kind) { return kind.columns ? *kind.columns : no_columns(); }

// Where a column's value is. The fields of an object are apart: only metadata, rarely asked for, is put together.
JsonPath::Values find_values(JsonPath const& path, api::Object const& object, json::value& storage) {
  auto const values = [](auto found) { return found ? *std::move(found) : JsonPath::Values(); };
  auto const first = path.first_field();
  if (first == "spec") return object.spec ? values(path.find_below(*object.spec)) : JsonPath::Values();
  if (first == "status") return object.status ? values(path.find_below(*object.status)) : JsonPath::Values();
  bool const in_rest = !first.empty() && first != "metadata" && first != "apiVersion" && first != "kind";
  if (in_rest) return object.rest ? values(path.find(*object.rest)) : JsonPath::Values();
  if (first.empty()) {
    storage = api::object_to_json(object);
  } else {
    api::Object head;
    head.api_version = object.api_version;
    head.kind = object.kind;
    head.metadata = object.metadata;
    storage = api::object_to_json(head);
  }
  return values(path.find(storage));
}

json::value integer_cell(json::value const& value) {
  if (value.is_int64() || value.is_uint64()) return value;
  if (!value.is_double()) return nullptr;
  double const number = value.get_double();
  constexpr double limit = 9.2e18;
  // Go leaves open what becomes of others; amd64 gives the least integer.
  if (!(std::abs(number) < limit)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(number);
}

json::value number_cell(json::value const& value) {
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  return value.is_double() ? value : json::value(nullptr);
}

json::value custom_cell(std::string_view type, json::value const& value, seams::WallTime now) {
  if (type == "string") return json::value(print(value));
  if (type == "integer") return integer_cell(value);
  if (type == "number") return number_cell(value);
  if (type == "boolean") return value.is_bool() ? value : json::value(nullptr);
  if (type == "date" && value.is_string()) {
    auto const text = std::string_view(value.get_string());
    if (text.empty()) return "<unknown>";
    auto const time = api::parse_timestamp(text);
    return time ? json::value(age(time, now)) : json::value("<invalid>");
  }
  return nullptr;
}

json::array custom_cells(CustomColumns const& columns, api::Object const& object, seams::WallTime now) {
  json::array made;
  made.reserve(columns.columns.size());
  made.emplace_back(object.metadata.name);
  for (std::size_t i = 0; i < columns.paths.size(); ++i) {
    json::value storage;
    auto const values = find_values(columns.paths[i], object, storage);
    made.push_back(values.empty() ? json::value(nullptr)
                                  : custom_cell(columns.columns[i + 1].type, *values.front(), now));
  }
  return made;
}

}  // namespace

std::span<Column const> default_columns() {
  static std::array<Column, 2> const general{
      Column{"Name", "string", "name", name_description, 0},
      Column{"Created At", "date", "", created_description, 0},
  };
  return general;
}

json::array default_cells(api::Object const& object) {
  auto const created = object.metadata.creation_timestamp;
  // A time that was never set prints as Go's zero time.
  return {object.metadata.name, created ? api::format_timestamp(*created) : "0001-01-01T00:00:00Z"};
}

std::span<Column const> columns(Kind const& kind) {
  if (!kind.strategy->built_in) return columns_of(kind).columns;
  auto const* printer = find_printer(kind);
  return printer != nullptr ? std::span<Column const>(printer->columns) : default_columns();
}

json::array cells(Kind const& kind, api::Object const& object, seams::WallTime now) {
  if (!kind.strategy->built_in) return custom_cells(columns_of(kind), object, now);
  auto const* printer = find_printer(kind);
  return printer != nullptr ? printer->cells(object, now) : default_cells(object);
}

json::array row_conditions(Kind const& kind, api::Object const& object) {
  if (!kind.strategy->built_in || kind.resource.plural != "pods" || !kind.resource.group.empty()) return {};
  auto const phase = text_at(object.status.get(), {"phase"});
  if (phase != "Succeeded" && phase != "Failed") return {};
  json::object condition{
      {"type", "Completed"},
      {"status", "True"},
      {"reason", phase},
      {"message", phase == "Failed" ? "The pod failed." : "The pod has completed successfully."},
  };
  json::array conditions;
  conditions.emplace_back(std::move(condition));
  return conditions;
}

std::shared_ptr<CustomColumns const> custom_columns(json::value const* additional) {
  auto made = std::make_shared<CustomColumns>();
  made->columns.push_back({"Name", "string", "name", name_description, 0});
  auto const add = [&](Column column, std::string_view path) {
    auto parsed = JsonPath::parse(path);
    if (!parsed) return false;
    if (column.description.empty()) {
      column.description = "Custom resource definition column (in JSONPath format): " + std::string(path);
    }
    made->columns.push_back(std::move(column));
    made->paths.push_back(*std::move(parsed));
    return true;
  };
  bool const none = additional == nullptr || !additional->is_array() || additional->get_array().empty();
  if (none) {
    add({"Age", "date", "", created_description, 0}, ".metadata.creationTimestamp");
    return made;
  }
  for (auto const& item : additional->get_array()) {
    auto const text = [&](std::string_view name) { return std::string(text_at(&item, {name})); };
    auto const priority =
        std::clamp<std::int64_t>(number_at(&item, {"priority"}), std::numeric_limits<std::int32_t>::min(),
                                 std::numeric_limits<std::int32_t>::max());
    Column column{text("name"), text("type"), text("format"), text("description"), static_cast<std::int32_t>(priority)};
    if (!add(std::move(column), text_at(&item, {"jsonPath"}))) break;
  }
  return made;
}

}  // namespace fakeapi::printing
