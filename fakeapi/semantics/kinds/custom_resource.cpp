// Objects of a CustomResourceDefinition.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// One top-level field. What the schema has no place for goes; what is the stored object's is as it should be.
void admit_field(Schema const& root, std::string_view name, api::SharedJson& value, api::SharedJson const* stored) {
  Schema const* schema = root.property(name);
  if (schema == nullptr) {
    if (!root.preserve_unknown) value = nullptr;
    return;
  }
  if (value && value->is_null() && !schema->nullable) value = nullptr;
  if (!value && schema->default_value) value = api::share(*schema->default_value);
  if (stored == nullptr || value != *stored) schema->conform(value);
}

std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* stored) {
  Schema const& root = *admission.kind.schema;
  admit_field(root, "spec", object.spec, stored != nullptr ? &stored->spec : nullptr);
  admit_field(root, "status", object.status, stored != nullptr ? &stored->status : nullptr);
  // The fields besides these two are rare; they are handled as one object with the root's schema.
  bool const fills_in = std::ranges::any_of(root.properties, [](auto const& property) {
    return property.schema->default_value && property.name != "spec" && property.name != "status";
  });
  if (!object.rest && !fills_in) return std::nullopt;
  if (stored != nullptr && object.rest == stored->rest) return std::nullopt;
  json::value rest = object.rest ? json::value(*object.rest) : json::value(json::object());
  json::object& fields = rest.get_object();
  // The two are in their places and must not be filled in here.
  fields["spec"] = nullptr;
  fields["status"] = nullptr;
  root.conform(rest);
  fields.stable_erase("spec");
  fields.stable_erase("status");
  if (object.rest && rest == *object.rest) return std::nullopt;
  object.rest = fields.empty() ? nullptr : api::share(std::move(rest));
  return std::nullopt;
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

// The number at a path: absent, a number, or the text of what is wrong (unstructured.NestedInt64).
std::expected<std::optional<std::int64_t>, std::string> number_at(api::Object const& object,
                                                                  ScalePaths::Path const& path) {
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

void validate_content(Kind const& kind, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  Schema const& root = *kind.schema;
  FieldPath const here;
  bool const spec_changed = stored == nullptr || next.spec != stored->spec;
  bool const status_changed = stored == nullptr || next.status != stored->status;
  for (auto const& name : root.required) {
    bool const there = name == "spec"     ? next.spec != nullptr
                       : name == "status" ? next.status != nullptr
                       : name == "apiVersion" || name == "kind" || name == "metadata"
                           ? true
                           : api::find_path(next.rest.get(), {name}) != nullptr;
    if (!there) errors.required(name);
  }
  auto const check = [&](std::string_view name, api::SharedJson const& value) {
    if (!value) return;
    if (Schema const* schema = root.property(name)) schema->validate(*value, {&here, name}, errors);
  };
  if (spec_changed) check("spec", next.spec);
  if (status_changed) check("status", next.status);
  if (next.rest && (stored == nullptr || next.rest != stored->rest)) {
    for (auto const& [name, value] : next.rest->get_object()) {
      Schema const* schema = root.property(name);
      if (schema == nullptr) schema = root.additional.get();
      if (schema != nullptr) schema->validate(value, {&here, name}, errors);
    }
  }
}

void validate(Admission const& admission, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (stored != nullptr && next.spec == stored->spec && next.status == stored->status && next.rest == stored->rest) {
    return;
  }
  Kind const& kind = admission.kind;
  validate_content(kind, next, stored, errors);
  if (!kind.scale) return;
  validate_scale_number(next, kind.scale->spec_replicas, errors);
  validate_scale_number(next, kind.scale->status_replicas, errors);
}

void validate_status(Kind const& kind, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (stored != nullptr && next.status == stored->status) return;
  validate_content(kind, next, stored, errors);
  if (kind.scale) validate_scale_number(next, kind.scale->status_replicas, errors);
}

std::expected<ScaleView, api::Error> read_scale(Kind const& kind, api::Object const& object) {
  ScaleView view;
  auto const spec = number_at(object, kind.scale->spec_replicas);
  if (!spec) return std::unexpected(status::plain_error(spec.error()));
  if (!*spec) {
    return std::unexpected(status::internal_error("the spec replicas field \"" + text_of(kind.scale->spec_replicas) +
                                                  "\" does not exist"));
  }
  view.spec_replicas = **spec;
  auto const status = number_at(object, kind.scale->status_replicas);
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

}  // namespace

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
