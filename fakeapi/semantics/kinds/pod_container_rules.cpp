// Containers: ports, environment, mounts, probes, resources, security.
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <set>

#include "fakeapi/semantics/kinds/pod_rules.hpp"
#include "fakeapi/types/quantity.hpp"

namespace fakeapi::rules {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> protocols{"SCTP", "TCP", "UDP"};
constexpr std::array<std::string_view, 3> pull_policies{"Always", "IfNotPresent", "Never"};
constexpr std::array<std::string_view, 2> schemes{"HTTP", "HTTPS"};

void check_port(json::value const& port, Seen& port_names, Where const& where, FieldErrors& errors) {
  if (auto const name = text_at(port, "name"); !name.empty()) {
    auto const messages = names::port_name(name);
    if (!messages.empty()) {
      invalid(where.text("name"), name, messages, errors);
    } else if (!port_names.insert(name)) {
      errors.duplicate(where.text("name"), go_value::text(name));
    }
  }
  auto const number = integer_at(port, "containerPort").value_or(0);
  if (number == 0) {
    errors.required(where.text("containerPort"));
  } else if (number < 1 || number > 65535) {
    check_port_number(number, where.text("containerPort"), errors);
  }
  if (auto const host = integer_at(port, "hostPort").value_or(0); host != 0 && (host < 1 || host > 65535)) {
    check_port_number(host, where.text("hostPort"), errors);
  }
  if (auto const protocol = text_at(port, "protocol"); !is_one_of(protocols, protocol)) {
    check_word(protocol, where.text("protocol"), protocols, errors);
  }
}

// Two containers cannot have one port of the node.
void check_host_ports(json::value const& container, std::set<std::string>& taken, Where const& where,
                      FieldErrors& errors) {
  auto const& ports = array_at(container, "ports");
  for (std::size_t i = 0; i < ports.size(); ++i) {
    auto const number = integer_at(ports[i], "hostPort").value_or(0);
    if (number == 0) continue;
    std::string port = std::string(text_at(ports[i], "protocol")) + "/" + std::string(text_at(ports[i], "hostIP")) +
                       "/" + std::to_string(number);
    Where const list(where, "ports");
    if (taken.contains(port)) errors.duplicate(Where(list, i).text("hostPort"), go_value::text(port));
    taken.insert(std::move(port));
  }
}

constexpr std::array<std::string_view, 8> environment_fields{
    "metadata.name",           "metadata.namespace", "metadata.uid", "spec.nodeName",
    "spec.serviceAccountName", "status.hostIP",      "status.podIP", "status.podIPs"};

void check_key_reference(json::value const& reference, Where const& where, FieldErrors& errors) {
  auto const name = text_at(reference, "name");
  if (auto const messages = names::dns1123_subdomain(name); !messages.empty()) {
    invalid(where.text("name"), name, messages, errors);
  }
  auto const key = text_at(reference, "key");
  if (key.empty()) {
    errors.required(where.text("key"));
  } else if (auto const messages = names::data_key(key); !messages.empty()) {
    invalid(where.text("key"), key, messages, errors);
  }
}

void check_value_source(json::value const& variable, Where const& where, FieldErrors& errors) {
  auto const* source = find(variable, "valueFrom");
  if (source == nullptr) return;
  int sources = 0;
  if (auto const* reference = find(*source, "fieldRef")) {
    ++sources;
    check_field_reference(*reference, environment_fields, Where(where, "fieldRef"), errors);
  }
  if (auto const* reference = find(*source, "resourceFieldRef")) {
    ++sources;
    check_resource_reference(*reference, false, Where(where, "resourceFieldRef"), errors);
  }
  for (std::string_view const kind : {"configMapKeyRef", "secretKeyRef"}) {
    auto const* reference = find(*source, kind);
    if (reference == nullptr) continue;
    ++sources;
    check_key_reference(*reference, Where(where, kind), errors);
  }
  if (sources == 0) {
    errors.invalid(where.text(), "\"\"",
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
  } else if (!text_at(variable, "value").empty()) {
    errors.invalid(where.text(), "\"\"", "may not be specified when `value` is not empty");
  } else if (sources > 1) {
    errors.invalid(where.text(), "\"\"", "may not have more than one field specified at a time");
  }
}

void check_environment(json::value const& container, Where const& where, FieldErrors& errors) {
  Where const list(where, "env");
  auto const& variables = array_at(container, "env");
  for (std::size_t i = 0; i < variables.size(); ++i) {
    Where const here(list, i);
    auto const name = text_at(variables[i], "name");
    if (name.empty()) {
      errors.required(here.text("name"));
    } else if (auto const messages = names::environment_name(name); !messages.empty()) {
      invalid(here.text("name"), name, messages, errors);
    }
    check_value_source(variables[i], Where(here, "valueFrom"), errors);
  }
  Where const sources(where, "envFrom");
  auto const& froms = array_at(container, "envFrom");
  for (std::size_t i = 0; i < froms.size(); ++i) {
    Where const here(sources, i);
    if (auto const prefix = text_at(froms[i], "prefix"); !prefix.empty()) {
      if (auto const messages = names::environment_name(prefix); !messages.empty()) {
        invalid(here.text("prefix"), prefix, messages, errors);
      }
    }
    int count = 0;
    for (std::string_view const kind : {"configMapRef", "secretRef"}) {
      auto const* reference = find(froms[i], kind);
      if (reference == nullptr) continue;
      ++count;
      Where const place(here, kind);
      auto const name = text_at(*reference, "name");
      if (name.empty()) {
        errors.required(place.text("name"));
      } else if (auto const messages = names::subdomain_name(name, true); !messages.empty()) {
        invalid(place.text("name"), name, messages, errors);
      }
    }
    // The real server names the list, not the item.
    if (count == 0) errors.invalid(sources.text(), "\"\"", "must specify one of: `configMapRef` or `secretRef`");
    if (count > 1) errors.invalid(sources.text(), "\"\"", "may not have more than one field specified at a time");
  }
}

bool is_taken(json::array const& list, std::string_view key, std::string_view value) {
  return std::ranges::any_of(list, [&](json::value const& item) { return text_at(item, key) == value; });
}

void check_mounts(json::value const& container, Volumes const& volumes, Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 3> propagations{"Bidirectional", "HostToContainer", "None"};
  Where const list(where, "volumeMounts");
  auto const& mounts = array_at(container, "volumeMounts");
  auto const& devices = array_at(container, "volumeDevices");
  Seen paths;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    Where const here(list, i);
    auto const name = text_at(mounts[i], "name");
    auto const path = text_at(mounts[i], "mountPath");
    if (name.empty()) errors.required(here.text("name"));
    if (!volumes.contains(name)) errors.not_found(here.text("name"), go_value::text(name));
    if (path.empty()) errors.required(here.text("mountPath"));
    if (!paths.insert(path)) errors.invalid(here.text("mountPath"), go_value::text(path), "must be unique");
    if (is_taken(devices, "name", name)) {
      errors.invalid(here.text("name"), go_value::text(name), "must not already exist in volumeDevices");
    }
    if (is_taken(devices, "devicePath", path)) {
      errors.invalid(here.text("mountPath"), go_value::text(path), "must not already exist as a path in volumeDevices");
    }
    auto const sub_path = text_at(mounts[i], "subPath");
    auto const expression = text_at(mounts[i], "subPathExpr");
    if (!sub_path.empty()) check_relative_path(sub_path, list.text("subPath"), errors);
    if (!expression.empty()) {
      if (!sub_path.empty()) {
        errors.invalid(here.text("subPathExpr"), go_value::text(expression),
                       "subPathExpr and subPath are mutually exclusive");
      }
      check_relative_path(expression, list.text("subPathExpr"), errors);
    }
    if (!has(mounts[i], "mountPropagation")) continue;
    auto const propagation = text_at(mounts[i], "mountPropagation");
    check_word(propagation, list.text("mountPropagation"), propagations, errors);
    auto const* security = find(container, "securityContext");
    if (propagation == "Bidirectional" && (security == nullptr || !is_true(*security, "privileged"))) {
      errors.forbidden(list.text("mountPropagation"),
                       "Bidirectional mount propagation is available only to privileged containers");
    }
  }
}

void check_devices(json::value const& container, Volumes const& volumes, Where const& where, FieldErrors& errors) {
  Where const list(where, "volumeDevices");
  auto const& devices = array_at(container, "volumeDevices");
  auto const& mounts = array_at(container, "volumeMounts");
  std::set<std::string_view> paths;
  std::set<std::string_view> device_names;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    Where const here(list, i);
    auto const name = text_at(devices[i], "name");
    auto const path = text_at(devices[i], "devicePath");
    auto const volume = volumes.find(name);
    if (name.empty()) errors.required(here.text("name"));
    if (device_names.contains(name)) errors.invalid(here.text("name"), go_value::text(name), "must be unique");
    if (volume != volumes.end() && !has(*volume->second, "persistentVolumeClaim")) {
      errors.invalid(here.text("name"), go_value::text(name),
                     "can only use volume source type of PersistentVolumeClaim for block mode");
    }
    if (volume == volumes.end()) errors.not_found(here.text("name"), go_value::text(name));
    if (path.empty()) errors.required(here.text("devicePath"));
    if (paths.contains(path)) errors.invalid(here.text("devicePath"), go_value::text(path), "must be unique");
    FieldErrors backsteps;
    check_no_backsteps(path, "", backsteps);
    if (!backsteps.empty()) {
      errors.invalid(here.text("devicePath"), go_value::text(path), "can not contain backsteps ('..')");
    } else {
      paths.insert(path);
    }
    if (is_taken(mounts, "name", name)) {
      errors.invalid(here.text("name"), go_value::text(name), "must not already exist in volumeMounts");
    }
    if (is_taken(mounts, "mountPath", path)) {
      errors.invalid(here.text("devicePath"), go_value::text(path), "must not already exist as a path in volumeMounts");
    }
    if (!name.empty()) device_names.insert(name);
  }
}

