// Pods as a whole, and their templates.
#include "fakeapi/semantics/kinds/pod_rules.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "fakeapi/types/quantity.hpp"

namespace fakeapi::rules {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> restart_policies{"Always", "OnFailure", "Never"};
constexpr std::array<std::string_view, 4> dns_policies{"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"};

void check_name(json::value const& spec, std::string_view key, names::Messages (*rule)(std::string_view),
                Where const& where, FieldErrors& errors) {
  auto const text = text_at(spec, key);
  if (text.empty()) return;
  if (auto const messages = rule(text); !messages.empty()) invalid(where.text(key), text, messages, errors);
}

void check_init_containers(json::value const& spec, Volumes const& volumes, Where const& where, FieldErrors& errors) {
  auto const& containers = array_at(spec, "initContainers");
  if (containers.empty()) return;
  Where const list(where, "initContainers");
  check_containers(containers, true, volumes, list, errors);
  Seen container_names;
  for (auto const& other : array_at(spec, "containers")) container_names.insert(text_at(other, "name"));
  for (std::size_t i = 0; i < containers.size(); ++i) {
    Where const here(list, i);
    auto const name = text_at(containers[i], "name");
    if (!container_names.insert(name) && !name.empty()) errors.duplicate(here.text("name"), go_value::text(name));
    for (std::string_view const key : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
      // The real server prints the structure, with addresses in it.
      if (has(containers[i], key)) errors.invalid(here.text(key), "", "must not be set for init containers");
    }
  }
}

void check_sysctls(json::value const& context, Where const& where, FieldErrors& errors) {
  constexpr std::string_view expression = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?\\.)*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
  auto const is_name = [](std::string_view text) {
    auto const is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    char before = '.';
    for (char const c : text) {
      if (!is_word(c) && (before == '.' || (c != '-' && c != '_' && c != '.'))) return false;
      if (c == '.' && !is_word(before)) return false;
      before = c;
    }
    constexpr std::size_t longest = 253;
    return is_word(before) && text.size() <= longest;
  };
  Where const list(where, "sysctls");
  auto const& sysctls = array_at(context, "sysctls");
  Seen known;
  for (std::size_t i = 0; i < sysctls.size(); ++i) {
    Where const here(list, i);
    auto const name = text_at(sysctls[i], "name");
    bool const fresh = known.insert(name);
    if (name.empty()) {
      errors.required(here.text("name"));
    } else if (!is_name(name)) {
      errors.invalid(here.text("name"), go_value::text(name),
                     "must have at most 253 characters and match regex " + std::string(expression));
    } else if (!fresh) {
      errors.duplicate(here.text("name"), go_value::text(name));
    }
  }
}

void check_host_network(json::value const& spec, Where const& where, FieldErrors& errors) {
  if (!is_true(spec, "hostNetwork")) return;
  Where const list(where, "containers");
  auto const& containers = array_at(spec, "containers");
  for (std::size_t i = 0; i < containers.size(); ++i) {
    Where const container(list, i);
    Where const ports(container, "ports");
    auto const& port_list = array_at(containers[i], "ports");
    for (std::size_t k = 0; k < port_list.size(); ++k) {
      auto const number = integer_at(port_list[k], "containerPort").value_or(0);
      if (number == integer_at(port_list[k], "hostPort").value_or(0)) continue;
      errors.invalid(Where(ports, k).text("containerPort"), go_value::number(number),
                     "must match `hostPort` when `hostNetwork` is true");
    }
  }
}

void check_security_context(json::value const& spec, Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 2> change_policies{"Always", "OnRootMismatch"};
  check_host_network(spec, where, errors);
  static json::value const none = json::object();
  auto const* given = find(spec, "securityContext");
  auto const* context = given != nullptr ? given : &none;
  Where const here(where, "securityContext");
  check_id(*context, "fsGroup", here, errors);
  check_id(*context, "runAsUser", here, errors);
  check_id(*context, "runAsGroup", here, errors);
  Where const groups(here, "supplementalGroups");
  auto const& group_list = array_at(*context, "supplementalGroups");
  for (std::size_t i = 0; i < group_list.size(); ++i) {
    auto const id = group_list[i].is_int64() ? group_list[i].get_int64() : 0;
    constexpr std::int64_t highest = 2147483647;
    if (id < 0 || id > highest) {
      errors.invalid(groups.text(i), go_value::number(id), "must be between 0 and 2147483647, inclusive");
    }
  }
  if (is_true(spec, "shareProcessNamespace") && is_true(spec, "hostPID")) {
    errors.invalid(here.text("shareProcessNamespace"), "true",
                   "ShareProcessNamespace and HostPID cannot both be enabled");
  }
  check_sysctls(*context, here, errors);
  if (has(*context, "fsGroupChangePolicy")) {
    check_word(text_at(*context, "fsGroupChangePolicy"), here.text("fsGroupChangePolicy"), change_policies, errors);
  }
  check_seccomp(find(*context, "seccompProfile"), Where(here, "seccompProfile"), errors);
}

