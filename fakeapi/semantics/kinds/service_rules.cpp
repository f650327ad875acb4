#include "fakeapi/semantics/kinds/service_rules.hpp"

#include <array>
#include <set>
#include <utility>

namespace fakeapi::rules {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> types{"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};
constexpr std::array<std::string_view, 2> affinities{"ClientIP", "None"};
constexpr std::array<std::string_view, 3> protocols{"SCTP", "TCP", "UDP"};
constexpr std::string_view not_an_address = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

void check_type(json::value const& spec, Where const& where, FieldErrors& errors) {
  auto const type = text_at(spec, "type");
  Where const addresses(where, "clusterIPs");
  bool const balanced = type == "LoadBalancer";
  if (balanced) {
    constexpr std::int64_t kubelet_port = 10250;
    Where const list(where, "ports");
    auto const& ports = array_at(spec, "ports");
    for (std::size_t i = 0; i < ports.size(); ++i) {
      if (integer_at(ports[i], "port") != kubelet_port) continue;
      errors.invalid(list.text(i), go_value::number(kubelet_port),
                     "may not expose port 10250 externally since it is used by kubelet");
    }
  }
  if ((balanced || type == "NodePort") && is_headless(spec)) {
    errors.invalid(addresses.text(0U), go_value::text(no_cluster_ip),
                   "may not be set to 'None' for " + std::string(type) + " services");
  }
  if (type != "ExternalName") return;
  if (!array_at(spec, "clusterIPs").empty()) {
    errors.forbidden(addresses.text(), "may not be set for ExternalName services");
  }
  auto name = text_at(spec, "externalName");
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) {
    errors.required(where.text("externalName"));
  } else {
    invalid(where.text("externalName"), name, names::dns1123_subdomain(name), errors);
  }
}

void check_port(json::value const& port, bool named, Seen& port_names, Where const& where, FieldErrors& errors) {
  auto const name = text_at(port, "name");
  if (named && name.empty()) {
    errors.required(where.text("name"));
  } else if (!name.empty()) {
    invalid(where.text("name"), name, names::dns1123_label(name), errors);
    if (!port_names.insert(name)) errors.duplicate(where.text("name"), go_value::text(name));
  }
  check_port_number(integer_at(port, "port").value_or(0), where.text("port"), errors);
  check_word(text_at(port, "protocol"), where.text("protocol"), protocols, errors);
  if (auto const* target = find(port, "targetPort")) check_port_reference(*target, where.text("targetPort"), errors);
  if (has(port, "appProtocol")) {
    auto const protocol = text_at(port, "appProtocol");
    invalid(where.text("appProtocol"), protocol, names::qualified_name(protocol), errors);
  }
}

// %#v of a port.
std::string go_port(json::value const& port) {
  auto const* target = find(port, "targetPort");
  return "core.ServicePort{Name:" + go_value::text(text_at(port, "name")) +
         ", Protocol:" + go_value::text(text_at(port, "protocol")) +
         ", AppProtocol:" + go_value::pointer("string", has(port, "appProtocol")) +
         ", Port:" + std::to_string(integer_at(port, "port").value_or(0)) +
         ", TargetPort:" + go_value::int_or_string(target != nullptr ? *target : json::value(0)) +
         ", NodePort:" + std::to_string(integer_at(port, "nodePort").value_or(0)) + "}";
}

// Two ports of one protocol cannot have one number, nor one number of the node.
void check_ports_differ(json::array const& ports, Where const& list, FieldErrors& errors) {
  using Key = std::pair<std::string_view, std::int64_t>;
  std::set<Key> node_ports;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    auto const number = integer_at(ports[i], "nodePort").value_or(0);
    if (number == 0 || node_ports.emplace(text_at(ports[i], "protocol"), number).second) continue;
    errors.duplicate(Where(list, i).text("nodePort"), go_value::number(number));
  }
  std::set<Key> own_ports;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    auto const number = integer_at(ports[i], "port").value_or(0);
    auto const protocol = text_at(ports[i], "protocol");
    if (own_ports.emplace(protocol, number).second) continue;
    errors.duplicate(list.text(i), go_port({{"protocol", protocol}, {"port", number}}));
  }
}

