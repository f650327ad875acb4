// POST of a Pod's binding and of its eviction.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>

#include "fakeapi/semantics/kinds/rules.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

constexpr std::size_t most_disrupted_pods = 2000;

// What both answer when all went well.
api::ObjectPtr success() {
  static api::ObjectPtr const answer = [] {
    api::Object status;
    status.api_version = "v1";
    status.kind = "Status";
    status.status = api::share("Success");
    status.rest = api::share(json::object{{"code", 201}});
    return std::make_shared<api::Object const>(std::move(status));
  }();
  return answer;
}

// The kind of the body, and the name in it against that of the URL.
std::optional<api::Error> check_body(Call const& call, api::Object const& body, std::string const& kind,
                                     std::string const& api_version) {
  bool const right_kind = body.kind.empty() || body.kind == kind;
  bool const right_version = body.api_version.empty() || body.api_version == api_version;
  if (!right_kind || !right_version) {
    auto const slash = body.api_version.find('/');
    auto const version = slash == std::string::npos ? body.api_version : body.api_version.substr(slash + 1);
    return status::bad_request(body.kind + " in version \"" + version + "\" cannot be handled as a " + kind +
                               ": no kind \"" + body.kind + "\" is registered for version \"" + body.api_version +
                               "\" in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"");
  }
  if (body.metadata.name != call.request.key.name) {
    return status::bad_request("name in URL does not match name in " + kind + " object");
  }
  return std::nullopt;
}

json::array conditions_of(api::Object const& object) {
  auto const* list = api::find_path(object.status.get(), {"conditions"});
  return list != nullptr && list->is_array() ? list->get_array() : json::array();
}

bool is_condition(json::value const& condition, std::string_view type) {
  return api::find_string(&condition, {"type"}) == type;
}

// The status with condition PodScheduled True; its transition keeps its time if it was so already.
api::SharedJson scheduled(api::Object const& pod, api::Timestamp now) {
  json::object condition;
  condition["type"] = "PodScheduled";
  condition["status"] = "True";
  condition["lastProbeTime"] = nullptr;
  condition["lastTransitionTime"] = api::format_timestamp(now);
  json::array conditions = conditions_of(pod);
  auto const old =
      std::ranges::find_if(conditions, [](json::value const& entry) { return is_condition(entry, "PodScheduled"); });
  if (old == conditions.end()) {
    conditions.emplace_back(std::move(condition));
  } else {
    if (api::find_string(&*old, {"status"}) == "True") {
      if (auto const* time = api::find_path(&*old, {"lastTransitionTime"})) condition["lastTransitionTime"] = *time;
    }
    *old = std::move(condition);
  }
  json::object status;
  if (pod.status && pod.status->is_object()) status = pod.status->get_object();
  status["conditions"] = std::move(conditions);
  return api::share(std::move(status));
}

// Several faults of a binding are one text in the real server, not a 422.
std::optional<api::Error> check_target(json::value const* target) {
  std::vector<std::string> faults;
  auto const kind = api::find_string(target, {"kind"}).value_or("");
  if (!kind.empty() && kind != "Node") {
    faults.push_back("target.kind: Unsupported value: " + go_value::text(kind) +
                     ": supported values: \"Node\", \"<empty>\"");
  }
  if (api::find_string(target, {"name"}).value_or("").empty()) faults.emplace_back("target.name: Required value");
  if (faults.empty()) return std::nullopt;
  if (faults.size() == 1) return status::plain_error(faults.front());
  return status::plain_error("[" + faults[0] + ", " + faults[1] + "]");
}

api::Error binding_conflict(Call const& call, std::string const& why) {
  auto const& name = call.request.key.name;
  api::Error error = status::conflict(call.kind(), name, why);
  error.kind = "pods/binding";
  error.message = "Operation cannot be fulfilled on pods/binding \"" + name + "\": " + why;
  return error;
}

std::int64_t number(api::Object const& object, std::string_view field) {
  return api::find_integer(object.status.get(), {field}).value_or(0);
}

std::string_view phase_of(api::Object const& pod) { return api::find_string(pod.status.get(), {"phase"}).value_or(""); }

// Pods that do no work count for no budget.
bool needs_no_budget(api::Object const& pod) {
  auto const phase = phase_of(pod);
  return phase == "Succeeded" || phase == "Failed" || phase == "Pending" || pod.metadata.terminating();
}

bool is_ready(api::Object const& pod) {
  auto const conditions = conditions_of(pod);
  return std::ranges::any_of(conditions, [](json::value const& entry) {
    return is_condition(entry, "Ready") && api::find_string(&entry, {"status"}) == "True";
  });
}

api::Error would_violate(std::string why) {
  api::Error error;
  error.reason = api::Reason::too_many_requests;
  error.code = 429;
  error.message = "Cannot evict pod as it would violate the pod's disruption budget.";
  error.causes.push_back({"DisruptionBudget", std::move(why), ""});
  return error;
}

api::Error still_processed(std::string const& budget) {
  return would_violate("The disruption budget " + budget + " is still being processed by the server.");
}

api::Error budget_forbids(std::string const& budget, std::string const& why) {
  api::Error error;
  error.reason = api::Reason::forbidden;
  error.code = 403;
  error.message = "poddisruptionbudget.policy \"" + budget + "\" is forbidden: " + why;
  error.name = budget;
  error.group = "policy";
  error.kind = "poddisruptionbudget";
  return error;
}

// A budget without a selector, or with an empty one, is for no pod.
bool selects(json::value const* selector, api::StringMap const& labels) {
  auto const parsed = api::LabelSelector::parse(rules::selector_text(selector));
  return parsed && !parsed->empty() && parsed->matches(labels);
}

std::vector<api::ObjectPtr> budgets_of(Call const& call, Served const& served, api::Object const& pod) {
  std::vector<api::ObjectPtr> found;
  auto const& namespace_ = pod.metadata.namespace_;
  if (pod.metadata.labels.empty()) return found;
  Log const& log = call.state.log;
  log.visit_at(served.index, log.revision(), {namespace_, ""}, [&](api::ObjectPtr const& budget) {
    if (budget->metadata.namespace_ != namespace_) return false;
    if (selects(api::find_path(budget->spec.get(), {"selector"}), *pod.metadata.labels)) found.push_back(budget);
    return true;
  });
  return found;
}

// Takes one disruption from a budget, if it has one to give.
std::optional<api::Error> take_disruption(Call const& call, Served const& served, api::Object const& budget) {
  auto const& name = budget.metadata.name;
  if (number(budget, "observedGeneration") < budget.metadata.generation) return still_processed(name);
  auto const allowed = number(budget, "disruptionsAllowed");
  if (allowed < 0) return budget_forbids(name, "pdb disruptions allowed is negative");
  json::object status;
  if (budget.status && budget.status->is_object()) status = budget.status->get_object();
  json::object disrupted;
  if (auto const* pods = status.if_contains("disruptedPods"); pods != nullptr && pods->is_object()) {
    disrupted = pods->get_object();
  }
  if (disrupted.size() > most_disrupted_pods) {
    return budget_forbids(name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  }
  if (allowed == 0) {
    return would_violate("The disruption budget " + name + " needs " +
                         std::to_string(number(budget, "desiredHealthy")) + " healthy pods and has " +
                         std::to_string(number(budget, "currentHealthy")) + " currently");
  }
  if (call.dry_run()) return std::nullopt;
  disrupted[call.request.key.name] = api::format_timestamp(to_timestamp(call.context.now));
  status["disruptionsAllowed"] = allowed - 1;
  status["disruptedPods"] = std::move(disrupted);
  api::Object next = budget;
  next.status = api::share(std::move(status));
  call.state.put(served, std::move(next), call.context);
  return std::nullopt;
}

// The budgets are kept under whatever version is served.
std::shared_ptr<Served const> budgets(State const& state) {
  for (char const* const version : {"v1", "v1beta1"}) {
    if (auto served = state.registry.find({"policy", version, "poddisruptionbudgets"})) return served;
  }
  return nullptr;
}

api::DeleteOptions options_of(api::Object const& eviction, api::WriteOptions write) {
  api::DeleteOptions options;
  options.write = std::move(write);
  auto const* given = api::find_path(eviction.rest.get(), {"deleteOptions"});
  options.grace_period_seconds = api::find_integer(given, {"gracePeriodSeconds"});
  options.preconditions.uid = api::find_string(given, {"preconditions", "uid"}).value_or("");
  auto const version = api::find_string(given, {"preconditions", "resourceVersion"}).value_or("");
  std::uint64_t revision = 0;
  std::from_chars(version.data(), version.data() + version.size(), revision);
  options.preconditions.resource_version = api::ResourceVersion(revision);
  auto const policy = api::find_string(given, {"propagationPolicy"}).value_or("");
  if (policy == "Background") options.propagation = api::PropagationPolicy::background;
  if (policy == "Foreground") options.propagation = api::PropagationPolicy::foreground;
  if (policy == "Orphan") options.propagation = api::PropagationPolicy::orphan;
  auto const* dry = api::find_path(given, {"dryRun"});
  options.write.dry_run |= dry != nullptr && dry->is_array() && !dry->get_array().empty();
  return options;
}

}  // namespace

Result<api::ObjectPtr> bind_pod(Call const& call, api::ObjectPtr const& body) {
  if (!body) return std::unexpected(status::bad_request("the body of the request is missing"));
  if (auto error = check_body(call, *body, "Binding", "v1")) return std::unexpected(*std::move(error));
  auto const* target = api::find_path(body->rest.get(), {"target"});
  if (auto error = check_target(target)) return std::unexpected(*std::move(error));
  if (auto error = check_namespace(call, body->metadata.name)) return std::unexpected(*std::move(error));
  api::ObjectPtr const pod = call.state.log.find(call.served->index, call.request.key);
  if (!pod) return std::unexpected(status::not_found(call.kind(), call.request.key.name));
  if (pod->metadata.terminating()) {
    return std::unexpected(
        binding_conflict(call, "pod " + pod->metadata.name + " is being deleted, cannot be assigned to a host"));
  }
  auto const node = api::find_string(pod->spec.get(), {"nodeName"}).value_or("");
  if (!node.empty()) {
    return std::unexpected(
        binding_conflict(call, "pod " + pod->metadata.name + " is already assigned to node " + go_value::text(node)));
  }
  api::Object next = *pod;
  json::object spec = pod->spec->get_object();
  spec["nodeName"] = *api::find_string(target, {"name"});
  next.spec = api::share(std::move(spec));
  if (!body->metadata.annotations.empty()) {
    api::StringMap annotations = *pod->metadata.annotations;
    for (auto const& [key, value] : *body->metadata.annotations) annotations.set(key, value);
    next.metadata.annotations = std::move(annotations);
  }
  next.status = scheduled(*pod, to_timestamp(call.context.now));
  if (!call.dry_run()) call.state.put(*call.served, std::move(next), call.context);
  call.created();
  return success();
}

Result<api::ObjectPtr> evict_pod(Call const& call, api::ObjectPtr const& body) {
  if (!body) return std::unexpected(status::bad_request("the body of the request is missing"));
  auto const budget_kind = budgets(call.state);
  auto const version = call.state.options.profile == Profile::v1_20 ? "policy/v1beta1" : "policy/v1";
  if (auto error = check_body(call, *body, "Eviction", version)) return std::unexpected(*std::move(error));
  if (auto error = check_namespace(call, body->metadata.name)) return std::unexpected(*std::move(error));
  api::ObjectPtr const pod = call.state.log.find(call.served->index, call.request.key);
  if (!pod) return std::unexpected(status::not_found(call.kind(), call.request.key.name));
  auto const* write = call.request.write_options();
  auto const options = options_of(*body, write != nullptr ? *write : api::WriteOptions());

  api::Request request;
  request.verb = api::Verb::delete_;
  request.resource = call.request.resource;
  request.key = call.request.key;
  request.options = options;
  Call const deletion{call.state, call.served, request, call.context};
  if (!needs_no_budget(*pod) && budget_kind) {
    auto const found = budgets_of(call, *budget_kind, *pod);
    if (found.size() > 1) {
      return std::unexpected(status::plain_error(
          "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
    }
    if (!found.empty()) {
      api::Object const& budget = *found.front();
      auto const wanted = number(budget, "desiredHealthy");
      bool const counts = is_ready(*pod) || wanted <= 0 || number(budget, "currentHealthy") < wanted;
      if (counts) {
        if (auto error = take_disruption(deletion, *budget_kind, budget)) return std::unexpected(*std::move(error));
      }
    }
  }
  auto deleted = delete_object(deletion);
  if (!deleted) return std::unexpected(std::move(deleted.error()));
  call.created();
  return success();
}

}  // namespace fakeapi