void check_http(json::value const& action, Where const& where, FieldErrors& errors) {
  if (text_at(action, "path").empty()) errors.required(where.text("path"));
  if (auto const* port = find(action, "port")) check_port_reference(*port, where.text("port"), errors);
  check_word(text_at(action, "scheme"), where.text("scheme"), schemes, errors);
  for (auto const& header : array_at(action, "httpHeaders")) {
    auto const name = text_at(header, "name");
    if (auto const messages = names::header_name(name); !messages.empty()) {
      invalid(where.text("httpHeaders"), name, messages, errors);
    }
  }
}

void check_handler(json::value const& handler, Where const& where, FieldErrors& errors) {
  bool any = false;
  for (std::string_view const kind : {"exec", "httpGet", "tcpSocket"}) {
    auto const* action = find(handler, kind);
    if (action == nullptr) continue;
    Where const here(where, kind);
    if (any) {
      errors.forbidden(here.text(), "may not specify more than 1 handler type");
      continue;
    }
    any = true;
    if (kind == "exec" && array_at(*action, "command").empty()) errors.required(here.text("command"));
    if (kind == "httpGet") check_http(*action, here, errors);
    if (kind == "tcpSocket") {
      if (auto const* port = find(*action, "port")) check_port_reference(*port, here.text("port"), errors);
    }
  }
  if (!any) errors.required(where.text(), "must specify a handler type");
}

