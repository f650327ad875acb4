#include "fakeapi/types/dependent_defaults.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "fakeapi/types/scalars.hpp"
#include "operator/api/base64.hpp"

namespace fakeapi::types {
namespace {

namespace json = boost::json;

std::string_view text_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool is_true(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

// Visits the objects of a list; stops when `visit` returns false.
template <class Object, class Visit>
bool all_of_list(Object& object, std::string_view key, Visit const& visit) {
  auto* const list = object.if_contains(key);
  if (list == nullptr || !list->is_array()) return true;
  return std::ranges::all_of(list->get_array(),
                             [&](auto& item) { return !item.is_object() || visit(item.get_object()); });
}

template <class Object, class Visit>
bool all_containers(Object& pod, Visit const& visit) {
  return all_of_list(pod, "containers", visit) && all_of_list(pod, "initContainers", visit);
}

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_separator(char c) { return c == '.' || c == '_' || c == '-'; }

// Whether "library/nginx" can be the path of an image: lower case, separators only inside.
bool is_repository(std::string_view path) {
  char before = '/';
  for (char const c : path) {
    bool const inner = before != '/' && before != '.';
    if (!is_lower_or_digit(c) && !(is_separator(c) && inner) && !(c == '/' && is_lower_or_digit(before))) return false;
    before = c;
  }
  return is_lower_or_digit(before);
}

// "sha256:" and 64 hexadecimal digits, and the like.
bool is_digest(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 3> algorithms{
      {{"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}}};
  return std::ranges::any_of(algorithms, [&](auto const& algorithm) {
    auto const digits = text.substr(std::min(algorithm.first.size(), text.size()));
    return text.starts_with(algorithm.first) && digits.size() == algorithm.second &&
           digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  });
}

// "Always" for an image with the tag latest, which is also that of one with neither tag nor digest. A name that is none
// has no tag.
std::string_view pull_policy(std::string_view image) {
  constexpr std::string_view always = "Always";
  constexpr std::string_view if_not_present = "IfNotPresent";
  auto const digest = image.find('@');
  if (digest != std::string_view::npos && !is_digest(image.substr(digest + 1))) return if_not_present;
  image = image.substr(0, digest);
  auto const slash = image.find('/');
  if (slash != std::string_view::npos) {
    auto const first = image.substr(0, slash);
    if (first.contains('.') || first.contains(':') || first == "localhost") image.remove_prefix(slash + 1);
  }
  auto const colon = image.find(':');
  if (!is_repository(image.substr(0, colon))) return if_not_present;
  if (colon == std::string_view::npos) return digest == std::string_view::npos ? always : if_not_present;
  auto const tag = image.substr(colon + 1);
  return tag == "latest" ? always : if_not_present;
}

bool has_pull_policy(json::object const& container) { return container.contains("imagePullPolicy"); }
void add_pull_policy(json::object& container) {
  if (!has_pull_policy(container)) container["imagePullPolicy"] = pull_policy(text_at(container, "image"));
}

// What is rolled by default, and what Go makes of limits that it cannot leave out.
bool has_rolling_update(json::object const& strategy) {
  auto const* found = strategy.if_contains("rollingUpdate");
  if (found == nullptr) return text_at(strategy, "type") != "RollingUpdate";
  return found->is_object() && found->get_object().contains("maxUnavailable") &&
         found->get_object().contains("maxSurge");
}
void add_rolling_update(json::object& strategy) {
  if (has_rolling_update(strategy)) return;
  bool const rolls = text_at(strategy, "type") == "RollingUpdate";
  auto& rolling = strategy["rollingUpdate"];
  if (!rolling.is_object()) rolling.emplace_object();
  for (std::string_view const limit : {"maxUnavailable", "maxSurge"}) {
    if (!rolling.get_object().contains(limit))
      rolling.get_object()[limit] = rolls ? json::value("25%") : json::value(0);
  }
}

bool has_source(json::object const& volume) { return volume.size() > (volume.contains("name") ? 1 : 0); }
void add_source(json::object& volume) {
  if (!has_source(volume)) volume["emptyDir"].emplace_object();
}

// The ports of a container that shares the node's network are the node's. One account has two names.
bool pod_in_step(json::object const& pod) {
  if (text_at(pod, "serviceAccount") != text_at(pod, "serviceAccountName")) return false;
  if (!is_true(pod, "hostNetwork")) return true;
  return all_containers(pod, [](json::object const& container) {
    return all_of_list(container, "ports", [](json::object const& port) {
      auto const* number = port.if_contains("containerPort");
      return port.contains("hostPort") || number == nullptr || *number == 0;
    });
  });
}
void bring_pod_into_step(json::object& pod) {
  auto const name = text_at(pod, "serviceAccountName");
  std::string const account(name.empty() ? text_at(pod, "serviceAccount") : name);
  if (!account.empty()) pod["serviceAccountName"] = pod["serviceAccount"] = account;
  if (!is_true(pod, "hostNetwork")) return;
  all_containers(pod, [](json::object& container) {
    return all_of_list(container, "ports", [](json::object& port) {
      auto const* number = port.if_contains("containerPort");
      if (number != nullptr && *number != 0 && !port.contains("hostPort")) port["hostPort"] = json::value(*number);
      return true;
    });
  });
}

bool is_zero_port(json::value const& port) { return port == 0 || (port.is_string() && port.get_string().empty()); }
bool has_target(json::object const& port) {
  auto const* target = port.if_contains("targetPort");
  auto const* own = port.if_contains("port");
  return target != nullptr && (!is_zero_port(*target) || (own != nullptr && *own == *target));
}
void add_target(json::object& port) {
  if (has_target(port)) return;
  auto const* own = port.if_contains("port");
  port["targetPort"] = own != nullptr ? json::value(*own) : json::value(0);
}

constexpr std::int64_t affinity_seconds = 10800;

bool has_affinity_limit(json::object const& service) {
  auto const affinity = text_at(service, "sessionAffinity");
  auto const* config = service.if_contains("sessionAffinityConfig");
  if (affinity == "None") return config == nullptr;
  if (affinity != "ClientIP") return true;
  auto const* client =
      config != nullptr && config->is_object() ? config->get_object().if_contains("clientIP") : nullptr;
  return client != nullptr && client->is_object() && client->get_object().contains("timeoutSeconds");
}
bool lacks_traffic_policy(json::object const& service) {
  auto const type = text_at(service, "type");
  return (type == "NodePort" || type == "LoadBalancer") && text_at(service, "externalTrafficPolicy").empty();
}
bool service_complete(json::object const& service) {
  return has_affinity_limit(service) && !lacks_traffic_policy(service);
}
void complete_service(json::object& service) {
  if (!has_affinity_limit(service)) {
    service.erase("sessionAffinityConfig");
    if (text_at(service, "sessionAffinity") == "ClientIP") {
      service["sessionAffinityConfig"] = {{"clientIP", {{"timeoutSeconds", affinity_seconds}}}};
    }
  }
  if (lacks_traffic_policy(service)) service["externalTrafficPolicy"] = "Cluster";
}

std::string_view group_of_subject(json::object const& subject) {
  auto const kind = text_at(subject, "kind");
  return kind == "User" || kind == "Group" ? "rbac.authorization.k8s.io" : "";
}
bool has_subject_group(json::object const& subject) {
  return !text_at(subject, "apiGroup").empty() || group_of_subject(subject).empty();
}
void add_subject_group(json::object& subject) {
  if (!has_subject_group(subject)) subject["apiGroup"] = group_of_subject(subject);
}

bool has_policy_types(json::object const& policy) { return policy.contains("policyTypes"); }
void add_policy_types(json::object& policy) {
  if (has_policy_types(policy)) return;
  json::array types{"Ingress"};
  if (policy.contains("egress")) types.emplace_back("Egress");
  policy["policyTypes"] = std::move(types);
}

// A list and, older, its first item. The one item counts where they differ.
struct Doubled {
  std::string_view one;
  std::string_view list;
  std::string_view member;  // of an item of the list; "": the item itself
};
constexpr Doubled pod_addresses{"podIP", "podIPs", "ip"};
constexpr Doubled node_ranges{"podCIDR", "podCIDRs", ""};

std::string_view first_of(json::object const& object, Doubled const& names) {
  auto const* list = object.if_contains(names.list);
  if (list == nullptr || !list->is_array() || list->get_array().empty()) return {};
  auto const& first = list->get_array().front();
  if (first.is_object()) return text_at(first.get_object(), names.member);
  return first.is_string() ? std::string_view(first.get_string()) : std::string_view();
}
bool in_step(json::object const& object, Doubled const& names) {
  return text_at(object, names.one) == first_of(object, names);
}
void bring_into_step(json::object& object, Doubled const& names) {
  if (in_step(object, names)) return;
  std::string const one(text_at(object, names.one));
  if (one.empty()) {
    object[names.one] = std::string(first_of(object, names));
    return;
  }
  json::value item(one);
  if (!names.member.empty()) item = json::object{{names.member, one}};
  object[names.list] = json::array{std::move(item)};
}

// What only clients write goes where it is read.
bool has_no_plain_data(json::object const& secret) { return !secret.contains("stringData"); }
void encode_plain_data(json::object& secret) {
  if (has_no_plain_data(secret)) return;
  auto const plain = secret.at("stringData").get_object();
  secret.stable_erase(secret.find("stringData"));
  auto& data = secret["data"];
  if (!data.is_object()) data.emplace_object();
  for (auto const& [name, text] : plain) data.get_object()[name] = api::encode_base64(text.get_string());
}

bool has_allocatable(json::object const& status) {
  return !status.contains("capacity") || status.contains("allocatable");
}
void add_allocatable(json::object& status) {
  if (!has_allocatable(status)) status["allocatable"] = json::value(status.at("capacity"));
}

template <class Container, class Visit>
bool each_limit_without_request(Container& container, Visit const& visit) {
  auto const* resources = container.if_contains("resources");
  if (resources == nullptr || !resources->is_object()) return true;
  auto const* limits = resources->get_object().if_contains("limits");
  if (limits == nullptr || !limits->is_object()) return true;
  auto const* requests = resources->get_object().if_contains("requests");
  bool const any = requests != nullptr && requests->is_object();
  for (auto const& [name, limit] : limits->get_object()) {
    if (!(any && requests->get_object().contains(name)) && !visit(name, limit)) return false;
  }
  return true;
}

bool pod_complete(json::object const& pod) {
  return pod.contains("enableServiceLinks") && all_containers(pod, [](json::object const& container) {
           return each_limit_without_request(container, [](auto const&, auto const&) { return false; });
         });
}
void complete_pod(json::object& pod) {
  if (!pod.contains("enableServiceLinks")) pod["enableServiceLinks"] = true;
  all_containers(pod, [](json::object& container) {
    json::object missing;
    each_limit_without_request(container, [&](std::string_view name, json::value const& limit) {
      missing[name] = limit;
      return true;
    });
    if (missing.empty()) return true;
    auto& requests = container["resources"].get_object()["requests"];
    if (!requests.is_object()) requests.emplace_object();
    for (auto& [name, limit] : missing) requests.get_object()[name] = std::move(limit);
    return true;
  });
}

constexpr DependentDefaults container{has_pull_policy, add_pull_policy};
constexpr DependentDefaults strategy{has_rolling_update, add_rolling_update};
constexpr DependentDefaults volume{has_source, add_source};
constexpr DependentDefaults pod_spec{pod_in_step, bring_pod_into_step};
constexpr DependentDefaults service_port{has_target, add_target};
constexpr DependentDefaults service_spec{service_complete, complete_service};
constexpr DependentDefaults subject{has_subject_group, add_subject_group};
constexpr DependentDefaults network_policy{has_policy_types, add_policy_types};

constexpr DependentDefaults pod_status{[](json::object const& status) { return in_step(status, pod_addresses); },
                                       [](json::object& status) { bring_into_step(status, pod_addresses); }};
constexpr DependentDefaults node_spec{[](json::object const& spec) { return in_step(spec, node_ranges); },
                                      [](json::object& spec) { bring_into_step(spec, node_ranges); }};
constexpr DependentDefaults node_status{has_allocatable, add_allocatable};
constexpr DependentDefaults secret{has_no_plain_data, encode_plain_data};

constexpr std::array<std::pair<std::string_view, DependentDefaults const*>, 13> by_name{{
    {"io.k8s.api.core.v1.Container", &container},
    {"io.k8s.api.core.v1.EphemeralContainer", &container},
    {"io.k8s.api.apps.v1.DeploymentStrategy", &strategy},
    {"io.k8s.api.core.v1.Volume", &volume},
    {"io.k8s.api.core.v1.PodSpec", &pod_spec},
    {"io.k8s.api.core.v1.PodStatus", &pod_status},
    {"io.k8s.api.core.v1.NodeSpec", &node_spec},
    {"io.k8s.api.core.v1.NodeStatus", &node_status},
    {"io.k8s.api.core.v1.Secret", &secret},
    {"io.k8s.api.core.v1.ServicePort", &service_port},
    {"io.k8s.api.core.v1.ServiceSpec", &service_spec},
    {"io.k8s.api.rbac.v1.Subject", &subject},
    {"io.k8s.api.networking.v1.NetworkPolicySpec", &network_policy},
}};

}  // namespace

DependentDefaults const pod_defaults{pod_complete, complete_pod};

DependentDefaults const* find_dependent_defaults(std::string_view name) {
  auto const* found = std::ranges::find(by_name, name, [](auto const& entry) { return entry.first; });
  return found == by_name.end() ? nullptr : found->second;
}

}  // namespace fakeapi::types
