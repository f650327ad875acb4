// Pods.
#include <algorithm>
#include <array>
#include <map>

#include "fakeapi/semantics/kinds/pod_rules.hpp"
#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "fakeapi/types/dependent_defaults.hpp"
#include "fakeapi/types/quantity.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// What servers are started with unless told otherwise: the admission plugins Priority, RuntimeClass and
// DefaultTolerationSeconds.

std::optional<api::Error> refuse(Admission const& admission, api::Object const& object, std::string const& why) {
  return status::forbidden(admission.kind, object.metadata.name, why);
}

// Neither priority nor runtime classes are served: there are only the two that every cluster has, and none.
std::optional<api::Error> check_classes(Admission const& admission, api::Object const& object, json::object& spec) {
  constexpr std::int64_t critical = 2000000000;
  auto const name = rules::text_at(*object.spec, "priorityClassName");
  std::int64_t priority = 0;
  if (name == "system-cluster-critical") {
    priority = critical;
  } else if (name == "system-node-critical") {
    priority = critical + 1000;
  } else if (!name.empty()) {
    return refuse(admission, object, "no PriorityClass with name " + std::string(name) + " was found");
  }
  constexpr std::string_view preempts = "PreemptLowerPriority";
  if (auto const given = rules::integer_at(*object.spec, "priority"); given && *given != priority) {
    return refuse(admission, object,
                  "the integer value of priority (" + std::to_string(*given) +
                      ") must not be provided in pod spec; priority admission controller computed " +
                      std::to_string(priority) + " from the given PriorityClass name");
  }
  if (auto const policy = rules::text_at(*object.spec, "preemptionPolicy"); !policy.empty() && policy != preempts) {
    return refuse(admission, object,
                  "the string value of PreemptionPolicy (" + std::string(policy) +
                      ") must not be provided in pod spec; priority admission controller computed " +
                      std::string(preempts) + " from the given PriorityClass name");
  }
  spec["priority"] = priority;
  spec["preemptionPolicy"] = preempts;
  if (auto const runtime = rules::text_at(*object.spec, "runtimeClassName"); !runtime.empty()) {
    return refuse(admission, object, "pod rejected: RuntimeClass \"" + std::string(runtime) + "\" not found");
  }
  return std::nullopt;
}

bool tolerates(json::value const& spec, std::string_view taint) {
  return std::ranges::any_of(rules::array_at(spec, "tolerations"), [&](json::value const& toleration) {
    auto const key = rules::text_at(toleration, "key");
    auto const effect = rules::text_at(toleration, "effect");
    return (key == taint || key.empty()) && (effect == "NoExecute" || effect.empty());
  });
}

constexpr std::array<std::string_view, 2> taints{"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"};

void add_tolerations(json::value const& sent, json::object& spec) {
  constexpr int patience = 300;
  for (auto const taint : taints) {
    if (tolerates(sent, taint)) continue;
    auto& list = spec["tolerations"];
    if (!list.is_array()) list.emplace_array();
    list.get_array().push_back(
        {{"key", taint}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", patience}});
  }
}

std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* stored) {
  if (auto error = admit_typed(admission, object, stored)) return error;
  if (stored != nullptr && object.spec == stored->spec) return std::nullopt;
  json::value const& sent = *object.spec;
  bool const disabled = !admission.modern && rules::has_disabled(sent);
  bool const complete = types::pod_defaults.complete(sent.get_object()) && !disabled &&
                        std::ranges::all_of(taints, [&](auto taint) { return tolerates(sent, taint); });
  if (complete && stored != nullptr) return std::nullopt;
  json::value spec(sent);
  types::pod_defaults.fill(spec.get_object());
  if (disabled) rules::drop_disabled(spec.get_object());
  if (stored == nullptr) {
    if (auto error = check_classes(admission, object, spec.get_object())) return error;
  }
  add_tolerations(sent, spec.get_object());
  object.spec = api::share(std::move(spec));
  return std::nullopt;
}

void fill_in(json::object& document, bool /*modern*/) {
  auto* spec = document.if_contains("spec");
  if (spec != nullptr && spec->is_object()) types::pod_defaults.fill(spec->get_object());
}

// What counts for the class of service: CPU and memory above zero, added up over the containers.
using Amounts = std::map<std::string_view, std::int64_t>;

void add_amounts(json::value const& container, std::string_view key, Amounts& total, Amounts& own) {
  auto const* resources = rules::find(container, "resources");
  if (resources == nullptr) return;
  for (auto const& [name, value] : rules::object_at(*resources, key)) {
    if (name != "cpu" && name != "memory") continue;
    auto const amount = types::Quantity::parse(rules::text_of(value));
    if (!amount || amount->is_zero() || amount->is_negative()) continue;
    total[name] += amount->milli_value();
    own[name] += amount->milli_value();
  }
}

std::string_view quality_of_service(json::value const& spec) {
  Amounts requests;
  Amounts limits;
  bool guaranteed = true;
  for (std::string_view const list : {"containers", "initContainers"}) {
    for (auto const& container : rules::array_at(spec, list)) {
      Amounts own_requests;
      Amounts own_limits;
      add_amounts(container, "requests", requests, own_requests);
      add_amounts(container, "limits", limits, own_limits);
      guaranteed &= own_limits.size() == 2;
    }
  }
  if (requests.empty() && limits.empty()) return "BestEffort";
  return guaranteed && requests == limits ? "Guaranteed" : "Burstable";
}

void prepare_create(Kind const& /*kind*/, api::Object& object) {
  object.status = api::share({{"phase", "Pending"}, {"qosClass", quality_of_service(*object.spec)}});
}

// Neither labels nor annotations are kept from those who write the status.
void prepare_status_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.spec = stored.spec;
  next.metadata.owner_references = stored.metadata.owner_references;
}

