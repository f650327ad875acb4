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

bool Schema::is_settled(Schema const* schema, json::value const& value, Mode mode, bool defaults) {
  if (schema != nullptr && mode == Mode::prune && schema->preserve_unknown) mode = Mode::skip;
  if (auto const* object = value.if_object()) {
    if (schema == nullptr) return mode != Mode::prune || object->empty();
    for (auto const& [name, child] : *object) {
      auto const member = schema->member(name, mode);
      if (!member.stays) return false;
      if (member.schema == nullptr) {
        if (member.mode == Mode::prune && !is_settled(nullptr, child, member.mode, defaults)) return false;
        continue;
      }
      if (member.schema->drops_null(child) || (defaults && member.schema->replaces_null(child))) return false;
      if (!is_settled(member.schema, child, member.mode, defaults)) return false;
    }
    if (!defaults) return true;
    for (auto const& property : schema->properties) {
      if (property.schema->default_value && !object->contains(property.name)) return false;
    }
  } else if (auto const* array = value.if_array()) {
    Schema const* const items = schema != nullptr ? schema->items.get() : nullptr;
    if (items == nullptr && mode != Mode::prune) return true;
    for (auto const& item : *array) {
      if (defaults && items != nullptr && items->replaces_null(item)) return false;
      if (!is_settled(items, item, mode, defaults)) return false;
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

void Schema::conform(api::SharedJson& value) const {
  if (!value || conforms(*value)) return;
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