void check_probe(json::value const& container, std::string_view name, bool succeeds_once, Where const& where,
                 FieldErrors& errors) {
  auto const* probe = find(container, name);
  if (probe == nullptr) return;
  Where const here(where, name);
  check_handler(*probe, here, errors);
  for (std::string_view const key :
       {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"}) {
    check_not_negative(*probe, key, here, errors);
  }
  auto const successes = integer_at(*probe, "successThreshold").value_or(0);
  if (succeeds_once && successes != 1) {
    errors.invalid(here.text("successThreshold"), go_value::number(successes), "must be 1");
  }
}

void check_security(json::value const& container, Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 2> proc_mounts{"Default", "Unmasked"};
  auto const* context = find(container, "securityContext");
  if (context == nullptr) return;
  Where const here(where, "securityContext");
  check_id(*context, "runAsUser", here, errors);
  check_id(*context, "runAsGroup", here, errors);
  if (has(*context, "procMount")) {
    check_word(text_at(*context, "procMount"), here.text("procMount"), proc_mounts, errors);
  }
  check_seccomp(find(*context, "seccompProfile"), Where(here, "seccompProfile"), errors);
  auto const* escalation = find(*context, "allowPrivilegeEscalation");
  if (escalation == nullptr || *escalation != false) return;
  // The real server prints the whole context, with addresses in it.
  if (is_true(*context, "privileged")) {
    errors.invalid(here.text(), json::serialize(*context),
                   "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
  }
  if (auto const* capabilities = find(*context, "capabilities")) {
    for (auto const& capability : array_at(*capabilities, "add")) {
      if (text_of(capability) != "CAP_SYS_ADMIN") continue;
      errors.invalid(here.text(), json::serialize(*context),
                     "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
    }
  }
}

void check_container(json::value const& container, Seen& container_names, Volumes const& volumes, Where const& where,
                     FieldErrors& errors) {
  auto const name = text_at(container, "name");
  if (name.empty()) {
    errors.required(where.text("name"));
  } else if (auto const messages = names::dns1123_label(name); !messages.empty()) {
    invalid(where.text("name"), name, messages, errors);
  }
  if (!container_names.insert(name)) errors.duplicate(where.text("name"), go_value::text(name));
  if (text_at(container, "image").empty()) errors.required(where.text("image"));
  if (auto const* lifecycle = find(container, "lifecycle")) {
    Where const here(where, "lifecycle");
    for (std::string_view const moment : {"postStart", "preStop"}) {
      if (auto const* handler = find(*lifecycle, moment)) check_handler(*handler, Where(here, moment), errors);
    }
  }
  check_probe(container, "livenessProbe", true, where, errors);
  check_probe(container, "startupProbe", true, where, errors);
  if (auto const policy = text_at(container, "terminationMessagePolicy");
      policy != "File" && policy != "FallbackToLogsOnError") {
    errors.invalid(where.text("terminationMessagePolicy"), go_value::text(policy),
                   "must be 'File' or 'FallbackToLogsOnError'");
  }
  check_probe(container, "readinessProbe", false, where, errors);
  Where const ports(where, "ports");
  Seen port_names;
  auto const& port_list = array_at(container, "ports");
  for (std::size_t i = 0; i < port_list.size(); ++i) check_port(port_list[i], port_names, Where(ports, i), errors);
  check_environment(container, where, errors);
  check_mounts(container, volumes, where, errors);
  check_devices(container, volumes, where, errors);
  if (auto const policy = text_at(container, "imagePullPolicy"); !is_one_of(pull_policies, policy)) {
    check_word(policy, where.text("imagePullPolicy"), pull_policies, errors);
  }
  if (auto const* resources = find(container, "resources")) {
    check_resources(*resources, Where(where, "resources"), errors);
  }
  check_security(container, where, errors);
}

constexpr std::string_view huge_pages = "hugepages-";
constexpr std::string_view own_domain = "kubernetes.io/";

bool is_native(std::string_view resource) { return !resource.contains('/') || resource.contains(own_domain); }
bool is_overcommitted(std::string_view resource) { return is_native(resource) && !resource.starts_with(huge_pages); }

bool is_extended(std::string_view resource) {
  return !is_native(resource) && !resource.starts_with("requests.") &&
         names::qualified_name("requests." + std::string(resource)).empty();
}

void check_resource_name(std::string_view name, std::string const& field, FieldErrors& errors) {
  constexpr std::array<std::string_view, 20> standard{"cpu",
                                                      "memory",
                                                      "ephemeral-storage",
                                                      "requests.cpu",
                                                      "requests.memory",
                                                      "requests.ephemeral-storage",
                                                      "limits.cpu",
                                                      "limits.memory",
                                                      "limits.ephemeral-storage",
                                                      "pods",
                                                      "resourcequotas",
                                                      "services",
                                                      "replicationcontrollers",
                                                      "secrets",
                                                      "configmaps",
                                                      "persistentvolumeclaims",
                                                      "storage",
                                                      "requests.storage",
                                                      "services.nodeports",
                                                      "services.loadbalancers"};
  constexpr std::array<std::string_view, 3> of_containers{"cpu", "memory", "ephemeral-storage"};
  auto const messages = names::qualified_name(name);
  invalid(field, name, messages, errors);
  if (!name.contains('/')) {
    bool const huge = name.starts_with(huge_pages);
    bool const quota = huge || name.starts_with("requests.hugepages-");
    if (messages.empty() && !is_one_of(standard, name) && !quota) {
      errors.invalid(field, go_value::text(name), "must be a standard resource type or fully qualified");
    }
    if (!is_one_of(of_containers, name) && !huge) {
      errors.invalid(field, go_value::text(name), "must be a standard resource for containers");
    }
  } else if (!is_native(name) && !is_extended(name)) {
    errors.invalid(field, go_value::text(name), "doesn't follow extended resource name standard");
  }
}

void check_amount(std::string_view resource, types::Quantity const& amount, std::string const& field,
                  FieldErrors& errors) {
  if (amount.is_negative()) {
    errors.invalid(field, go_value::text(amount.to_string()), "must be greater than or equal to 0");
  }
  if (is_extended(resource) && amount.milli_value() % 1000 != 0) {
    errors.invalid(field, amount.to_string(), "must be an integer");
  }
}

}  // namespace

void check_resources(json::value const& resources, Where const& where, FieldErrors& errors) {
  Where const limit_place(where, "limits");
  Where const request_place(where, "requests");
  auto const& limits = object_at(resources, "limits");
  auto const& requests = object_at(resources, "requests");
  bool huge = false;
  bool compute = false;
  auto const amount_of = [](json::value const& value) {
    return types::Quantity::parse(text_of(value)).value_or(types::Quantity());
  };
  auto const check_one = [&](std::string_view name, types::Quantity const& amount, Where const& place) {
    std::string const field = place.key(name);
    check_resource_name(name, field, errors);
    check_amount(name, amount, field, errors);
    huge |= name.starts_with(huge_pages);
    compute |= name == "cpu" || name == "memory";
  };
  for (auto const name : sorted_keys(limits)) check_one(name, amount_of(limits.at(name)), limit_place);
  for (auto const name : sorted_keys(requests)) {
    auto const amount = amount_of(requests.at(name));
    check_one(name, amount, request_place);
    auto const* limit = limits.if_contains(name);
    if (limit == nullptr) {
      if (!is_overcommitted(name)) {
        errors.required(limit_place.text(), "Limit must be set for non overcommitable resources");
      }
    } else if (auto const most = amount_of(*limit); amount != most && !is_overcommitted(name)) {
      errors.invalid(request_place.text(), go_value::text(amount.to_string()),
                     "must be equal to " + std::string(name) + " limit");
    } else if (amount > most) {
      errors.invalid(request_place.text(), go_value::text(amount.to_string()),
                     "must be less than or equal to " + std::string(name) + " limit");
    }
  }
  if (huge && !compute) errors.forbidden(where.text(), "HugePages require cpu or memory");
}

void check_containers(json::array const& containers, bool init, Volumes const& volumes, Where const& where,
                      FieldErrors& errors) {
  Seen container_names;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    check_container(containers[i], container_names, volumes, Where(where, i), errors);
  }
  // Init containers run one after the other; each is looked at as if it were the only one.
  std::set<std::string> taken;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    if (init) taken.clear();
    check_host_ports(containers[i], taken, Where(where, init ? 0 : i), errors);
  }
}

