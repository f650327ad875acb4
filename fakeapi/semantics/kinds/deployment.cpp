// Deployments (apps/v1): defaults, status, scale. The rules for their spec are in deployment_rules.cpp.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/kinds/deployment_rules.hpp"
#include "fakeapi/semantics/kinds/deployment_schema.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

api::SharedJson const& empty_object() {
  static api::SharedJson const empty = api::share(json::object());
  return empty;
}

// "Always" for an image without a tag or with the tag latest.
std::string_view pull_policy(std::string_view image) {
  if (image.contains('@')) return "IfNotPresent";
  auto const slash = image.rfind('/');
  auto const name = slash == std::string_view::npos ? image : image.substr(slash + 1);
  auto const colon = name.rfind(':');
  bool const latest = colon == std::string_view::npos || name.substr(colon + 1) == "latest";
  return latest ? "Always" : "IfNotPresent";
}

json::value* member(json::value* value, std::string_view key) {
  return value != nullptr && value->is_object() ? value->get_object().if_contains(key) : nullptr;
}

json::value const* member(json::value const* value, std::string_view key) { return api::find_path(value, {key}); }

// Visits the containers of a spec, of both kinds.
template <class Value, class Visit>
void for_containers(Value* spec, Visit const& visit) {
  Value* const pod = member(member(spec, "template"), "spec");
  for (std::string_view const list : {"containers", "initContainers"}) {
    Value* const containers = member(pod, list);
    if (containers == nullptr || !containers->is_array()) continue;
    for (auto& container : containers->get_array()) {
      if (container.is_object()) visit(container.get_object());
    }
  }
}

bool lacks_rolling_update(json::value const& spec) {
  auto const* strategy = api::find_path(&spec, {"strategy"});
  return api::find_string(strategy, {"type"}) == "RollingUpdate" &&
         api::find_path(strategy, {"rollingUpdate"}) == nullptr;
}

// Whether the defaults that depend on other fields are there.
bool has_dependent_defaults(json::value const& spec) {
  bool complete = !lacks_rolling_update(spec);
  for_containers(&spec, [&](json::object const& container) { complete &= container.contains("imagePullPolicy"); });
  return complete;
}

void add_dependent_defaults(json::value& spec) {
  if (lacks_rolling_update(spec)) {
    spec.at("strategy").get_object()["rollingUpdate"] = {{"maxUnavailable", "25%"}, {"maxSurge", "25%"}};
  }
  for_containers(&spec, [](json::object& container) {
    if (container.contains("imagePullPolicy")) return;
    auto const* image = container.if_contains("image");
    bool const named = image != nullptr && image->is_string();
    container["imagePullPolicy"] = pull_policy(named ? std::string_view(image->get_string()) : std::string_view());
  });
}

constexpr std::string_view counters[] = {"observedGeneration", "replicas",          "updatedReplicas",
                                         "readyReplicas",      "availableReplicas", "unavailableReplicas"};

bool is_counter(std::string_view name) { return std::ranges::find(counters, name) != std::end(counters); }

// Go leaves out a counter that is 0, an empty list, and what it does not know.
bool stays_in_status(std::string_view name, json::value const& value) {
  if (is_counter(name)) return !(value.is_int64() && value.get_int64() == 0) && !value.is_null();
  if (name == "conditions") return !value.is_null() && !(value.is_array() && value.get_array().empty());
  return name == "collisionCount" && !value.is_null();
}

void admit_status(api::SharedJson& status) {
  if (!status || !status->is_object()) {
    status = empty_object();
    return;
  }
  auto const& given = status->get_object();
  if (std::ranges::all_of(given, [](auto const& field) { return stays_in_status(field.key(), field.value()); })) return;
  json::object kept;
  for (auto const& [name, value] : given) {
    if (stays_in_status(name, value)) kept.emplace(name, value);
  }
  status = api::share(std::move(kept));
}

std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* stored) {
  object.rest = nullptr;
  if (stored == nullptr || object.status != stored->status) admit_status(object.status);
  if (stored != nullptr && object.spec == stored->spec) return std::nullopt;
  Schema const& schema = deployment_spec_schema();
  if (!object.spec || object.spec->is_null()) object.spec = empty_object();
  if (!schema.conforms(*object.spec) || !has_dependent_defaults(*object.spec)) {
    json::value spec(*object.spec);
    schema.conform(spec);
    add_dependent_defaults(spec);
    object.spec = api::share(std::move(spec));
  }
  FieldErrors errors;
  FieldPath const root;
  schema.validate(*object.spec, {&root, "spec"}, errors);
  if (errors.empty()) return std::nullopt;
  // Decoding fails before validation: 400, one reason.
  auto const causes = errors.to_error(admission.kind, object.metadata.name).causes;
  return status::bad_request("Deployment in version \"v1\" cannot be handled as a Deployment: " +
                             causes.front().message);
}

void prepare_create(Kind const& /*kind*/, api::Object& object) { object.status = empty_object(); }

void prepare_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) { next.status = stored.status; }

// Annotations, finalizers and owner references may be written along with the status.
void prepare_status_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.spec = stored.spec;
  next.metadata.labels = stored.metadata.labels;
}

void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (stored != nullptr && next.spec == stored->spec) return;
  validate_deployment_spec(*next.spec, stored != nullptr ? stored->spec.get() : nullptr, errors);
}

void validate_status(Kind const& /*kind*/, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (stored != nullptr && next.status == stored->status) return;
  validate_deployment_status(*next.status, errors);
}

std::expected<ScaleView, api::Error> read_scale(Kind const& /*kind*/, api::Object const& object) {
  ScaleView view;
  view.spec_replicas = api::find_integer(object.spec.get(), {"replicas"}).value_or(0);
  view.status_replicas = api::find_integer(object.status.get(), {"replicas"}).value_or(0);
  view.selector = selector_text(api::find_path(object.spec.get(), {"selector"}));
  return view;
}

void write_scale(Kind const& /*kind*/, api::Object& object, std::int64_t replicas) {
  json::value spec(*object.spec);
  spec.get_object()["replicas"] = replicas;
  object.spec = api::share(std::move(spec));
}

}  // namespace

Strategy const deployment_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = false,
    .generation = Generation::spec_and_annotations,
    .garbage_collected = true,
    .has_status = true,
    .has_scale = true,
    .admit = admit,
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
