// Leases (coordination.k8s.io/v1).
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* /*stored*/,
              FieldErrors& errors) {
  auto const duration = api::find_integer(next.spec.get(), {"leaseDurationSeconds"});
  if (duration && *duration <= 0) {
    errors.invalid("spec.leaseDurationSeconds", go_value::number(*duration), "must be greater than 0");
  }
  auto const transitions = api::find_integer(next.spec.get(), {"leaseTransitions"});
  if (transitions && *transitions < 0) {
    errors.invalid("spec.leaseTransitions", go_value::number(*transitions), "must be greater than or equal to 0");
  }
}

void drop_unknown(Kind const& /*kind*/, api::Object& object) {
  object.status = nullptr;
  object.rest = nullptr;
}

void prepare_update(Kind const& kind, api::Object& next, api::Object const& /*stored*/) { drop_unknown(kind, next); }

}  // namespace

Strategy const lease_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = true,
    .generation = Generation::none,
    .garbage_collected = true,
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
    .select_field = nullptr,
    .read_scale = nullptr,
    .write_scale = nullptr,
};

}  // namespace fakeapi