void check_id(json::value const& object, std::string_view key, Where const& where, FieldErrors& errors) {
  constexpr std::int64_t highest = 2147483647;
  auto const id = integer_at(object, key);
  if (!id || (*id >= 0 && *id <= highest)) return;
  errors.invalid(where.text(key), go_value::number(*id), "must be between 0 and 2147483647, inclusive");
}

void check_seccomp(json::value const* profile, Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 3> types{"Localhost", "RuntimeDefault", "Unconfined"};
  if (profile == nullptr) return;
  auto const type = text_at(*profile, "type");
  if (type.empty()) {
    errors.required(where.text("type"), "type is required when seccompProfile is set");
  } else {
    check_word(type, where.text("type"), types, errors);
  }
  bool const given = has(*profile, "localhostProfile");
  if (type == "Localhost") {
    if (given) {
      check_relative_path(text_at(*profile, "localhostProfile"), where.text("localhostProfile"), errors);
    } else {
      errors.required(where.text("localhostProfile"), "must be set when seccomp type is Localhost");
    }
  } else if (given) {
    errors.invalid(where.text("localhostProfile"), go_value::text(text_at(*profile, "localhostProfile")),
                   "can only be set when seccomp type is Localhost");
  }
}

void check_field_reference(json::value const& reference, std::span<std::string_view const> expressions,
                           Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 14> known{
      "metadata.annotations", "metadata.labels",    "metadata.name",           "metadata.namespace", "metadata.uid",
      "spec.nodeName",        "spec.restartPolicy", "spec.serviceAccountName", "spec.schedulerName", "status.phase",
      "status.hostIP",        "status.podIP",       "status.podIPs",           "spec.host"};
  auto const version = text_at(reference, "apiVersion");
  auto path = text_at(reference, "fieldPath");
  if (version.empty()) return errors.required(where.text("apiVersion"));
  if (path.empty()) return errors.required(where.text("fieldPath"));
  auto const unconvertible = [&](std::string const& why) {
    errors.invalid(where.text("fieldPath"), go_value::text(path), "error converting fieldPath: " + why);
  };
  if (version != "v1") return unconvertible("unsupported pod version: " + std::string(version));
  auto const bracket = path.find("['");
  if (path.ends_with("']") && bracket != std::string_view::npos && bracket > 0) {
    auto const base = path.substr(0, bracket);
    auto const subscript = path.substr(bracket + 2, path.size() - bracket - 4);
    if (base == "metadata.annotations") {
      std::string lower(subscript);
      std::ranges::transform(lower, lower.begin(),
                             [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      return invalid(where.text(), subscript, names::qualified_name(lower), errors);
    }
    if (base == "metadata.labels") return invalid(where.text(), subscript, names::qualified_name(subscript), errors);
    return unconvertible("field label does not support subscript: " + std::string(path));
  }
  if (!is_one_of(known, path)) return unconvertible("field label not supported: " + std::string(path));
  if (path == "spec.host") path = "spec.nodeName";
  check_word(path, where.text("fieldPath"), expressions, errors);
}

void check_resource_reference(json::value const& reference, bool volume, Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 6> expressions{
      "limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
      "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
  constexpr std::array<std::string_view, 13> sizes{"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                                   "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
  auto const resource = text_at(reference, "resource");
  if (volume && text_at(reference, "containerName").empty()) {
    errors.required(where.text("containerName"));
  } else if (resource.empty()) {
    errors.required(where.text("resource"));
  } else {
    check_word(resource, where.text("resource"), expressions, errors);
  }
  auto const divisor = text_at(reference, "divisor");
  if (divisor.empty() || divisor == "0") return;
  auto const refuse = [&](std::string_view supported) {
    errors.invalid(where.text("divisor"), go_value::text(resource),
                   "only divisor's values " + std::string(supported) + " resource");
  };
  constexpr std::string_view all = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the ";
  if (resource.ends_with(".cpu")) {
    if (divisor != "1" && divisor != "1m") refuse("1m and 1 are supported with the cpu");
  } else if (!is_one_of(sizes, divisor)) {
    if (resource.ends_with(".memory")) refuse(std::string(all) + "memory");
    if (resource.ends_with(".ephemeral-storage")) refuse(std::string(all) + "local ephemeral storage");
  }
}

}  // namespace fakeapi::rules
