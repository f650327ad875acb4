#include "fakeapi/patch/merge_schema.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi::patch {
namespace {

using types::Form;

types::Type const text_type = [] {
  types::Type type;
  type.form = Form::string;
  return type;
}();

// A field that servers of this profile know.
types::Field const* known_field(types::Type const& type, std::string_view name, Rules rules) {
  auto const* field = type.field(name);
  return field != nullptr && (rules.modern || !field->modern) ? field : nullptr;
}

// "v1.PodSpec" without its package, as reflection names it.
std::string go_struct_name(types::Type const& type) {
  std::string const name = types::go_type_name(type);
  return name.substr(name.find('.') + 1);
}

bool merges(types::PatchStrategy strategy) {
  return strategy == types::PatchStrategy::merge || strategy == types::PatchStrategy::merge_retain_keys;
}

// Before OpenAPI v3 an int-or-string anywhere in a definition's schema kept the server from building a model of it.
bool has_int_or_string(Schema const& schema) {
  if (schema.int_or_string) return true;
  if (schema.items && has_int_or_string(*schema.items)) return true;
  if (schema.additional && has_int_or_string(*schema.additional)) return true;
  return std::ranges::any_of(schema.properties,
                             [](auto const& property) { return has_int_or_string(*property.schema); });
}

}  // namespace

MergeSchema MergeSchema::untyped() { return {}; }

MergeSchema MergeSchema::deduced() {
  MergeSchema made;
  made.source_ = Source::deduced;
  return made;
}

MergeSchema MergeSchema::of(types::Type const& type, Rules rules) {
  MergeSchema made;
  made.rules_ = rules;
  made.source_ = Source::type;
  made.type_ = &type;
  return made;
}

MergeSchema MergeSchema::of_custom(Schema const* root, types::Type const* metadata, Rules rules) {
  MergeSchema made = deduced();
  made.rules_ = rules;
  if (root == nullptr || (!rules.modern && has_int_or_string(*root))) return made;
  made.source_ = Source::custom_root;
  made.schema_ = root;
  made.type_ = metadata;
  return made;
}

MergeSchema MergeSchema::of_field(types::Field const& field, Rules rules) {
  MergeSchema made = of(*field.type, rules);
  made.field_ = &field;
  return made;
}

MergeSchema MergeSchema::below(Schema const& schema, bool preserve) const {
  MergeSchema made;
  made.source_ = Source::custom;
  made.rules_ = rules_;
  made.preserve_ = preserve;
  made.type_ = type_;
  made.schema_ = &schema;
  return made;
}

MergeSchema MergeSchema::unknown(bool preserve) const {
  MergeSchema made = preserve || rules_.modern ? deduced() : untyped();
  made.rules_ = rules_;
  return made;
}

bool MergeSchema::has_custom_fields() const {
  return source_ == Source::custom_root || !schema_->properties.empty() || schema_->embedded_resource;
}

MergeSchema::Scalar MergeSchema::scalar() const {
  switch (source_) {
    case Source::untyped:
    case Source::deduced:
      return Scalar::any;
    case Source::custom_root:
      return Scalar::none;
    case Source::custom:
      switch (schema_->type) {
        case Schema::Type::any:
          return has_custom_fields() ? Scalar::none : Scalar::any;
        case Schema::Type::string:
          return Scalar::text;
        case Schema::Type::integer:
        case Schema::Type::number:
          return Scalar::number;
        case Schema::Type::boolean:
          return Scalar::boolean;
        case Schema::Type::object:
        case Schema::Type::array:
          return Scalar::none;
      }
      return Scalar::none;
    case Source::type:
      break;
  }
  switch (type_->form) {
    case Form::any:
    case Form::time:
    case Form::micro_time:
    case Form::int_or_string:
      return Scalar::any;
    case Form::string:
    case Form::bytes:
    case Form::duration:
      return Scalar::text;
    case Form::quantity:
      return rules_.modern ? Scalar::any : Scalar::text;
    case Form::boolean:
      return Scalar::boolean;
    case Form::int32:
    case Form::int64:
    case Form::number:
      return Scalar::number;
    case Form::fields_v1:
    case Form::structure:
    case Form::list:
    case Form::map:
      return Scalar::none;
  }
  return Scalar::none;
}

MergeSchema::List MergeSchema::list() const {
  switch (source_) {
    case Source::untyped:
    case Source::deduced:
      return List::atomic;
    case Source::custom_root:
      return List::none;
    case Source::custom:
      if (schema_->type == Schema::Type::any && !has_custom_fields()) return List::atomic;
      if (schema_->type != Schema::Type::array) return List::none;
      return schema_->list_map ? List::map : schema_->list_set ? List::set : List::atomic;
    case Source::type:
      break;
  }
  if (type_->form == Form::any) return List::atomic;
  if (type_->form != Form::list) return List::none;
  if (field_ == nullptr || field_->list_type == types::ListType::atomic) return List::atomic;
  return field_->list_type == types::ListType::map ? List::map : List::set;
}

