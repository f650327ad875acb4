// Pruning and defaulting.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/schema.hpp"

namespace fakeapi {
namespace json = boost::json;

bool Schema::keeps(std::string_view name) const {
  return preserve_unknown || (embedded_resource && (name == "apiVersion" || name == "kind" || name == "metadata"));
}

bool Schema::conforms(json::value const& value) const {
  if (auto const* object = value.if_object()) {
    for (auto const& [name, member] : *object) {
      Schema const* schema = property(name);
      if (schema == nullptr) schema = additional.get();
      if (schema == nullptr) {
        if (!keeps(name)) return false;
      } else if (schema->drops_null(member) || !schema->conforms(member)) {
        return false;
      }
    }
    for (auto const& property : properties) {
      if (property.schema->default_value && !object->contains(property.name)) return false;
    }
  } else if (auto const* array = value.if_array(); array != nullptr && items != nullptr) {
    for (auto const& item : *array) {
      if (!items->conforms(item)) return false;
    }
  }
  return true;
}

void Schema::conform(json::value& value) const {
  if (auto* object = value.if_object()) {
    for (auto at = object->begin(); at != object->end();) {
      Schema const* schema = property(at->key());
      if (schema == nullptr) schema = additional.get();
      bool const dropped = schema == nullptr ? !keeps(at->key()) : schema->drops_null(at->value());
      if (dropped) {
        at = object->stable_erase(at);
        continue;
      }
      if (schema != nullptr) schema->conform(at->value());
      ++at;
    }
    for (auto const& property : properties) {
      if (!property.schema->default_value || object->contains(property.name)) continue;
      json::value filled(*property.schema->default_value);
      property.schema->conform(filled);
      object->emplace(property.name, std::move(filled));
    }
  } else if (auto* array = value.if_array(); array != nullptr && items != nullptr) {
    for (auto& item : *array) items->conform(item);
  }
}

bool Schema::lacks_default(json::value const& value) const {
  if (auto const* object = value.if_object()) {
    for (auto const& property : properties) {
      auto const* member = object->if_contains(property.name);
      bool const absent = member == nullptr || property.schema->drops_null(*member);
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
      bool const absent = member == nullptr || property.schema->drops_null(*member);
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

void Schema::conform(api::SharedJson& value) const {
  if (!value || conforms(*value)) return;
  json::value copy(*value);
  conform(copy);
  value = api::share(std::move(copy));
}

}  // namespace fakeapi
