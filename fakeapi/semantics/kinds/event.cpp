// Events: stored as the core group has them, and also shown as events.k8s.io/v1 does.
#include <array>
#include <utility>

#include "fakeapi/semantics/kinds/rules.hpp"
#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "fakeapi/types/kind_codec.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_word = 128;
constexpr std::size_t longest_note = 1024;

json::value const& fields_of(api::Object const& object) {
  static json::value const none = json::object();
  return object.rest ? *object.rest : none;
}

bool is_set(json::value const& event, std::string_view key) {
  auto const* value = rules::find(event, key);
  return value != nullptr && !value->is_null();
}

void check_word_of(json::value const& event, std::string_view key, std::string_view named, FieldErrors& errors) {
  auto const text = rules::text_at(event, key);
  if (text.empty()) errors.required(std::string(named));
  if (text.size() > longest_word) errors.invalid(std::string(named), "\"\"", "can have at most 128 characters");
}

// Events of both forms. Those with an eventTime are of the newer one.
void check_event(api::Object const& object, FieldErrors& errors) {
  auto const& event = fields_of(object);
  auto const about = api::find_string(&event, {"involvedObject", "namespace"}).value_or("");
  auto const& own = object.metadata.namespace_;
  bool const newer = is_set(event, "eventTime");
  bool const agree = newer           ? !about.empty() || own == "kube-system"
                     : about.empty() ? own.empty() || own == "default"
                                     : about == own;
  if (!agree) errors.invalid("involvedObject.namespace", go_value::text(about), "does not match event.namespace");
  if (newer) {
    auto const controller = rules::text_at(event, "reportingComponent");
    if (controller.empty()) errors.required("reportingController");
    rules::invalid("reportingController", controller, names::qualified_name(controller), errors);
    check_word_of(event, "reportingInstance", "reportingInstance", errors);
    check_word_of(event, "action", "action", errors);
    check_word_of(event, "reason", "reason", errors);
    if (rules::text_at(event, "message").size() > longest_note) {
      errors.invalid("message", "\"\"", "can have at most 1024 characters");
    }
  }
  rules::invalid("namespace", own, names::dns1123_subdomain(own), errors);
}

void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (stored != nullptr && next.rest == stored->rest) return;
  check_event(next, errors);
}

std::string_view source_of(json::value const& event) {
  auto const component = api::find_string(&event, {"source", "component"}).value_or("");
  return component.empty() ? rules::text_at(event, "reportingComponent") : component;
}

constexpr std::string_view about = "involvedObject.";
constexpr std::string_view regarding = "regarding.";
constexpr std::array<std::string_view, 7> reference_fields{"kind",       "namespace",       "name",     "uid",
                                                           "apiVersion", "resourceVersion", "fieldPath"};

std::optional<std::string> select_reference(api::Object const& object, std::string_view member) {
  if (!rules::is_one_of(reference_fields, member)) return std::nullopt;
  return std::string(api::find_string(object.rest.get(), {"involvedObject", member}).value_or(""));
}

std::optional<std::string> select_field(api::Object const& object, std::string_view field) {
  if (field.starts_with(about)) return select_reference(object, field.substr(about.size()));
  if (field == "source") return std::string(source_of(fields_of(object)));
  if (field != "reason" && field != "type" && field != "reportingComponent") return std::nullopt;
  return std::string(rules::text_at(fields_of(object), field));
}

// events.k8s.io/v1.

// The names of one version and of the other.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> renamed{
    {{"involvedObject", "regarding"},
     {"message", "note"},
     {"reportingComponent", "reportingController"},
     {"source", "deprecatedSource"},
     {"firstTimestamp", "deprecatedFirstTimestamp"},
     {"lastTimestamp", "deprecatedLastTimestamp"},
     {"count", "deprecatedCount"}}};

types::KindCodec const& codec_of(std::string_view group) {
  static types::KindCodec const core(*types::find_kind("", "v1", "Event"));
  static types::KindCodec const events(*types::find_kind("events.k8s.io", "v1", "Event"));
  return group.empty() ? core : events;
}

// From the core version to the other, or back.
void rename(api::Object& object, bool to_core) {
  json::object fields;
  for (auto const& [name, value] : fields_of(object).get_object()) {
    std::string_view renamed_to = name;
    for (auto const& [core, other] : renamed) {
      if (name == (to_core ? other : core)) renamed_to = to_core ? core : other;
    }
    fields[renamed_to] = value;
  }
  object.rest = api::share(std::move(fields));
  // Which fields are shown when empty differs.
  codec_of(to_core ? "" : "events.k8s.io").admit(object, nullptr, {});
}

std::optional<api::Error> admit_newer(Admission const& admission, api::Object& object, api::Object const* /*stored*/) {
  if (auto error = admit_typed(admission, object, nullptr)) return error;
  rename(object, true);
  object.api_version = "v1";
  return std::nullopt;
}

void show_newer(api::Object& stored) { rename(stored, false); }

void check_series(json::value const& event, FieldErrors& errors) {
  auto const* series = rules::find(event, "series");
  if (series == nullptr) return;
  if (rules::integer_at(*series, "count").value_or(0) < 2) {
    errors.invalid("series.count", "\"\"", "should be at least 2");
  }
  if (!is_set(*series, "lastObservedTime")) errors.required("series.lastObservedTime");
}

void check_newer(Admission const& admission, api::Object const& object, FieldErrors& errors) {
  auto const& event = fields_of(object);
  check_event(object, errors);
  validate_metadata(admission.kind, object.metadata, errors);
  check_series(event, errors);
  if (!is_set(event, "eventTime")) errors.required("eventTime");
  auto const type = rules::text_at(event, "type");
  if (type != "Normal" && type != "Warning") {
    errors.invalid("type", "\"\"", "has invalid value: " + std::string(type));
  }
  std::string const unset = "needs to be unset";
  for (std::string_view const key : {"firstTimestamp", "lastTimestamp", "count"}) {
    if (is_set(event, key)) errors.invalid(std::string(key), "\"\"", unset);
  }
  if (!rules::object_at(event, "source").empty()) errors.invalid("source", "\"\"", unset);
}

void validate_newer(Admission const& admission, api::Object const& next, api::Object const* /*stored*/,
                    FieldErrors& errors) {
  check_newer(admission, next, errors);
}

// The real server compares the new event with itself: nothing is immutable.
void update_newer(Admission const& admission, api::Object const& next, api::Object const& /*stored*/,
                  FieldErrors& errors) {
  check_event(next, errors);
  validate_metadata_update(admission.kind, next.metadata, next.metadata, errors);
}

std::optional<std::string> select_newer_field(api::Object const& object, std::string_view field) {
  if (field.starts_with(regarding)) return select_reference(object, field.substr(regarding.size()));
  if (field == "reportingController") field = "reportingComponent";
  if (field != "reason" && field != "type" && field != "reportingComponent") return std::nullopt;
  return std::string(rules::text_at(fields_of(object), field));
}

}  // namespace

Strategy const event_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = true,
    .admit = admit_typed,
    .checks_metadata = false,
    .validate = validate,
    .loose_finalizers = true,
    .name_messages = names::path_segment_name,
    .select_field = select_field,
};

Strategy const newer_event_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = true,
    .admit = admit_newer,
    .show = show_newer,
    .checks_metadata = false,
    .validate = validate_newer,
    .validate_update = update_newer,
    .name_messages = names::subdomain_name,
    .select_field = select_newer_field,
};

}  // namespace fakeapi