void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  rules::check_pod_spec(*next.spec, next.metadata.name, rules::Where("spec"), errors);
  rules::check_pod_only(*next.spec, errors);
  bool const fresh = stored == nullptr;
  if (fresh && rules::has(*next.spec, "ephemeralContainers")) {
    errors.forbidden("spec.ephemeralContainers", "cannot be set on create");
  }
}

// The validating part of the plugin RuntimeClass.
std::optional<api::Error> check_overhead(Allocation const& allocation, api::Object& object, api::Object const* stored) {
  if (stored != nullptr || !rules::has(*object.spec, "overhead")) return std::nullopt;
  return status::forbidden(allocation.kind, object.metadata.name,
                           "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
}

void validate_update(Admission const& admission, api::Object const& next, api::Object const& stored,
                     FieldErrors& errors) {
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
  validate_metadata(admission.kind, next.metadata, errors);
  if (next.spec == stored.spec) return;
  validate(admission, next, &stored, errors);
  rules::check_pod_update(*next.spec, *stored.spec, errors);
}

void check_addresses(json::value const& status, FieldErrors& errors) {
  rules::Where const root("status");
  rules::Where const list(root, "podIPs");
  auto const& addresses = rules::array_at(status, "podIPs");
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    auto const ip = rules::text_at(addresses[i], "ip");
    if (names::is_ip_address(ip)) continue;
    errors.invalid(list.text(i), go_value::text(ip), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  }
}

// A container that must not start again stays terminated.
void check_transitions(api::Object const& next, api::Object const& stored, std::string_view key, FieldErrors& errors) {
  auto const policy = api::find_string(stored.spec.get(), {"restartPolicy"}).value_or("");
  if (policy == "Always" || !stored.status) return;
  rules::Where const root("status");
  rules::Where const list(root, key);
  auto const& before = rules::array_at(*stored.status, key);
  for (std::size_t i = 0; i < before.size(); ++i) {
    auto const* terminated = api::find_path(&before[i], {"state", "terminated"});
    if (terminated == nullptr) continue;
    if (rules::integer_at(*terminated, "exitCode").value_or(0) != 0 && policy == "OnFailure") continue;
    for (auto const& after : rules::array_at(*next.status, key)) {
      if (rules::text_at(after, "name") != rules::text_at(before[i], "name")) continue;
      if (api::find_path(&after, {"state", "terminated"}) != nullptr) continue;
      errors.forbidden(rules::Where(list, i).text("state"), "may not be transitioned to non-terminated state");
    }
  }
}

void validate_status(Admission const& /*admission*/, api::Object const& next, api::Object const* stored,
                     FieldErrors& errors) {
  if (stored != nullptr && next.status == stored->status) return;
  // The real server looks for the conditions below metadata.
  rules::Where const root("metadata");
  rules::Where const list(root, "conditions");
  auto const& conditions = rules::array_at(*next.status, "conditions");
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    auto const type = rules::text_at(conditions[i], "type");
    rules::invalid(rules::Where(list, i).text("Type"), type, names::qualified_name(type), errors);
  }
  auto const nominated = rules::text_at(*next.status, "nominatedNodeName");
  if (!nominated.empty() && (stored == nullptr || nominated != rules::text_at(*stored->status, "nominatedNodeName"))) {
    rules::invalid("status.nominatedNodeName", nominated, names::dns1123_subdomain(nominated), errors);
  }
  if (stored == nullptr) return;
  check_transitions(next, *stored, "containerStatuses", errors);
  check_transitions(next, *stored, "initContainerStatuses", errors);
  FieldErrors before;
  check_addresses(*stored->status, before);
  if (before.empty()) check_addresses(*next.status, errors);
}

std::int64_t grace(api::Object const& object, std::optional<std::int64_t> asked) {
  auto const phase = api::find_string(object.status.get(), {"phase"}).value_or("");
  bool const scheduled = !api::find_string(object.spec.get(), {"nodeName"}).value_or("").empty();
  if (!scheduled || phase == "Failed" || phase == "Succeeded") return 0;
  if (asked) return *asked;
  return api::find_integer(object.spec.get(), {"terminationGracePeriodSeconds"}).value_or(0);
}

std::optional<std::string> select_field(api::Object const& object, std::string_view field) {
  auto const text = [](api::SharedJson const& part, std::string_view key) {
    return std::string(api::find_string(part.get(), {key}).value_or(""));
  };
  if (field == "spec.host") field = "spec.nodeName";
  for (std::string_view const key : {"nodeName", "restartPolicy", "schedulerName", "serviceAccountName"}) {
    if (field.starts_with("spec.") && field.substr(5) == key) return text(object.spec, key);
  }
  for (std::string_view const key : {"phase", "podIP", "nominatedNodeName"}) {
    if (field.starts_with("status.") && field.substr(7) == key) return text(object.status, key);
  }
  if (field == "status.podIPs") return "";
  return std::nullopt;
}

}  // namespace

Strategy const pod_strategy{
    .built_in = true,
    .unconditional_update = true,
    .garbage_collected = true,
    .has_status = true,
    .admit = admit,
    .fill_in = fill_in,
    .prepare_create = prepare_create,
    .allocate = check_overhead,
    .prepare_update = keep_status,
    .prepare_status_update = prepare_status_update,
    .validate = validate,
    .validate_update = validate_update,
    .validate_status = validate_status,
    .name_messages = names::subdomain_name,
    .has_pod_subresources = true,
    .grace = grace,
    .returns_deleted = true,
    .select_field = select_field,
};

}  // namespace fakeapi
