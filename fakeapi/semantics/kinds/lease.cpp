// Leases (coordination.k8s.io/v1).
#include "fakeapi/semantics/kinds/rules.hpp"
#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (stored != nullptr && next.spec == stored->spec) return;
  auto const duration = rules::integer_at(*next.spec, "leaseDurationSeconds");
  if (duration && *duration <= 0) {
    errors.invalid("spec.leaseDurationSeconds", go_value::number(*duration), "must be greater than 0");
  }
  auto const transitions = rules::integer_at(*next.spec, "leaseTransitions");
  if (transitions && *transitions < 0) {
    errors.invalid("spec.leaseTransitions", go_value::number(*transitions), "must to greater or equal than 0");
  }
}

}  // namespace

Strategy const lease_strategy{
    .built_in = true,
    .unconditional_update = false,
    .create_on_update = true,
    .garbage_collected = true,
    .admit = admit_typed,
    .validate = validate,
    .loose_finalizers = true,
    .name_messages = names::subdomain_name,
};

}  // namespace fakeapi
