// Namespaces.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// spec.finalizers hold a namespace until it is empty; every namespace begins with this one.
constexpr std::string_view content_finalizer = "kubernetes";

api::SharedJson const& usual_spec() {
  static api::SharedJson const spec = api::share(json::object{{"finalizers", json::array{content_finalizer}}});
  return spec;
}
api::SharedJson const& no_finalizers() {
  static api::SharedJson const spec = api::share(json::object());
  return spec;
}
api::SharedJson const& active() {
  static api::SharedJson const status = api::share(json::object{{"phase", "Active"}});
  return status;
}

json::array const* finalizers_of(api::SharedJson const& spec) {
  auto const* list = api::find_path(spec.get(), {"finalizers"});
  return list != nullptr ? list->if_array() : nullptr;
}

// Newer servers label each namespace with its name, whatever is sent.
constexpr std::string_view name_label = "kubernetes.io/metadata.name";

std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* /*stored*/) {
  auto const& name = object.metadata.name;
  if (!admission.modern || name.empty()) return std::nullopt;
  auto const* const label = object.metadata.labels->find(name_label);
  if (label != nullptr && *label == name) return std::nullopt;
  auto labels = *object.metadata.labels;
  labels.set(name_label, name);
  object.metadata.labels = std::move(labels);
  return std::nullopt;
}

void fill_in(json::object& document, bool modern) {
  auto* const metadata = document.if_contains("metadata");
  auto const* const name = metadata != nullptr ? metadata->at("name").if_string() : nullptr;
  if (!modern || name == nullptr || name->empty()) return;
  auto& labels = metadata->get_object()["labels"];
  if (!labels.is_object()) labels.emplace_object();
  labels.get_object()[name_label] = *name;
}

void prepare_create(Kind const& /*kind*/, api::Object& object) {
  object.status = active();
  object.rest = nullptr;
  json::array const* const given = finalizers_of(object.spec);
  if (given == nullptr || given->empty()) {
    object.spec = usual_spec();
    return;
  }
  json::array finalizers(*given);
  if (std::ranges::find(finalizers, json::value(content_finalizer)) == finalizers.end()) {
    finalizers.emplace_back(content_finalizer);
  }
  object.spec = api::share(json::object{{"finalizers", std::move(finalizers)}});
}

void prepare_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.spec = stored.spec;
  next.status = stored.status;
  next.rest = nullptr;
}

void prepare_status_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.spec = stored.spec;
  next.rest = nullptr;
}

void validate_status(Admission const& /*admission*/, api::Object const& next, api::Object const* /*stored*/,
                     FieldErrors& errors) {
  auto const phase = api::find_string(next.status.get(), {"phase"}).value_or("Active");
  bool const terminating = next.metadata.terminating();
  if (phase == (terminating ? "Terminating" : "Active")) return;
  errors.invalid("status.Phase", go_value::text(phase),
                 terminating ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
                             : "may only be 'Active' if `deletionTimestamp` is empty");
}

// Of the spec everything may be changed: there is nothing but its finalizers.
void prepare_finalize(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.status = stored.status;
  next.rest = nullptr;
  json::array const* const finalizers = finalizers_of(next.spec);
  bool const none = finalizers == nullptr || finalizers->empty();
  next.spec = none ? no_finalizers() : api::share(json::object{{"finalizers", *finalizers}});
}

void validate_finalize(Kind const& /*kind*/, api::Object const& next, FieldErrors& errors) {
  json::array const* const finalizers = finalizers_of(next.spec);
  for (std::size_t i = 0; finalizers != nullptr && i < finalizers->size(); ++i) {
    auto const* const text = (*finalizers)[i].if_string();
    std::string_view const finalizer = text != nullptr ? std::string_view(*text) : std::string_view();
    std::string const field = "spec.finalizers[" + std::to_string(i) + "]";
    auto const messages = names::qualified_name(finalizer);
    for (auto const& message : messages) errors.invalid(field, go_value::text(finalizer), message);
    if (messages.empty() && finalizer != content_finalizer && !finalizer.contains('/')) {
      errors.invalid(field, go_value::text(finalizer),
                     "name is neither a standard finalizer name nor is it fully qualified");
    }
  }
}

char const* undeletable(std::string_view name) {
  bool const immortal = name == "default" || name == "kube-system" || name == "kube-public";
  return immortal ? "this namespace may not be deleted" : nullptr;
}

void begin_deletion(api::Object& next, api::PropagationPolicy policy, api::Timestamp now) {
  next.metadata.deletion_timestamp = now;
  next.metadata.finalizers = propagated(next.metadata, policy);
  json::object status;
  if (next.status && next.status->is_object()) status = next.status->get_object();
  status["phase"] = "Terminating";
  next.status = api::share(std::move(status));
}

bool stays(api::Object const& object) {
  json::array const* const finalizers = finalizers_of(object.spec);
  return finalizers != nullptr && !finalizers->empty();
}

std::optional<std::string> select_field(api::Object const& object, std::string_view field) {
  if (field == "name") return object.metadata.name;
  if (field == "status.phase") return std::string(api::find_string(object.status.get(), {"phase"}).value_or(""));
  return std::nullopt;
}

}  // namespace

Strategy const namespace_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = false,
    .generation = Generation::none,
    .garbage_collected = true,
    .has_status = true,
    .has_scale = false,
    .admit = admit,
    .fill_in = fill_in,
    .prepare_create = prepare_create,
    .prepare_update = prepare_update,
    .prepare_status_update = prepare_status_update,
    .validate = nullptr,
    .validate_status = validate_status,
    .name_messages = names::label_name,
    .undeletable = undeletable,
    .prepare_finalize = prepare_finalize,
    .validate_finalize = validate_finalize,
    .has_pod_subresources = false,
    .begin_deletion = begin_deletion,
    .grace = nullptr,
    .returns_deleted = true,
    .stays = stays,
    .select_field = select_field,
    .read_scale = nullptr,
    .write_scale = nullptr,
};

}  // namespace fakeapi
