// ReplicaSets (apps/v1).
#include <array>

#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/kinds/workload_rules.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

void check_spec(json::value const& spec, FieldErrors& errors) {
  rules::Where const here("spec");
  rules::check_not_negative(spec, "replicas", here, errors);
  rules::check_not_negative(spec, "minReadySeconds", here, errors);
  rules::check_workload_selector(spec, errors);
  rules::check_workload_template(spec, errors);
}

void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* /*stored*/,
              FieldErrors& errors) {
  check_spec(*next.spec, errors);
}

void validate_update(Admission const& admission, api::Object const& next, api::Object const& stored,
                     FieldErrors& errors) {
  bool const unchanged = next.spec == stored.spec;
  validate_metadata(admission.kind, next.metadata, errors);
  if (!unchanged) check_spec(*next.spec, errors);
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
  if (unchanged) return;
  check_spec(*next.spec, errors);
  auto const* selector = rules::find(*next.spec, "selector");
  if (!rules::same(selector, rules::find(*stored.spec, "selector"))) {
    errors.invalid("spec.selector", go_value::selector(selector), "field is immutable");
  }
}

void validate_status(Admission const& /*admission*/, api::Object const& next, api::Object const* stored,
                     FieldErrors& errors) {
  constexpr std::array<std::string_view, 5> counters{"replicas", "fullyLabeledReplicas", "readyReplicas",
                                                     "availableReplicas", "observedGeneration"};
  if (stored != nullptr && next.status == stored->status) return;
  rules::check_counters(*next.status, counters, errors);
}

std::optional<std::string> select_field(api::Object const& object, std::string_view field) {
  if (field != "status.replicas") return std::nullopt;
  return std::to_string(api::find_integer(object.status.get(), {"replicas"}).value_or(0));
}

}  // namespace

Strategy const replica_set_strategy{
    .built_in = true,
    .unconditional_update = true,
    .generation = Generation::spec,
    .garbage_collected = true,
    .has_status = true,
    .has_scale = true,
    .admit = admit_workload,
    .prepare_create = empty_status,
    .prepare_update = keep_status,
    .prepare_status_update = keep_spec,
    .validate = validate,
    .validate_update = validate_update,
    .validate_status = validate_status,
    .name_messages = names::subdomain_name,
    .select_field = select_field,
    .read_scale = read_workload_scale,
    .write_scale = write_workload_scale,
};

}  // namespace fakeapi