void check_node_requirement(json::value const& requirement, Where const& where, FieldErrors& errors) {
  auto const op = text_at(requirement, "operator");
  auto const& values = array_at(requirement, "values");
  if (op == "In" || op == "NotIn") {
    if (values.empty()) errors.required(where.text("values"), "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!values.empty()) {
      errors.forbidden(where.text("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else if (op == "Gt" || op == "Lt") {
    if (values.size() != 1) {
      errors.required(where.text("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
  } else {
    errors.invalid(where.text("operator"), go_value::text(op), "not a valid selector operator");
  }
  auto const key = text_at(requirement, "key");
  invalid(where.text("key"), key, names::qualified_name(key), errors);
}

void check_node_field(json::value const& requirement, Where const& where, FieldErrors& errors) {
  auto const op = text_at(requirement, "operator");
  auto const& values = array_at(requirement, "values");
  if (op == "In" || op == "NotIn") {
    if (values.size() != 1) {
      errors.required(where.text("values"),
                      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    }
  } else {
    errors.invalid(where.text("operator"), go_value::text(op), "not a valid selector operator");
  }
  auto const key = text_at(requirement, "key");
  if (key != "metadata.name") {
    return errors.invalid(where.text("key"), go_value::text(key), "not a valid field selector key");
  }
  Where const list(where, "values");
  for (std::size_t i = 0; i < values.size(); ++i) {
    invalid(list.text(i), text_of(values[i]), names::dns1123_subdomain(text_of(values[i])), errors);
  }
}

void check_node_term(json::value const& term, Where const& where, FieldErrors& errors) {
  Where const expressions(where, "matchExpressions");
  auto const& requirements = array_at(term, "matchExpressions");
  for (std::size_t i = 0; i < requirements.size(); ++i) {
    check_node_requirement(requirements[i], Where(expressions, i), errors);
  }
  Where const fields(where, "matchFields");
  auto const& field_list = array_at(term, "matchFields");
  for (std::size_t i = 0; i < field_list.size(); ++i) check_node_field(field_list[i], Where(fields, i), errors);
}

void check_weight(json::value const& term, Where const& where, FieldErrors& errors) {
  auto const weight = integer_at(term, "weight").value_or(0);
  if (weight >= 1 && weight <= 100) return;
  errors.invalid(where.text("weight"), go_value::number(weight), "must be in the range 1-100");
}

constexpr std::string_view required_terms = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view preferred_terms = "preferredDuringSchedulingIgnoredDuringExecution";

void check_node_affinity(json::value const& affinity, Where const& where, FieldErrors& errors) {
  if (auto const* required = find(affinity, required_terms)) {
    Where const here(where, required_terms);
    Where const list(here, "nodeSelectorTerms");
    auto const& terms = array_at(*required, "nodeSelectorTerms");
    if (terms.empty()) errors.required(list.text(), "must have at least one node selector term");
    for (std::size_t i = 0; i < terms.size(); ++i) check_node_term(terms[i], Where(list, i), errors);
  }
  Where const list(where, preferred_terms);
  auto const& terms = array_at(affinity, preferred_terms);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    Where const here(list, i);
    check_weight(terms[i], here, errors);
    if (auto const* preference = find(terms[i], "preference")) {
      check_node_term(*preference, Where(here, "preference"), errors);
    }
  }
}

void check_pod_term(json::value const& term, Where const& where, FieldErrors& errors) {
  check_selector(find(term, "labelSelector"), Where(where, "matchExpressions"), errors);
  for (auto const& name : array_at(term, "namespaces")) {
    invalid(where.text("namespace"), text_of(name), names::dns1123_label(text_of(name)), errors);
  }
  auto const key = text_at(term, "topologyKey");
  if (key.empty()) errors.required(where.text("topologyKey"), "can not be empty");
  invalid(where.text("topologyKey"), key, names::qualified_name(key), errors);
}

void check_pod_affinity(json::value const& affinity, Where const& where, FieldErrors& errors) {
  Where const required(where, required_terms);
  auto const& required_list = array_at(affinity, required_terms);
  for (std::size_t i = 0; i < required_list.size(); ++i) check_pod_term(required_list[i], Where(required, i), errors);
  Where const preferred(where, preferred_terms);
  auto const& preferred_list = array_at(affinity, preferred_terms);
  for (std::size_t i = 0; i < preferred_list.size(); ++i) {
    Where const here(preferred, i);
    check_weight(preferred_list[i], here, errors);
    if (auto const* term = find(preferred_list[i], "podAffinityTerm")) {
      check_pod_term(*term, Where(here, "podAffinityTerm"), errors);
    }
  }
}

void check_affinity(json::value const& spec, Where const& where, FieldErrors& errors) {
  auto const* affinity = find(spec, "affinity");
  if (affinity == nullptr) return;
  Where const here(where, "affinity");
  if (auto const* node = find(*affinity, "nodeAffinity"))
    check_node_affinity(*node, Where(here, "nodeAffinity"), errors);
  for (std::string_view const key : {"podAffinity", "podAntiAffinity"}) {
    if (auto const* pods = find(*affinity, key)) check_pod_affinity(*pods, Where(here, key), errors);
  }
}

void check_dns(json::value const& spec, Where const& where, FieldErrors& errors) {
  constexpr std::size_t most_servers = 3;
  constexpr std::size_t most_searches = 6;
  constexpr std::size_t most_characters = 256;
  auto const* config = find(spec, "dnsConfig");
  Where const here(where, "dnsConfig");
  if (text_at(spec, "dnsPolicy") == "None") {
    if (config == nullptr) return errors.required(here.text(), "must provide `dnsConfig` when `dnsPolicy` is None");
    if (array_at(*config, "nameservers").empty()) {
      return errors.required(here.text("nameservers"),
                             "must provide at least one DNS nameserver when `dnsPolicy` is None");
    }
  }
  if (config == nullptr) return;
  auto const& servers = array_at(*config, "nameservers");
  if (servers.size() > most_servers) {
    errors.invalid(here.text("nameservers"), go_value::strings(find(*config, "nameservers")),
                   "must not have more than 3 nameservers");
  }
  Where const server_list(here, "nameservers");
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (names::is_ip_address(text_of(servers[i]))) continue;
    errors.invalid(server_list.text(i), go_value::text(text_of(servers[i])), "must be valid IP address");
  }
  auto const& searches = array_at(*config, "searches");
  if (searches.size() > most_searches) {
    errors.invalid(here.text("searches"), go_value::strings(find(*config, "searches")),
                   "must not have more than 6 search paths");
  }
  std::size_t characters = searches.empty() ? 0 : searches.size() - 1;
  for (auto const& search : searches) characters += text_of(search).size();
  if (characters > most_characters) {
    errors.invalid(here.text("searches"), go_value::strings(find(*config, "searches")),
                   "must not have more than 256 characters (including spaces) in the search list");
  }
  Where const search_list(here, "searches");
  for (std::size_t i = 0; i < searches.size(); ++i) {
    auto search = text_of(searches[i]);
    if (search.ends_with('.')) search.remove_suffix(1);
    invalid(search_list.text(i), search, names::dns1123_subdomain(search), errors);
  }
  Where const option_list(here, "options");
  auto const& options = array_at(*config, "options");
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (text_at(options[i], "name").empty()) errors.required(option_list.text(i), "must not be empty");
  }
}

void check_spread(json::value const& spec, Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 2> actions{"DoNotSchedule", "ScheduleAnyway"};
  Where const list(where, "topologySpreadConstraints");
  auto const& constraints = array_at(spec, "topologySpreadConstraints");
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    Where const here(list, i);
    auto const skew = integer_at(constraints[i], "maxSkew").value_or(0);
    auto const key = text_at(constraints[i], "topologyKey");
    auto const action = text_at(constraints[i], "whenUnsatisfiable");
    if (skew <= 0) errors.invalid(here.text("maxSkew"), go_value::number(skew), "must be greater than zero");
    if (key.empty()) errors.required(here.text("topologyKey"), "can not be empty");
    check_word(action, here.text("whenUnsatisfiable"), actions, errors);
    for (std::size_t k = i + 1; k < constraints.size(); ++k) {
      if (text_at(constraints[k], "topologyKey") != key || text_at(constraints[k], "whenUnsatisfiable") != action) {
        continue;
      }
      errors.duplicate(here.text("{topologyKey, whenUnsatisfiable}"),
                       go_value::text("{" + std::string(key) + ", " + std::string(action) + "}"));
      break;
    }
  }
}

void check_tolerations(json::array const& tolerations, Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 2> operators{"Equal", "Exists"};
  constexpr std::array<std::string_view, 3> effects{"NoSchedule", "PreferNoSchedule", "NoExecute"};
  for (std::size_t i = 0; i < tolerations.size(); ++i) {
    Where const here(where, i);
    auto const& toleration = tolerations[i];
    auto const key = text_at(toleration, "key");
    auto const op = text_at(toleration, "operator");
    auto const value = text_at(toleration, "value");
    auto const effect = text_at(toleration, "effect");
    if (!key.empty()) invalid(here.text("key"), key, names::qualified_name(key), errors);
    if (key.empty() && op != "Exists") {
      errors.invalid(here.text("operator"), go_value::text(op),
                     "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    }
    if (has(toleration, "tolerationSeconds") && effect != "NoExecute") {
      errors.invalid(here.text("effect"), go_value::text(effect),
                     "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (op == "Equal" || op.empty()) {
      std::string all;
      for (auto const& message : names::label_value(value)) all += (all.empty() ? "" : ";") + message;
      if (!all.empty()) errors.invalid(here.text("operator"), go_value::text(value), all);
    } else if (op == "Exists") {
      if (!value.empty()) {
        std::string const seconds = has(toleration, "tolerationSeconds") ? "" : "(*int64)(nil)";
        errors.invalid(here.text("operator"),
                       "core.Toleration{Key:" + go_value::text(key) + ", Operator:" + go_value::text(op) +
                           ", Value:" + go_value::text(value) + ", Effect:" + go_value::text(effect) +
                           ", TolerationSeconds:" + seconds + "}",
                       "value must be empty when `operator` is 'Exists'");
      }
    } else {
      check_word(op, here.text("operator"), operators, errors);
    }
    if (!effect.empty()) check_word(effect, here.text("effect"), effects, errors);
  }
}

void check_host_aliases(json::value const& spec, Where const& where, FieldErrors& errors) {
  Where const here(where, "hostAliases");
  for (auto const& alias : array_at(spec, "hostAliases")) {
    auto const ip = text_at(alias, "ip");
    if (!names::is_ip_address(ip)) errors.invalid(here.text("ip"), go_value::text(ip), "must be valid IP address");
    for (auto const& name : array_at(alias, "hostnames")) {
      invalid(here.text("hostnames"), text_of(name), names::dns1123_subdomain(text_of(name)), errors);
    }
  }
}

void check_image_spaces(json::value const& spec, std::string_view key, FieldErrors& errors) {
  Where const root("spec");
  Where const list(root, key);
  auto const& containers = array_at(spec, key);
  for (std::size_t i = 0; i < containers.size(); ++i) {
    auto const image = text_at(containers[i], "image");
    constexpr std::string_view spaces = " \t\n\v\f\r";
    if (image.empty() || (!spaces.contains(image.front()) && !spaces.contains(image.back()))) continue;
    errors.invalid(Where(list, i).text("image"), go_value::text(image), "must not have leading or trailing whitespace");
  }
}

bool check_same_count(json::value const& next, json::value const& stored, std::string_view key, FieldErrors& errors) {
  auto const& containers = array_at(next, key);
  Where const root("spec");
  Where const list(root, key);
  if (containers.size() != array_at(stored, key).size()) {
    errors.forbidden(list.text(), "pod updates may not add or remove containers");
    return false;
  }
  for (std::size_t i = 0; i < containers.size(); ++i) {
    if (text_at(containers[i], "image").empty()) errors.required(Where(list, i).text("image"));
  }
  check_image_spaces(next, key, errors);
  return true;
}

// The names of the fields that differ. (The real server prints a difference of Go structures, whose form changes from
// build to build.)
std::string changed_fields(json::object const& a, json::object const& b) {
  std::set<std::string_view> fields;
  for (auto const& [key, value] : a) {
    auto const* other = b.if_contains(key);
    if (other == nullptr || *other != value) fields.insert(key);
  }
  for (auto const& [key, value] : b) {
    if (!a.contains(key)) fields.insert(key);
  }
  std::string text = "changed:";
  for (auto const field : fields) text.append(" ").append(field);
  return text;
}

// A toleration but for its seconds.
json::object without_seconds(json::value const& toleration) {
  json::object bare = toleration.is_object() ? toleration.get_object() : json::object();
  bare.erase("tolerationSeconds");
  return bare;
}

void check_added_tolerations(json::value const& next, json::value const& stored, FieldErrors& errors) {
  Where const root("spec");
  Where const here(root, "tolerations");
  auto const& after = array_at(next, "tolerations");
  for (auto const& old : array_at(stored, "tolerations")) {
    bool const found = std::ranges::any_of(
        after, [&](json::value const& toleration) { return without_seconds(toleration) == without_seconds(old); });
    if (found) continue;
    errors.forbidden(here.text(), "existing toleration can not be modified except its tolerationSeconds");
    return;
  }
  check_tolerations(after, here, errors);
}

}  // namespace

void check_annotations(json::object const& annotations, std::string const& field, FieldErrors& errors) {
  constexpr std::size_t most_bytes = 256 * 1024;
  std::size_t bytes = 0;
  for (auto const key : sorted_keys(annotations)) {
    std::string lower(key);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    invalid(field, key, names::qualified_name(lower), errors);
    bytes += key.size() + text_of(annotations.at(key)).size();
  }
  if (bytes > most_bytes) errors.too_long(field, "must have at most " + std::to_string(most_bytes) + " bytes");
}

bool has_disabled(json::value const& spec) {
  if (has(spec, "ephemeralContainers")) return true;
  for (auto const& volume : array_at(spec, "volumes")) {
    if (has(volume, "ephemeral")) return true;
  }
  for (std::string_view const list : {"containers", "initContainers"}) {
    for (auto const& container : array_at(spec, list)) {
      auto const* mount = api::find_path(&container, {"securityContext", "procMount"});
      if (mount != nullptr && *mount != "Default") return true;
    }
  }
  return false;
}

void drop_disabled(json::object& spec) {
  spec.erase("ephemeralContainers");
  if (auto* volumes = spec.if_contains("volumes"); volumes != nullptr && volumes->is_array()) {
    for (auto& volume : volumes->get_array()) volume.get_object().erase("ephemeral");
  }
  for (std::string_view const list : {"containers", "initContainers"}) {
    auto* containers = spec.if_contains(list);
    if (containers == nullptr || !containers->is_array()) continue;
    for (auto& container : containers->get_array()) {
      auto* context = container.get_object().if_contains("securityContext");
      if (context != nullptr && has(*context, "procMount")) context->get_object()["procMount"] = "Default";
    }
  }
}

void check_pod_spec(json::value const& spec, std::string_view pod_name, Where const& where, FieldErrors& errors) {
  auto const volumes = check_volumes(spec, pod_name, where, errors);
  auto const& containers = array_at(spec, "containers");
  if (containers.empty()) {
    errors.required(where.text("containers"));
  } else {
    check_containers(containers, false, volumes, Where(where, "containers"), errors);
  }
  check_init_containers(spec, volumes, where, errors);
  if (auto const policy = text_at(spec, "restartPolicy"); policy != "Always") {
    check_word(policy, where.text("restartPolicy"), restart_policies, errors);
  }
  if (auto const policy = text_at(spec, "dnsPolicy"); policy != "ClusterFirst") {
    check_word(policy, where.text("dnsPolicy"), dns_policies, errors);
  }
  if (auto const& labels = object_at(spec, "nodeSelector"); !labels.empty()) {
    check_labels(labels, where.text("nodeSelector"), errors);
  }
  check_security_context(spec, where, errors);
  check_affinity(spec, where, errors);
  check_dns(spec, where, errors);
  Where const gates(where, "readinessGates");
  auto const& gate_list = array_at(spec, "readinessGates");
  for (std::size_t i = 0; i < gate_list.size(); ++i) {
    auto const type = text_at(gate_list[i], "conditionType");
    invalid(Where(gates, i).text("conditionType"), type, names::qualified_name(type), errors);
  }
  check_spread(spec, where, errors);
  check_name(spec, "serviceAccountName", names::dns1123_subdomain, where, errors);
  check_name(spec, "nodeName", names::dns1123_subdomain, where, errors);
  constexpr std::int64_t longest = 2147483647;
  if (auto const deadline = integer_at(spec, "activeDeadlineSeconds");
      deadline && (*deadline < 1 || *deadline > longest)) {
    errors.invalid(where.text("activeDeadlineSeconds"), go_value::number(*deadline),
                   "must be between 1 and 2147483647, inclusive");
  }
  check_name(spec, "hostname", names::dns1123_label, where, errors);
  check_name(spec, "subdomain", names::dns1123_label, where, errors);
  if (auto const& tolerations = array_at(spec, "tolerations"); !tolerations.empty()) {
    check_tolerations(tolerations, Where(where, "tolerations"), errors);
  }
  check_host_aliases(spec, where, errors);
  check_name(spec, "priorityClassName", names::dns1123_subdomain, where, errors);
  check_name(spec, "runtimeClassName", names::dns1123_subdomain, where, errors);
  if (has(spec, "preemptionPolicy")) {
    constexpr std::array<std::string_view, 2> policies{"PreemptLowerPriority", "Never"};
    check_word(text_at(spec, "preemptionPolicy"), where.text("preemptionPolicy"), policies, errors);
  }
  if (auto const* overhead = find(spec, "overhead")) {
    check_resources({{"limits", *overhead}}, Where(where, "overhead"), errors);
  }
}

void check_pod_template(json::value const& pod_template, Where const& where, FieldErrors& errors) {
  if (auto const* metadata = find(pod_template, "metadata")) {
    if (auto const& labels = object_at(*metadata, "labels"); !labels.empty()) {
      check_labels(labels, where.text("labels"), errors);
    }
    if (auto const& annotations = object_at(*metadata, "annotations"); !annotations.empty()) {
      check_annotations(annotations, where.text("annotations"), errors);
    }
  }
  auto const* spec = find(pod_template, "spec");
  if (spec == nullptr) return;
  Where const here(where, "spec");
  check_pod_spec(*spec, "", here, errors);
  if (!array_at(*spec, "ephemeralContainers").empty()) {
    errors.forbidden(here.text("ephemeralContainers"), "ephemeral containers not allowed in pod template");
  }
}

void check_pod_only(json::value const& spec, FieldErrors& errors) {
  if (text_at(spec, "serviceAccountName").empty()) {
    Where const root("spec");
    Where const list(root, "volumes");
    auto const& volumes = array_at(spec, "volumes");
    for (std::size_t i = 0; i < volumes.size(); ++i) {
      auto const* projected = find(volumes[i], "projected");
      if (projected == nullptr) continue;
      Where const volume(list, i);
      Where const place(volume, "projected");
      Where const sources(place, "sources");
      auto const& source_list = array_at(*projected, "sources");
      for (std::size_t k = 0; k < source_list.size(); ++k) {
        if (!has(source_list[k], "serviceAccountToken")) continue;
        errors.forbidden(Where(sources, k).text("serviceAccountToken"),
                         "must not be specified when serviceAccountName is not set");
      }
    }
  }
  check_image_spaces(spec, "containers", errors);
  check_image_spaces(spec, "initContainers", errors);
}

void check_pod_update(json::value const& next, json::value const& stored, FieldErrors& errors) {
  if (!check_same_count(next, stored, "containers", errors)) return;
  if (!check_same_count(next, stored, "initContainers", errors)) return;
  auto const deadline = integer_at(next, "activeDeadlineSeconds");
  auto const before = integer_at(stored, "activeDeadlineSeconds");
  std::string const field = "spec.activeDeadlineSeconds";
  if (deadline) {
    constexpr std::int64_t longest = 2147483647;
    if (*deadline < 0 || *deadline > longest) {
      return errors.invalid(field, go_value::number(*deadline), "must be between 0 and 2147483647, inclusive");
    }
    if (before && *before < *deadline) {
      return errors.invalid(field, go_value::number(*deadline), "must be less than or equal to previous value");
    }
  } else if (before) {
    errors.invalid(field, "null", "must not update from a positive integer to nil value");
  }
  check_added_tolerations(next, stored, errors);

  // What may change is put back before the two are compared.
  json::object munged = next.get_object();
  for (std::string_view const key : {"containers", "initContainers"}) {
    auto* const list = munged.if_contains(key);
    if (list == nullptr || !list->is_array()) continue;
    auto const& old = array_at(stored, key);
    for (std::size_t i = 0; i < list->get_array().size(); ++i) {
      if (auto const* image = find(old[i], "image")) list->get_array()[i].get_object()["image"] = *image;
    }
  }
  for (std::string_view const key : {"activeDeadlineSeconds", "tolerations"}) {
    munged.erase(key);
    if (auto const* value = find(stored, key)) munged[key] = *value;
  }
  if (munged == stored.get_object()) return;
  errors.forbidden("spec",
                   "pod updates may not change fields other than `spec.containers[*].image`, "
                   "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only additions "
                   "to existing tolerations)\n" +
                       changed_fields(munged, stored.get_object()));
}

}  // namespace fakeapi::rules
