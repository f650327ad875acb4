// A structural OpenAPI v3 schema, compiled for pruning, defaulting and validation.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/semantics/field_errors.hpp"
#include "operator/api/shared.hpp"

namespace fakeapi {

/// A place in an object, for error messages; lives on the stack while the object is walked.
struct FieldPath {
  FieldPath const* parent = nullptr;
  std::string_view name;

  /// "spec.replicas". Like the real server 1.20, without the indices of list items.
  std::string to_string() const;
};

/// One node of a schema. Immutable once compiled.
class Schema {
 public:
  enum class Type : std::uint8_t { any, object, array, string, integer, number, boolean };
  struct Property {
    std::string name;
    std::unique_ptr<Schema> schema;
  };
  struct Bound {
    double value = 0;
    bool exclusive = false;
  };

  /// Reads an openAPIV3Schema. What it says beyond the members below is ignored: descriptions and the like, and
  /// `format`s but date-time (server 1.20 does not hold integers against int32 and int64 either). The error names
  /// what cannot be read.
  static std::expected<std::unique_ptr<Schema>, std::string> compile(boost::json::value const& json);

  /// The schema of a property, or null.
  Schema const* property(std::string_view name) const;
  /// A property that has no schema but stays.
  bool keeps(std::string_view name) const;

  /// Whether conform() would change nothing.
  bool conforms(boost::json::value const& value) const;
  /// Drops what the schema has no place for and nulls that may not be, fills in defaults.
  void conform(boost::json::value& value) const;
  /// The same on a shared value: the same pointer when nothing changes.
  void conform(api::SharedJson& value) const;

  /// Fills in defaults only. The same pointer when nothing changes.
  void fill_defaults(api::SharedJson& value) const;

  /// Appends what is wrong with `value`, which stands at `path`.
  void validate(boost::json::value const& value, FieldPath const& path, FieldErrors& errors) const;
  /// Appends the required properties that an object lacks.
  void validate_required(boost::json::object const& object, FieldPath const& path, FieldErrors& errors) const;

  Type type = Type::any;
  bool nullable = false;
  bool int_or_string = false;
  bool preserve_unknown = false;
  bool embedded_resource = false;
  bool date_time = false;
  bool list_map = false;    ///< a list whose items differ in list_keys
  bool list_set = false;    ///< a list whose items differ
  bool map_atomic = false;  ///< an object that server-side apply takes as one value
  std::optional<boost::json::value> default_value;
  std::vector<Property> properties;  ///< in the order of the definition
  std::vector<std::string> required;
  std::unique_ptr<Schema> items;
  std::unique_ptr<Schema> additional;  ///< of properties not named; null: there are none
  std::optional<Bound> minimum;
  std::optional<Bound> maximum;
  std::optional<std::int64_t> min_length, max_length, min_items, max_items, min_properties, max_properties;
  std::vector<boost::json::value> enumeration;
  std::vector<std::string> list_keys;

 private:
  void validate_object(boost::json::object const& object, FieldPath const& path, FieldErrors& errors) const;
  void validate_array(boost::json::array const& array, FieldPath const& path, FieldErrors& errors) const;
  void validate_string(std::string_view text, FieldPath const& path, FieldErrors& errors) const;
  void validate_number(boost::json::value const& value, FieldPath const& path, FieldErrors& errors) const;
  void validate_enumeration(boost::json::value const& value, FieldPath const& path, FieldErrors& errors) const;
  bool drops_null(boost::json::value const& value) const { return value.is_null() && !nullable; }
  bool lacks_default(boost::json::value const& value) const;
  void fill_in(boost::json::value& value) const;
};

}  // namespace fakeapi
