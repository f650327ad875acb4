// Objects of a CustomResourceDefinition.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "fakeapi/semantics/definition.hpp"
#include "fakeapi/semantics/findings.hpp"
#include "fakeapi/semantics/kinds/custom_resource.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "fakeapi/semantics/unstructured.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// One top-level field. What the schema has no place for goes; what is the stored object's is as it should be.
std::optional<api::Error> admit_field(Kind const& kind, std::string_view name, api::SharedJson& value,
                                      api::SharedJson const* stored) {
  Schema const& root = *kind.schema;
  Schema const* schema = root.property(name);
  if (schema == nullptr) {
    if (!root.preserve_unknown) value = nullptr;
    return std::nullopt;
  }
  if (value && value->is_null() && !schema->nullable) value = nullptr;
  if (value && schema->has_embedded && (stored == nullptr || value != *stored)) {
    schema->prune(value);
    if (auto const fault = schema->coerce(value, std::string(name))) {
      return status::bad_request(kind.kind + " in version \"" + kind.resource.version + "\" cannot be handled as a " +
                                 kind.kind + ": " + *fault);
    }
  }
  if (!value && schema->default_value) value = api::share(*schema->default_value);
  if (stored == nullptr || value != *stored) schema->conform(value, stored != nullptr ? stored->get() : nullptr);
  return std::nullopt;
}

bool is_own_field(std::string_view name) {
  return name == "spec" || name == "status" || name == "apiVersion" || name == "kind" || name == "metadata";
}

// The fields besides these two are rare; they are handled as one object.
template <class Change>
void change_rest(api::Object& object, Change const& change) {
  json::value rest = object.rest ? json::value(*object.rest) : json::value(json::object());
  change(rest.get_object());
  if (object.rest && rest == *object.rest) return;
  object.rest = rest.get_object().empty() ? nullptr : api::share(std::move(rest));
}

bool fills_in_rest(Schema const& root) {
  return std::ranges::any_of(root.properties, [](Schema::Property const& property) {
    return property.schema->default_value && !is_own_field(property.name);
  });
}

std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* stored) {
  Kind const& kind = admission.kind;
  Schema const& root = *kind.schema;
  if (auto error = admit_field(kind, "spec", object.spec, stored != nullptr ? &stored->spec : nullptr)) return error;
  if (auto error = admit_field(kind, "status", object.status, stored != nullptr ? &stored->status : nullptr)) {
    return error;
  }
  if (object.rest == nullptr && !fills_in_rest(root)) return std::nullopt;
  if (stored != nullptr && object.rest == stored->rest) return std::nullopt;
  std::optional<api::Error> failed;
  change_rest(object, [&](json::object& fields) {
    json::object kept;
    for (auto const& [name, value] : fields) {
      if (is_own_field(name)) continue;
      api::SharedJson field = api::share(value);
      if (auto error = admit_field(kind, name, field, nullptr); error && !failed) failed = std::move(error);
      if (field) kept.emplace(name, *field);
    }
    for (auto const& property : root.properties) {
      if (is_own_field(property.name) || !property.schema->default_value || kept.contains(property.name)) continue;
      json::value filled(*property.schema->default_value);
      property.schema->conform(filled);
      kept.emplace(property.name, std::move(filled));
    }
    fields = std::move(kept);
  });
  return failed;
}

// What server-side apply made is not decoded: only defaults come in before it is validated.
std::optional<api::Error> admit_applied(Admission const& admission, api::Object& object, api::Object const* stored) {
  Schema const& root = *admission.kind.schema;
  auto const fill = [&](std::string_view name, api::SharedJson& value, api::SharedJson const* known) {
    Schema const* schema = root.property(name);
    if (schema == nullptr || (known != nullptr && value == *known)) return;
    if (schema->default_value && (!value || (value->is_null() && !schema->nullable))) {
      value = api::share(*schema->default_value);
    }
    schema->fill_defaults(value);
  };
  fill("spec", object.spec, stored != nullptr ? &stored->spec : nullptr);
  fill("status", object.status, stored != nullptr ? &stored->status : nullptr);
  return std::nullopt;
}

