// A schema as it is written in a definition. Internal to the checks of definitions.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "fakeapi/semantics/field_errors.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {

/// One node. Looks at JSON that has the form of JSONSchemaProps.
class SchemaSource {
 public:
  explicit SchemaSource(boost::json::value const& json) : json_(json) {}

  boost::json::value const& json() const { return json_; }
  boost::json::value const* find(std::string_view key) const { return api::find_path(&json_, {key}); }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  std::string_view text(std::string_view key) const { return api::find_string(&json_, {key}).value_or(""); }
  bool flag(std::string_view key) const {
    auto const* value = find(key);
    return value != nullptr && value->is_bool() && value->get_bool();
  }
  std::string_view type() const { return text("type"); }

  boost::json::object const* object(std::string_view key) const {
    auto const* value = find(key);
    return value != nullptr ? value->if_object() : nullptr;
  }
  boost::json::array const* list(std::string_view key) const {
    auto const* value = find(key);
    return value != nullptr ? value->if_array() : nullptr;
  }
  bool is_empty(std::string_view key) const {
    auto const* value = find(key);
    return value == nullptr || (value->is_object() && value->get_object().empty()) ||
           (value->is_array() && value->get_array().empty());
  }
  /// The schema at a key, or null: items and additionalProperties may be something else.
  boost::json::value const* schema(std::string_view key) const {
    auto const* value = find(key);
    return value != nullptr && value->is_object() ? value : nullptr;
  }

  /// `visit(name, schema)` for each of a map of schemas.
  template <class Visit>
  void each_of(std::string_view key, Visit const& visit) const {
    auto const* map = object(key);
    if (map == nullptr) return;
    for (auto const& [name, child] : *map) {
      if (child.is_object()) visit(std::string(name), child);
    }
  }
  /// `visit(index, schema)` for each of a list of schemas.
  template <class Visit>
  void each_in(std::string_view key, Visit const& visit) const {
    auto const* all = list(key);
    if (all == nullptr) return;
    for (std::size_t i = 0; i < all->size(); ++i) {
      if ((*all)[i].is_object()) visit(i, (*all)[i]);
    }
  }

 private:
  boost::json::value const& json_;
};

inline std::string child(std::string const& path, std::string_view key) { return path + "." + std::string(key); }
inline std::string at_key(std::string const& path, std::string_view key) { return path + "[" + std::string(key) + "]"; }
inline std::string at_index(std::string const& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

/// The checks by themselves, each over a whole schema.
void check_known_features(SchemaSource const& schema, std::string const& field, FieldErrors& errors);
void check_structure(SchemaSource const& schema, std::string const& field, FieldErrors& errors);
void check_defaults(SchemaSource const& schema, std::string const& field, FieldErrors& errors);

}  // namespace fakeapi
