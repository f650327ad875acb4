// Events (v1).
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

std::string field_at(api::Object const& object, std::initializer_list<std::string_view> path) {
  return std::string(api::find_string(object.rest.get(), path).value_or(""));
}

// Events of the older form, without an eventTime: where they are and what they are about must agree.
void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* /*stored*/,
              FieldErrors& errors) {
  auto const about = field_at(next, {"involvedObject", "namespace"});
  auto const& own = next.metadata.namespace_;
  bool const agree = about.empty() ? own.empty() || own == "default" : about == own;
  if (!agree && field_at(next, {"eventTime"}).empty()) {
    errors.invalid("involvedObject.namespace", go_value::text(about), "does not match event.namespace");
  }
}

std::optional<std::string> select_field(api::Object const& object, std::string_view field) {
  constexpr std::string_view about = "involvedObject.";
  if (field.starts_with(about)) {
    auto const member = field.substr(about.size());
    for (std::string_view const known :
         {"kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"}) {
      if (member == known) return field_at(object, {"involvedObject", member});
    }
    return std::nullopt;
  }
  if (field == "reason" || field == "type" || field == "reportingComponent") return field_at(object, {field});
  if (field == "source") return field_at(object, {"source", "component"});
  return std::nullopt;
}

void drop_unknown(Kind const& /*kind*/, api::Object& object) {
  object.spec = nullptr;
  object.status = nullptr;
}

void prepare_update(Kind const& kind, api::Object& next, api::Object const& /*stored*/) { drop_unknown(kind, next); }

}  // namespace

Strategy const event_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = true,
    .generation = Generation::none,
    .garbage_collected = false,
    .has_status = false,
    .has_scale = false,
    .admit = nullptr,
    .prepare_create = drop_unknown,
    .prepare_update = prepare_update,
    .prepare_status_update = nullptr,
    .validate = validate,
    .validate_status = nullptr,
    .name_messages = names::subdomain_name,
    .undeletable = nullptr,
    .begin_deletion = nullptr,
    .stays = nullptr,
    .select_field = select_field,
    .read_scale = nullptr,
    .write_scale = nullptr,
};

}  // namespace fakeapi