void check_affinity(json::value const& spec, Where const& where, FieldErrors& errors) {
  auto const affinity = text_at(spec, "sessionAffinity");
  check_word(affinity, where.text("sessionAffinity"), affinities, errors);
  if (affinity != "ClientIP") return;
  constexpr std::int64_t longest = 86400;
  auto const seconds = api::find_integer(&spec, {"sessionAffinityConfig", "clientIP", "timeoutSeconds"}).value_or(0);
  if (seconds > 0 && seconds <= longest) return;
  errors.invalid(where.text("sessionAffinityConfig.clientIP.timeoutSeconds"), go_value::number(seconds),
                 "must be greater than 0 and less than 86400");
}

void check_cluster_addresses(json::value const& spec, Where const& where, FieldErrors& errors) {
  if (text_at(spec, "type") == "ExternalName") return;
  Where const list(where, "clusterIPs");
  auto const& addresses = array_at(spec, "clusterIPs");
  auto const first = text_at(spec, "clusterIP");
  std::string const all = go_value::strings(find(spec, "clusterIPs"));
  if (!first.empty()) {
    if (addresses.empty()) {
      errors.required(list.text());
    } else if (text_of(addresses.front()) != first) {
      errors.invalid(list.text(), all, "element [0] must match clusterIP");
    }
  } else if (!addresses.empty()) {
    errors.invalid(list.text(), all, "must be empty when clusterIP is empty");
  }
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    auto const address = text_of(addresses[i]);
    if (i == 0 && address == no_cluster_ip) {
      if (addresses.size() > 1) errors.invalid(list.text(), all, "'None' must be the first and only value");
      continue;
    }
    if (!names::is_ip_address(address)) errors.invalid(list.text(i), go_value::text(address), not_an_address);
  }
  if (addresses.size() > 2) errors.invalid(list.text(), all, "may only hold up to 2 values");
}

void check_external_address(std::string_view address, std::string const& field, FieldErrors& errors) {
  if (!names::is_ip_address(address)) return errors.invalid(field, go_value::text(address), not_an_address);
  auto const number = names::ipv4_address(address);
  auto const refuse = [&](std::string_view why) { errors.invalid(field, go_value::text(address), why); };
  if (number == 0U || address == "::") refuse("may not be unspecified (0.0.0.0)");
  if ((number && *number >> 24 == 127) || address == "::1") refuse("may not be in the loopback range (127.0.0.0/8)");
  if (number && *number >> 16 == 0xa9fe) refuse("may not be in the link-local range (169.254.0.0/16)");
  if (number && *number >> 8 == 0xe00000) {
    refuse("may not be in the link-local multicast range (224.0.0.0/24)");
  }
}

}  // namespace

bool is_headless(json::value const& spec) {
  auto const& addresses = array_at(spec, "clusterIPs");
  return addresses.size() == 1 && text_of(addresses.front()) == no_cluster_ip;
}

bool needs_node_ports(json::value const& spec) {
  auto const type = text_at(spec, "type");
  return type == "NodePort" || type == "LoadBalancer";
}

bool needs_health_check(json::value const& spec) {
  return text_at(spec, "type") == "LoadBalancer" && text_at(spec, "externalTrafficPolicy") == "Local";
}

