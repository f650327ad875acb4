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

namespace re2 {
class RE2;
}

namespace fakeapi {

class Findings;

/// A place in an object, for error messages; lives on the stack while the object is walked.
struct FieldPath {
  FieldPath const* parent = nullptr;
  std::string_view name;

  /// "spec.replicas". Like the real server 1.20, without the indices of list items.
  std::string to_string() const;
};

/// One node of a schema. Immutable once compiled.
///
/// A custom resource goes through it in this order: coerce(), conform(), and once the object has its server-set fields
/// validate(), validate_embedded() and validate_lists().
class Schema {
 public:
  enum class Type : std::uint8_t { any, object, array, string, integer, number, boolean };
  /// additionalProperties, where it is no schema.
  enum class Additional : std::uint8_t { unspecified, allowed, forbidden };
  struct Property {
    std::string name;
    std::unique_ptr<Schema> schema;
  };
  struct Bound {
    double value = 0;
    bool exclusive = false;
  };
  using Schemas = std::vector<std::unique_ptr<Schema>>;

  /// Reads an openAPIV3Schema. What it says beyond the members below is ignored: descriptions and the like, and
  /// formats that servers do not check (int32 and int64 among them). The error names what cannot be read.
  static std::expected<std::unique_ptr<Schema>, std::string> compile(boost::json::value const& json);

  /// The schema of a property, or null.
  Schema const* property(std::string_view name) const;
  /// A property that has no schema but stays.
  bool keeps(std::string_view name) const;

  /// Whether conform() would change nothing.
  bool conforms(boost::json::value const& value) const;
  /// Drops what the schema has no place for and nulls that may not be, fills in defaults.
  void conform(boost::json::value& value) const;
  /// The same on a shared value: the same pointer when nothing changes. `known` as in validate().
  void conform(api::SharedJson& value, boost::json::value const* known = nullptr) const;
  /// Only drops, also on a shared value: what becomes of an object that is shown in another version.
  void prune(boost::json::value& value) const;
  void prune(api::SharedJson& value) const;

  /// Brings the metadata of embedded resources into its one form. Fails where decoding would: the text names the field
  /// and what is wrong with it. Leaves alone (same pointer) what is as it should be.
  std::optional<std::string> coerce(api::SharedJson& value, std::string const& path) const;

  /// Fills in defaults only. The same pointer when nothing changes.
  void fill_defaults(api::SharedJson& value) const;

  /// Appends what is wrong with `value`, which stands at `path`. `known`: what was in its place and is known to be
  /// valid, or null; what has not changed since is not looked at again.
  void validate(boost::json::value const& value, FieldPath const& path, FieldErrors& errors) const;
  void validate(boost::json::value const& value, FieldPath const& path, Findings& findings,
                boost::json::value const* known = nullptr) const;
  /// The same of anyOf, oneOf, allOf and not alone.
  void validate_combinations(boost::json::value const& value, FieldPath const& path, Findings& findings) const {
    check_combinations(value, path, findings);
  }
  /// Appends what is wrong with embedded resources.
  void validate_embedded(boost::json::value const& value, std::string const& path, FieldErrors& errors) const;
  /// Appends the items of sets and maps that come twice.
  void validate_lists(boost::json::value const& value, std::string const& path, FieldErrors& errors) const;

  Type type = Type::any;
  bool nullable = false;
  bool int_or_string = false;
  bool preserve_unknown = false;
  bool embedded_resource = false;
  bool unique_items = false;
  bool list_map = false;      ///< a list whose items differ in list_keys
  bool map_atomic = false;    ///< an object that server-side apply takes as one value
  bool list_set = false;      ///< a list whose items differ
  bool has_embedded = false;  ///< here or below
  bool has_lists = false;     ///< sets or maps, here or below
  Additional additional_rule = Additional::unspecified;
  std::string format;  ///< "": none that is checked
  bool (*has_format)(std::string_view text) = nullptr;
  std::optional<boost::json::value> default_value;
  std::vector<Property> properties;  ///< in the order of the definition
  std::vector<std::string> required;
  std::unique_ptr<Schema> items;
  std::unique_ptr<Schema> additional;  ///< of properties not named; null: none that has a schema
  std::optional<Bound> minimum;
  std::optional<Bound> maximum;
  std::optional<double> multiple_of;
  std::optional<std::int64_t> min_length, max_length, min_items, max_items, min_properties, max_properties;
  std::string pattern_text;
  std::shared_ptr<re2::RE2 const> pattern;
  std::vector<boost::json::value> enumeration;
  std::vector<std::string> list_keys;
  Schemas all_of;
  Schemas any_of;
  Schemas one_of;
  std::unique_ptr<Schema> not_;

 private:
  /// What pruning does here: drops what is unknown, leaves that and goes on below, or leaves all.
  enum class Mode : std::uint8_t { prune, skip, keep };
  struct Member {
    Schema const* schema;
    Mode mode;
    bool stays;
  };
  Member member(std::string_view name, Mode mode) const;
  static bool is_settled(Schema const* schema, boost::json::value const& value, Mode mode, bool defaults,
                         boost::json::value const* known = nullptr);
  static void settle(Schema const* schema, boost::json::value& value, Mode mode, bool defaults);
  bool drops_null(boost::json::value const& value) const { return value.is_null() && !nullable && !default_value; }
  bool replaces_null(boost::json::value const& value) const { return value.is_null() && !nullable && default_value; }

  std::optional<std::string> coerce(boost::json::value& value, std::string const& path) const;

  // Each answers how many checks the value passed, by which the real server tells the best of several failures. Where
  // there is a `known` value nobody counts.
  int check(boost::json::value const& value, FieldPath const& path, Findings& findings,
            boost::json::value const* known = nullptr) const;
  int check_type(boost::json::value const& value, FieldPath const& path, Findings& findings) const;
  int check_combinations(boost::json::value const& value, FieldPath const& path, Findings& findings) const;
  void check_text(std::string_view text, FieldPath const& path, Findings& findings) const;
  void check_number(boost::json::value const& value, FieldPath const& path, Findings& findings) const;
  int check_list(boost::json::array const& array, FieldPath const& path, Findings& findings,
                 boost::json::value const* known) const;
  int check_object(boost::json::object const& object, FieldPath const& path, Findings& findings,
                   boost::json::value const* known) const;
  bool is_enumerated(boost::json::value const& value) const;
  bool lacks_default(boost::json::value const& value) const;
  void fill_in(boost::json::value& value) const;
};

}  // namespace fakeapi