void prepare_create(Kind const& kind, api::Object& object) {
  if (kind.has_status) object.status = nullptr;
}

void prepare_update(Kind const& kind, api::Object& next, api::Object const& stored) {
  if (kind.has_status) next.status = stored.status;
}

// Only the status is taken.
void prepare_status_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  api::SharedJson status = std::move(next.status);
  next = stored;
  next.status = std::move(status);
}

json::value const* at_path(api::Object const& object, ScalePaths::Path const& path, std::size_t steps) {
  if (path.empty()) return nullptr;
  api::SharedJson const& top = path.front() == "spec"     ? object.spec
                               : path.front() == "status" ? object.status
                                                          : object.rest;
  json::value const* value = top.get();
  bool const in_rest = path.front() != "spec" && path.front() != "status";
  for (std::size_t i = in_rest ? 0 : 1; i < steps && value != nullptr; ++i) value = api::find_path(value, {path[i]});
  return value;
}

std::string text_of(ScalePaths::Path const& path) {
  std::string text;
  for (auto const& step : path) text += "." + step;
  return text;
}

// %v of what JSON decodes to, for scalars.
std::string go_plain(json::value const& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_double()) return go_value::real(value.get_double());
  return json::serialize(value);
}

std::string_view go_type(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "<nil>";
    case json::kind::bool_:
      return "bool";
    case json::kind::int64:
    case json::kind::uint64:
      return "int64";
    case json::kind::double_:
      return "float64";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "[]interface {}";
    case json::kind::object:
      return "map[string]interface {}";
  }
  return "";
}

// The number at a path: absent, a number, or the text of what is wrong (unstructured.NestedInt64). `stored`: the object
// has been read from the store.
std::expected<std::optional<std::int64_t>, std::string> number_at(api::Object const& object,
                                                                  ScalePaths::Path const& path, bool stored = false) {
  auto const accessor_error = [&](json::value const& value, std::string_view wanted) {
    return std::unexpected(text_of(path) + " accessor error: " + go_plain(value) + " is of the type " +
                           std::string(go_type(value)) + ", expected " + std::string(wanted));
  };
  if (path.empty()) return std::nullopt;
  for (std::size_t steps = 1; steps < path.size(); ++steps) {
    json::value const* parent = at_path(object, path, steps);
    if (parent != nullptr && !parent->is_object()) return accessor_error(*parent, "map[string]interface{}");
  }
  json::value const* value = at_path(object, path, path.size());
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  // In Go every integer that fits is an int64; an in-process client may have made it from an unsigned one.
  if (value->is_uint64() && value->get_uint64() <= std::numeric_limits<std::int64_t>::max()) {
    return static_cast<std::int64_t>(value->get_uint64());
  }
  // Go stores 1.0 as 1, and so reads it as an integer afterwards.
  if (stored && value->is_double() && std::trunc(value->get_double()) == value->get_double()) {
    return static_cast<std::int64_t>(value->get_double());
  }
  return accessor_error(*value, "int64");
}

void validate_scale_number(api::Object const& object, ScalePaths::Path const& path, FieldErrors& errors) {
  constexpr std::int64_t most = 2147483647;
  auto const number = number_at(object, path);
  if (!number) {
    errors.invalid(text_of(path), "0", number.error());
  } else if (*number && **number < 0) {
    errors.invalid(text_of(path), go_value::number(**number), "should be a non-negative integer");
  } else if (*number && **number > most) {
    errors.invalid(text_of(path), go_value::number(**number),
                   "should be less than or equal to " + std::to_string(most));
  }
}

void validate_scale_status(api::Object const& object, ScalePaths const& paths, FieldErrors& errors) {
  validate_scale_number(object, paths.status_replicas, errors);
  if (paths.label_selector.empty()) return;
  json::value const* selector = at_path(object, paths.label_selector, paths.label_selector.size());
  if (selector == nullptr || selector->is_string()) return;
  errors.invalid(text_of(paths.label_selector), "\"\"",
                 text_of(paths.label_selector) + " accessor error: " + go_plain(*selector) + " is of the type " +
                     std::string(go_type(*selector)) + ", expected string");
}