void check_service(json::value const& spec, FieldErrors& errors) {
  Where const here("spec");
  Where const list(here, "ports");
  auto const type = text_at(spec, "type");
  auto const& ports = array_at(spec, "ports");
  if (ports.empty() && !is_headless(spec) && type != "ExternalName") errors.required(list.text());
  check_type(spec, here, errors);
  Seen port_names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    check_port(ports[i], ports.size() > 1, port_names, Where(list, i), errors);
  }
  if (auto const& selector = object_at(spec, "selector"); !selector.empty()) {
    check_labels(selector, here.text("selector"), errors);
  }
  check_affinity(spec, here, errors);
  check_cluster_addresses(spec, here, errors);
  Where const external(here, "externalIPs");
  auto const& external_list = array_at(spec, "externalIPs");
  for (std::size_t i = 0; i < external_list.size(); ++i) {
    check_external_address(text_of(external_list[i]), external.text(i), errors);
  }
  check_word(type, here.text("type"), types, errors);
  for (std::size_t i = 0; type == "ClusterIP" && i < ports.size(); ++i) {
    if (integer_at(ports[i], "nodePort").value_or(0) == 0) continue;
    errors.forbidden(Where(list, i).text("nodePort"), "may not be used when `type` is 'ClusterIP'");
  }
  check_ports_differ(ports, list, errors);
  if (!array_at(spec, "loadBalancerSourceRanges").empty() && type != "LoadBalancer") {
    errors.forbidden(here.text("LoadBalancerSourceRanges"), "may only be used when `type` is 'LoadBalancer'");
  }
  auto const policy = text_at(spec, "externalTrafficPolicy");
  if (!policy.empty() && policy != "Cluster" && policy != "Local") {
    errors.invalid(here.text("externalTrafficPolicy"), go_value::text(policy),
                   "ExternalTrafficPolicy must be empty, Cluster or Local");
  }
  auto const health = integer_at(spec, "healthCheckNodePort").value_or(0);
  if (health < 0) {
    errors.invalid(here.text("healthCheckNodePort"), go_value::number(health),
                   "HealthCheckNodePort must be not less than 0");
  }
  // Load balancers are of one protocol.
  std::set<std::string_view> protocols_used;
  for (auto const& port : ports) protocols_used.insert(text_at(port, "protocol"));
  if (type == "LoadBalancer" && protocols_used.size() > 1) {
    std::string all = "[]core.ServicePort{";
    for (auto const& port : ports) all += (all.back() == '{' ? "" : ", ") + go_port(port);
    errors.invalid(list.text(), all + "}", "may not contain more than 1 protocol when type is 'LoadBalancer'");
  }
}

void check_service_update(json::value const& next, json::value const& stored, FieldErrors& errors) {
  bool const external = text_at(next, "type") == "ExternalName" || text_at(stored, "type") == "ExternalName";
  if (external || (is_headless(next) && is_headless(stored))) return;
  Where const here("spec");
  Where const list(here, "clusterIPs");
  auto const& after = array_at(next, "clusterIPs");
  auto const& before = array_at(stored, "clusterIPs");
  std::string const all = go_value::strings(find(next, "clusterIPs"));
  if (after.size() == before.size()) {
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (after[i] != before[i]) errors.invalid(list.text(i), all, "may not change once set");
    }
    return;
  }
  if (after.empty()) {
    errors.invalid(list.text(0U), all, "primary clusterIP can not be unset");
    return;
  }
  if (!before.empty() && after.front() != before.front()) {
    errors.invalid(list.text(0U), all, "may not change once set");
  }
  if (after.size() < before.size() && text_at(next, "ipFamilyPolicy") != "SingleStack") {
    errors.invalid(list.text(0U), all,
                   "`ipFamilyPolicy` must be set to 'SingleStack' when releasing the secondary clusterIP");
  }
}

void check_external_traffic(json::value const& spec, FieldErrors& errors) {
  Where const here("spec");
  auto const policy = text_at(spec, "externalTrafficPolicy");
  if (!needs_node_ports(spec) && !policy.empty()) {
    errors.invalid(here.text("externalTrafficPolicy"), go_value::text(policy),
                   "ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service");
  }
  auto const health = integer_at(spec, "healthCheckNodePort").value_or(0);
  if (!needs_health_check(spec) && health != 0) {
    errors.invalid(here.text("healthCheckNodePort"), go_value::number(health),
                   "HealthCheckNodePort can only be set on LoadBalancer service with ExternalTrafficPolicy=Local");
  }
}

void check_load_balancer(json::value const& status, FieldErrors& errors) {
  auto const* balancer = find(status, "loadBalancer");
  if (balancer == nullptr) return;
  Where const root("status");
  Where const here(root, "loadBalancer");
  Where const list(here, "ingress");
  auto const& ingress = array_at(*balancer, "ingress");
  for (std::size_t i = 0; i < ingress.size(); ++i) {
    Where const place(list, i);
    auto const ip = text_at(ingress[i], "ip");
    if (!ip.empty() && !names::is_ip_address(ip)) {
      errors.invalid(place.text("ip"), go_value::text(ip), "must be a valid IP address");
    }
    auto const host = text_at(ingress[i], "hostname");
    if (host.empty()) continue;
    invalid(place.text("hostname"), host, names::dns1123_subdomain(host), errors);
    if (names::is_ip_address(host)) {
      errors.invalid(place.text("hostname"), go_value::text(host), "must be a DNS name, not an IP address");
    }
  }
}

}  // namespace fakeapi::rules