MergeSchema::Map MergeSchema::map() const {
  switch (source_) {
    case Source::untyped:
      return Map::atomic;
    case Source::deduced:
    case Source::custom_root:
      return Map::granular;
    case Source::custom:
      if (schema_->type == Schema::Type::object) return schema_->map_atomic ? Map::atomic : Map::granular;
      if (schema_->type != Schema::Type::any) return Map::none;
      return has_custom_fields() || preserve_ || rules_.modern ? Map::granular : Map::atomic;
    case Source::type:
      break;
  }
  switch (type_->form) {
    case Form::any:
      return Map::atomic;
    case Form::structure:
    case Form::map:
      return type_->atomic || (field_ != nullptr && field_->atomic) ? Map::atomic : Map::granular;
    case Form::fields_v1:
      return Map::granular;
    default:
      return Map::none;
  }
}

MergeSchema MergeSchema::items() const {
  if (source_ == Source::custom && schema_->items) return below(*schema_->items, preserve_);
  if (source_ == Source::type && type_->form == Form::list && type_->element != nullptr) {
    return of(*type_->element, rules_);
  }
  MergeSchema made = untyped();
  made.rules_ = rules_;
  return made;
}

std::size_t MergeSchema::key_count() const {
  if (source_ == Source::custom) return schema_->list_keys.size();
  return source_ == Source::type && field_ != nullptr ? field_->list_keys.size() : 0;
}

std::string_view MergeSchema::key(std::size_t at) const {
  if (source_ == Source::custom) return schema_->list_keys[at];
  return field_->list_keys[at];
}

std::optional<boost::json::value> MergeSchema::key_default(std::string_view key) const {
  if (source_ == Source::custom) {
    auto const* property = schema_->items ? schema_->items->property(key) : nullptr;
    return property != nullptr ? property->default_value : std::nullopt;
  }
  if (source_ != Source::type || type_->element == nullptr || type_->element->form != Form::structure) {
    return std::nullopt;
  }
  auto const* field = known_field(*type_->element, key, rules_);
  if (field == nullptr) return std::nullopt;
  // In 1.20 this was the only default that OpenAPI told; the others the server fills in silently.
  bool const told = rules_.modern || type_->element->name == "io.k8s.api.core.v1.ContainerPort";
  if (!field->default_json.empty() && told) return boost::json::parse(field->default_json);
  if (field->omit_empty || field->pointer) return std::nullopt;
  // The zero value of a field that is always there is its default in OpenAPI.
  switch (field->type->form) {
    case Form::string:
      return boost::json::value("");
    case Form::boolean:
      return boost::json::value(false);
    case Form::int32:
    case Form::int64:
      return boost::json::value(0);
    default:
      return std::nullopt;
  }
}

std::optional<MergeSchema::Member> MergeSchema::member(std::string_view name) const {
  switch (source_) {
    case Source::untyped:
      return Member{untyped(), false};
    case Source::deduced:
      return Member{*this, false};
    case Source::custom_root:
    case Source::custom: {
      if (source_ == Source::custom_root || schema_->embedded_resource) {
        if (name == "apiVersion" || name == "kind") return Member{of(text_type, rules_), true};
        if (name == "metadata") return Member{type_ != nullptr ? of(*type_, rules_) : unknown(true), true};
      }
      bool const preserve = preserve_ || schema_->preserve_unknown;
      if (Schema const* property = schema_->property(name)) return Member{below(*property, preserve), true};
      if (schema_->additional) {
        bool const anything = schema_->additional->preserve_unknown && schema_->additional->type == Schema::Type::any;
        return Member{anything ? unknown(preserve_) : below(*schema_->additional, preserve_), false};
      }
      if (has_custom_fields()) {
        if (!preserve) return std::nullopt;
        return Member{unknown(true), false};
      }
      return Member{unknown(preserve_), false};
    }
    case Source::type:
      break;
  }
  if (type_->form == Form::structure) {
    auto const* field = known_field(*type_, name, rules_);
    if (field == nullptr) return std::nullopt;
    return Member{of_field(*field, rules_), true};
  }
  if (type_->form == Form::map && type_->element != nullptr) {
    return Member{of(*type_->element, rules_), false};
  }
  return Member{unknown(false), false};
}

std::expected<MergeSchema::PatchField, std::string> MergeSchema::patch_field(std::string_view name) const {
  if (source_ != Source::type || type_->form != Form::structure) {
    return std::unexpected("merging an object in json but data type is not struct, instead is: " +
                           std::string(go_kind()));
  }
  auto const* field = known_field(*type_, name, rules_);
  if (field == nullptr) {
    return std::unexpected("unable to find api field in struct " + go_struct_name(*type_) + " for the json field " +
                           go_value::text(name));
  }
  return PatchField{of_field(*field, rules_), merges(field->patch), field->merge_key};
}

std::string_view MergeSchema::go_kind() const {
  if (source_ != Source::type) return "interface";
  switch (type_->form) {
    case Form::string:
      return "string";
    case Form::boolean:
      return "bool";
    case Form::int32:
      return "int32";
    case Form::int64:
      return "int64";
    case Form::number:
      return "float64";
    case Form::bytes:
    case Form::list:
      return "slice";
    case Form::map:
      return "map";
    default:
      return "struct";
  }
}

}  // namespace fakeapi::patch