// Each top-level field of an object that is not the stored one's, with its schema and what is stored in its place.
template <class Visit>
void for_changed_fields(Kind const& kind, api::Object const& next, api::Object const* stored, Visit const& visit) {
  Schema const& root = *kind.schema;
  auto const offer = [&](std::string_view name, json::value const& value, json::value const* known) {
    Schema const* schema = root.property(name);
    if (schema == nullptr) schema = root.additional.get();
    if (schema != nullptr) visit(name, value, *schema, known);
  };
  auto const* const spec = stored != nullptr ? stored->spec.get() : nullptr;
  auto const* const status = stored != nullptr ? stored->status.get() : nullptr;
  if (next.spec && next.spec.get() != spec) offer("spec", *next.spec, spec);
  if (next.status && next.status.get() != status) offer("status", *next.status, status);
  if (!next.rest || (stored != nullptr && next.rest == stored->rest)) return;
  for (auto const& [name, value] : next.rest->get_object()) offer(name, value, nullptr);
}

bool has_field(api::Object const& object, std::string_view name) {
  if (name == "spec") return object.spec != nullptr;
  if (name == "status") return object.status != nullptr;
  return is_own_field(name) || api::find_path(object.rest.get(), {name}) != nullptr;
}

// The metadata's own schema may say something of the name.
void check_metadata(Schema const& root, api::Object const& next, Findings& findings) {
  Schema const* schema = root.property("metadata");
  if (schema == nullptr || schema->properties.empty()) return;
  json::object metadata;
  metadata["name"] = next.metadata.name;
  if (!next.metadata.generate_name.empty()) metadata["generateName"] = next.metadata.generate_name;
  FieldPath const here;
  schema->validate(metadata, {&here, "metadata"}, findings);
}

void validate_content(Kind const& kind, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  Schema const& root = *kind.schema;
  FieldPath const here;
  Findings findings;
  for_changed_fields(kind, next, stored,
                     [&](std::string_view name, json::value const& value, Schema const& schema,
                         json::value const* known) { schema.validate(value, {&here, name}, findings, known); });
  if (stored == nullptr) check_metadata(root, next, findings);
  for (auto const& name : root.required) {
    if (!has_field(next, name)) findings.required({&here, name});
  }
  if (!root.any_of.empty() || !root.one_of.empty() || !root.all_of.empty() || root.not_ != nullptr) {
    root.validate_combinations(api::object_to_json(next), here, findings);
  }
  if (!findings.empty()) findings.to_errors("", errors);
}

void validate_structure(Kind const& kind, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (!kind.schema->has_embedded && !kind.schema->has_lists) return;
  for_changed_fields(kind, next, stored,
                     [&](std::string_view name, json::value const& value, Schema const& schema,
                         json::value const* /*known*/) { schema.validate_embedded(value, std::string(name), errors); });
  for_changed_fields(kind, next, stored,
                     [&](std::string_view name, json::value const& value, Schema const& schema,
                         json::value const* /*known*/) { schema.validate_lists(value, std::string(name), errors); });
}

// Newer servers look at lists of a status that are sets or maps, but not once they are broken.
void validate_new_lists(Kind const& kind, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  Schema const* const schema = kind.schema->property("status");
  if (!kind.schema->has_lists || schema == nullptr || !next.status) return;
  FieldErrors before;
  if (stored != nullptr && stored->status) schema->validate_lists(*stored->status, "status", before);
  if (before.empty()) schema->validate_lists(*next.status, "status", errors);
}

void validate(Admission const& admission, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (stored != nullptr && next.spec == stored->spec && next.status == stored->status && next.rest == stored->rest) {
    return;
  }
  Kind const& kind = admission.kind;
  validate_content(kind, next, stored, errors);
  if (kind.scale) {
    validate_scale_number(next, kind.scale->spec_replicas, errors);
    validate_scale_status(next, *kind.scale, errors);
  }
  validate_structure(kind, next, stored, errors);
}

