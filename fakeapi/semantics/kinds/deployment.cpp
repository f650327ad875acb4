// Deployments (apps/v1).
#include <array>

#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/kinds/workload_rules.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// Annotations, finalizers and owner references may be written along with the status.
void prepare_status_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.spec = stored.spec;
  next.metadata.labels = stored.metadata.labels;
}

void check_strategy(json::value const& spec, FieldErrors& errors) {
  constexpr std::array<std::string_view, 2> types{"Recreate", "RollingUpdate"};
  json::value const& strategy = *rules::find(spec, "strategy");
  auto const type = rules::text_at(strategy, "type");
  auto const* rolling = rules::find(strategy, "rollingUpdate");
  std::string const field = "spec.strategy.rollingUpdate";
  if (type == "Recreate") {
    if (rolling != nullptr) errors.forbidden(field, "may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  if (type != "RollingUpdate") {
    std::vector<std::string> const named(types.begin(), types.end());
    errors.not_supported("spec.strategy",
                         "apps.DeploymentStrategy{Type:" + go_value::text(type) + ", RollingUpdate:" +
                             go_value::pointer("apps.RollingUpdateDeployment", rolling != nullptr) + "}",
                         named);
    return;
  }
  if (rolling == nullptr) return errors.required(field, "this should be defaulted and never be nil");
  json::value const& unavailable = *rules::find(*rolling, "maxUnavailable");
  json::value const& surge = *rules::find(*rolling, "maxSurge");
  rules::check_count_or_percent(unavailable, field + ".maxUnavailable", errors);
  rules::check_count_or_percent(surge, field + ".maxSurge", errors);
  if (rules::count_or_percent(unavailable) == 0 && rules::count_or_percent(surge) == 0) {
    errors.invalid(field + ".maxUnavailable", go_value::int_or_string(unavailable),
                   "may not be 0 when `maxSurge` is 0");
  }
  rules::check_at_most_100_percent(unavailable, field + ".maxUnavailable", errors);
}

void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  if (stored != nullptr && next.spec == stored->spec) return;
  json::value const& spec = *next.spec;
  rules::Where const here("spec");
  rules::check_not_negative(spec, "replicas", here, errors);
  rules::check_workload_selector(spec, errors);
  rules::check_workload_template(spec, errors);
  check_strategy(spec, errors);
  for (std::string_view const key : {"minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"}) {
    rules::check_not_negative(spec, key, here, errors);
  }
  auto const deadline = rules::integer_at(spec, "progressDeadlineSeconds").value_or(0);
  if (deadline <= rules::integer_at(spec, "minReadySeconds").value_or(0)) {
    errors.invalid(here.text("progressDeadlineSeconds"), go_value::number(deadline),
                   "must be greater than minReadySeconds");
  }
  if (stored == nullptr) return;
  auto const* selector = rules::find(spec, "selector");
  if (!rules::same(selector, rules::find(*stored->spec, "selector"))) {
    errors.invalid(here.text("selector"), go_value::selector(selector), "field is immutable");
  }
}

void validate_status(Admission const& /*admission*/, api::Object const& next, api::Object const* stored,
                     FieldErrors& errors) {
  constexpr std::array<std::string_view, 7> counters{"observedGeneration", "replicas",          "updatedReplicas",
                                                     "readyReplicas",      "availableReplicas", "unavailableReplicas",
                                                     "collisionCount"};
  if (stored != nullptr && next.status == stored->status) return;
  rules::check_counters(*next.status, counters, errors);
  if (stored == nullptr) return;
  auto const before = rules::integer_at(*stored->status, "collisionCount");
  auto const after = rules::integer_at(*next.status, "collisionCount");
  if (before && after.value_or(*before - 1) < *before) {
    errors.invalid("status.collisionCount", go_value::number(after.value_or(0)), "cannot be decremented");
  }
}

}  // namespace

std::expected<ScaleView, api::Error> read_workload_scale(Kind const& /*kind*/, api::Object const& object) {
  ScaleView view;
  view.spec_replicas = api::find_integer(object.spec.get(), {"replicas"}).value_or(0);
  view.status_replicas = api::find_integer(object.status.get(), {"replicas"}).value_or(0);
  view.selector = rules::selector_text(api::find_path(object.spec.get(), {"selector"}));
  return view;
}

void write_workload_scale(Kind const& /*kind*/, api::Object& object, std::int64_t replicas) {
  json::value spec(*object.spec);
  spec.get_object()["replicas"] = replicas;
  object.spec = api::share(std::move(spec));
}

Strategy const deployment_strategy{
    .built_in = true,
    .unconditional_update = true,
    .generation = Generation::spec_and_annotations,
    .garbage_collected = true,
    .has_status = true,
    .has_scale = true,
    .admit = admit_workload,
    .prepare_create = empty_status,
    .prepare_update = keep_status,
    .prepare_status_update = prepare_status_update,
    .validate = validate,
    .validate_status = validate_status,
    .name_messages = names::subdomain_name,
    .read_scale = read_workload_scale,
    .write_scale = write_workload_scale,
};

}  // namespace fakeapi
