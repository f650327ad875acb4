// Pruning and defaulting.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/schema.hpp"

namespace fakeapi {
namespace json = boost::json;

namespace {
// Of an embedded resource, which the server knows by itself.
bool is_meta(std::string_view name) { return name == "apiVersion" || name == "kind" || name == "metadata"; }
}  // namespace

bool Schema::keeps(std::string_view name) const {
  return preserve_unknown || additional_rule != Additional::unspecified || (embedded_resource && is_meta(name));
}

// What is to become of a member of an object that has this schema.
Schema::Member Schema::member(std::string_view name, Mode mode) const {
  Schema const* child = property(name);
  bool const named = child != nullptr;
  if (!named) child = additional.get();
  bool const known = named || additional != nullptr || additional_rule != Additional::unspecified;
  if (mode == Mode::keep || (embedded_resource && is_meta(name))) return {child, Mode::keep, true};
  if (known) return {child, Mode::prune, true};
  return {nullptr, Mode::keep, mode == Mode::skip};
}

bool Schema::is_settled(Schema const* schema, json::value const& value, Mode mode, bool defaults,
                        json::value const* known) {
  if (schema != nullptr && mode == Mode::prune && schema->preserve_unknown) mode = Mode::skip;
  if (auto const* object = value.if_object()) {
    if (schema == nullptr) return mode != Mode::prune || object->empty();
    auto const* const known_members = known != nullptr ? known->if_object() : nullptr;
    for (auto const& [name, child] : *object) {
      auto const member = schema->member(name, mode);
      if (!member.stays) return false;
      if (member.schema == nullptr) {
        if (member.mode == Mode::prune && !is_settled(nullptr, child, member.mode, defaults)) return false;
        continue;
      }
      if (member.schema->drops_null(child) || (defaults && member.schema->replaces_null(child))) return false;
      if (!child.is_structured()) continue;
      auto const* const twin = known_members != nullptr ? api::find_member(*known_members, name) : nullptr;
      if (!is_settled(member.schema, child, member.mode, defaults, twin)) return false;
    }
    if (!defaults) return true;
    for (auto const& property : schema->properties) {
      if (property.schema->default_value && !object->contains(property.name)) return false;
    }
  } else if (auto const* array = value.if_array()) {
    Schema const* const items = schema != nullptr ? schema->items.get() : nullptr;
    if (items == nullptr && mode != Mode::prune) return true;
    auto const* const known_items = known != nullptr ? known->if_array() : nullptr;
    for (std::size_t i = 0; i < array->size(); ++i) {
      auto const& item = (*array)[i];
      auto const* const twin = known_items != nullptr ? known_items->if_contains(i) : nullptr;
      if (twin != nullptr && api::equal_json(item, *twin)) continue;
      if (defaults && items != nullptr && items->replaces_null(item)) return false;
      if (!is_settled(items, item, mode, defaults, twin)) return false;
    }
  }
  return true;
}

void Schema::settle(Schema const* schema, json::value& value, Mode mode, bool defaults) {
  if (schema != nullptr && mode == Mode::prune && schema->preserve_unknown) mode = Mode::skip;
  if (auto* object = value.if_object()) {
    if (schema == nullptr) {
      if (mode == Mode::prune) object->clear();
      return;
    }
    for (auto at = object->begin(); at != object->end();) {
      auto const member = schema->member(at->key(), mode);
      if (!member.stays || (member.schema != nullptr && member.schema->drops_null(at->value()))) {
        at = object->stable_erase(at);
        continue;
      }
      if (defaults && member.schema != nullptr && member.schema->replaces_null(at->value())) {
        at->value() = *member.schema->default_value;
      }
      settle(member.schema, at->value(), member.mode, defaults);
      ++at;
    }
    if (!defaults) return;
    for (auto const& property : schema->properties) {
      if (!property.schema->default_value || object->contains(property.name)) continue;
      json::value filled(*property.schema->default_value);
      settle(property.schema.get(), filled, Mode::keep, true);
      object->emplace(property.name, std::move(filled));
    }
  } else if (auto* array = value.if_array()) {
    Schema const* const items = schema != nullptr ? schema->items.get() : nullptr;
    for (auto& item : *array) {
      if (defaults && items != nullptr && items->replaces_null(item)) item = *items->default_value;
      settle(items, item, mode, defaults);
    }
  }
}

bool Schema::conforms(json::value const& value) const { return is_settled(this, value, Mode::prune, true); }

void Schema::conform(json::value& value) const { settle(this, value, Mode::prune, true); }

bool Schema::lacks_default(json::value const& value) const {
  if (auto const* object = value.if_object()) {
    for (auto const& property : properties) {
      auto const* member = object->if_contains(property.name);
      bool const absent = member == nullptr || (member->is_null() && !property.schema->nullable);
      if (absent ? property.schema->default_value.has_value() : property.schema->lacks_default(*member)) return true;
    }
    if (additional == nullptr) return false;
    for (auto const& [name, member] : *object) {
      if (property(name) == nullptr && additional->lacks_default(member)) return true;
    }
  } else if (auto const* array = value.if_array(); array != nullptr && items != nullptr) {
    for (auto const& item : *array) {
      if (items->lacks_default(item)) return true;
    }
  }
  return false;
}

void Schema::fill_in(json::value& value) const {
  if (auto* object = value.if_object()) {
    for (auto const& property : properties) {
      auto* member = object->if_contains(property.name);
      bool const absent = member == nullptr || (member->is_null() && !property.schema->nullable);
      if (absent && property.schema->default_value) {
        object->insert_or_assign(property.name, *property.schema->default_value);
        member = object->if_contains(property.name);
      }
      if (member != nullptr) property.schema->fill_in(*member);
    }
    if (additional == nullptr) return;
    for (auto& [name, member] : *object) {
      if (property(name) == nullptr) additional->fill_in(member);
    }
  } else if (auto* array = value.if_array(); array != nullptr && items != nullptr) {
    for (auto& item : *array) items->fill_in(item);
  }
}

void Schema::fill_defaults(api::SharedJson& value) const {
  if (!value || !lacks_default(*value)) return;
  json::value copy(*value);
  fill_in(copy);
  value = api::share(std::move(copy));
}

void Schema::conform(api::SharedJson& value, json::value const* known) const {
  if (!value || is_settled(this, *value, Mode::prune, true, known)) return;
  json::value copy(*value);
  conform(copy);
  value = api::share(std::move(copy));
}

void Schema::prune(json::value& value) const { settle(this, value, Mode::prune, false); }

void Schema::prune(api::SharedJson& value) const {
  if (!value || is_settled(this, *value, Mode::prune, false)) return;
  json::value copy(*value);
  prune(copy);
  value = api::share(std::move(copy));
}

}  // namespace fakeapi