void validate_status(Admission const& admission, api::Object const& next, api::Object const* stored,
                     FieldErrors& errors) {
  Kind const& kind = admission.kind;
  if (stored != nullptr && next.status == stored->status) return;
  validate_content(kind, next, stored, errors);
  if (kind.scale) validate_scale_status(next, *kind.scale, errors);
  if (admission.modern) validate_new_lists(kind, next, stored, errors);
}

std::expected<ScaleView, api::Error> read_scale(Kind const& kind, api::Object const& object) {
  ScaleView view;
  auto const spec = number_at(object, kind.scale->spec_replicas, true);
  if (!spec) return std::unexpected(status::plain_error(spec.error()));
  if (!*spec) {
    return std::unexpected(status::internal_error("the spec replicas field \"" + text_of(kind.scale->spec_replicas) +
                                                  "\" does not exist"));
  }
  view.spec_replicas = **spec;
  auto const status = number_at(object, kind.scale->status_replicas, true);
  if (!status) return std::unexpected(status::plain_error(status.error()));
  view.status_replicas = status->value_or(0);
  auto const& selector_path = kind.scale->label_selector;
  json::value const* selector = at_path(object, selector_path, selector_path.size());
  if (selector != nullptr && selector->is_string()) view.selector = selector->get_string();
  return view;
}

void write_scale(Kind const& kind, api::Object& object, std::int64_t replicas) {
  auto const& path = kind.scale->spec_replicas;  // below .spec: definitions are checked for that
  json::value spec = object.spec ? *object.spec : json::value(json::object());
  json::value* at = &spec;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (!at->is_object()) at->emplace_object();
    at = &at->get_object()[path[i]];
  }
  *at = replicas;
  object.spec = api::share(std::move(spec));
}

// One schema's part of an object: `change` gets each field with the schema it has there.
template <class Change>
void change_fields(Schema const& root, api::Object& object, Change const& change) {
  auto const offer = [&](std::string_view name, api::SharedJson& value) {
    if (!value) return;
    if (Schema const* schema = root.property(name)) {
      change(*schema, value);
    } else if (!root.preserve_unknown) {
      value = nullptr;
    }
  };
  offer("spec", object.spec);
  offer("status", object.status);
  if (!object.rest) return;
  change_rest(object, [&](json::object& fields) {
    json::object kept;
    for (auto const& [name, value] : fields) {
      api::SharedJson field = api::share(value);
      offer(name, field);
      if (field) kept.emplace(name, *field);
    }
    fields = std::move(kept);
  });
}

}  // namespace

void show_in_version(Kind const& kind, api::Object& object) {
  if (Schema const* kept_in = kind.versions->schema_of(object.api_version)) {
    Kind as_kept = kind;
    as_kept.schema = std::shared_ptr<Schema const>(kind.versions, kept_in);
    DefinitionCache unused;
    admit({as_kept, unused}, object, nullptr);
  }
  if (object.api_version == kind.api_version) return;
  object.api_version = kind.api_version;
  change_fields(*kind.schema, object, [](Schema const& schema, api::SharedJson& value) { schema.prune(value); });
}

void keep_in_storage_version(Kind const& kind, api::Object& object) {
  settle_numbers(object.spec);
  settle_numbers(object.status);
  settle_numbers(object.rest);
  if (object.api_version == kind.versions->storage) return;
  object.api_version = kind.versions->storage;
  Schema const* const root = kind.versions->schema_of(object.api_version);
  change_fields(*root, object, [](Schema const& schema, api::SharedJson& value) { schema.prune(value); });
}

Strategy const custom_resource_strategy{
    .built_in = false,
    .unconditional_update = false,
    .create_on_update = false,
    .generation = Generation::all_but_metadata,
    .garbage_collected = true,
    .has_status = false,
    .has_scale = false,
    .admit = admit,
    .admit_applied = admit_applied,
    .prepare_create = prepare_create,
    .prepare_update = prepare_update,
    .prepare_status_update = prepare_status_update,
    .validate = validate,
    .validate_status = validate_status,
    .name_messages = names::subdomain_name,
    .undeletable = nullptr,
    .begin_deletion = nullptr,
    .stays = nullptr,
    .select_field = nullptr,
    .read_scale = read_scale,
    .write_scale = write_scale,
};

}  // namespace fakeapi
