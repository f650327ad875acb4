#include "fakeapi/semantics/kinds/workload_rules.hpp"

#include <array>

#include "fakeapi/semantics/kinds/pod_rules.hpp"

namespace fakeapi::rules {

namespace json = boost::json;

void check_workload_selector(json::value const& spec, FieldErrors& errors) {
  Where const root("spec");
  Where const here(root, "selector");
  auto const* selector = find(spec, "selector");
  if (selector == nullptr || selector->is_null()) return errors.required(here.text());
  check_selector(selector, here, errors);
  if (is_empty_selector(selector)) {
    errors.invalid(here.text(), go_value::selector(selector), "empty selector is invalid for deployment");
  }
}

void check_workload_template(json::value const& spec, FieldErrors& errors) {
  Where const root("spec");
  Where const here(root, "template");
  auto const* selector = find(spec, "selector");
  if (!is_usable_selector(selector)) {
    return errors.invalid("spec.selector", go_value::selector(selector), "invalid label selector");
  }
  json::value const& pod_template = *find(spec, "template");
  json::value const& metadata = *find(pod_template, "metadata");
  if (!is_empty_selector(selector) && !selects(selector, object_at(metadata, "labels"))) {
    errors.invalid(here.text("metadata.labels"), go_value::map(find(metadata, "labels")),
                   "`selector` does not match template `labels`");
  }
  check_pod_template(pod_template, here, errors);
  json::value const& pod = *find(pod_template, "spec");
  if (integer_at(spec, "replicas").value_or(0) > 1) {
    Where const pod_place(here, "spec");
    Where const list(pod_place, "volumes");
    auto const& volumes = array_at(pod, "volumes");
    for (std::size_t i = 0; i < volumes.size(); ++i) {
      auto const* disk = find(volumes[i], "gcePersistentDisk");
      if (disk == nullptr || is_true(*disk, "readOnly")) continue;
      errors.invalid(Where(list, i).text("gcePersistentDisk.readOnly"), "false",
                     "must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is "
                     "read-only");
    }
  }
  constexpr std::array<std::string_view, 1> restart{"Always"};
  if (auto const policy = text_at(pod, "restartPolicy"); policy != "Always") {
    check_word(policy, here.text("spec.restartPolicy"), restart, errors);
  }
  if (has(pod, "activeDeadlineSeconds")) {
    errors.forbidden(here.text("spec.activeDeadlineSeconds"), "activeDeadlineSeconds in ReplicaSet is not Supported");
  }
}

void check_counters(json::value const& status, std::span<std::string_view const> counters, FieldErrors& errors) {
  Where const here("status");
  for (auto const counter : counters) check_not_negative(status, counter, here, errors);
  auto const count = [&](std::string_view key) { return integer_at(status, key).value_or(0); };
  auto const at_most = [&](std::string_view key, std::string_view limit, std::string_view named) {
    if (count(key) <= count(limit)) return;
    errors.invalid(here.text(key), go_value::number(count(key)), "cannot be greater than " + std::string(named));
  };
  for (std::string_view const key : {"updatedReplicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"}) {
    if (has(status, key)) at_most(key, "replicas", "status.replicas");
  }
  at_most("availableReplicas", "readyReplicas", "readyReplicas");
}

}  // namespace fakeapi::rules
