// Services: addresses and ports are given out, deterministically.
#include <algorithm>
#include <set>
#include <utility>

#include "fakeapi/semantics/kinds/service_rules.hpp"
#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/state.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// 10.0.0.0/24, the range of a server that is told none; its first address is the server's own.
constexpr std::uint32_t first_address = 10U << 24 | 1U;
constexpr std::uint32_t address_count = 254;
constexpr std::string_view address_range = "10.0.0.0/24";
constexpr std::int64_t first_node_port = 30000;
constexpr std::int64_t node_port_count = 2768;
constexpr std::string_view port_range = "30000-32767";

std::string address_text(std::uint32_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string(address >> shift & 255);
    if (shift > 0) text += '.';
  }
  return text;
}

json::object& mutable_spec(api::Object& object, json::value& copy) {
  copy = *object.spec;
  return copy.get_object();
}

// One address can be given without the list of them; what an older client leaves out or clears is brought along.
void bring_addresses_into_step(api::Object& next, api::Object const* stored) {
  json::value const& spec = *next.spec;
  auto const* list = rules::find(spec, "clusterIPs");
  auto const own = rules::text_at(spec, "clusterIP");
  json::value made;
  bool drop = false;
  if (stored == nullptr) {
    if (own.empty() || list != nullptr) return;
    made = json::array{json::value(own)};
  } else {
    auto const* before = rules::find(*stored->spec, "clusterIPs");
    auto const old = rules::text_at(*stored->spec, "clusterIP");
    bool const same_list = rules::same(before, list);
    if (before != nullptr && list == nullptr && old == own) {
      made = *before;
    } else if (old != own && same_list) {
      drop = own.empty();
      if (!drop) made = json::array{json::value(own)};
    } else {
      return;
    }
  }
  json::value copy;
  auto& fields = mutable_spec(next, copy);
  if (drop) {
    fields.erase("clusterIPs");
  } else {
    fields["clusterIPs"] = std::move(made);
  }
  next.spec = api::share(std::move(copy));
}

// Fields of features that a cluster of one address family, as servers of 1.20 are, does not have.
void drop_disabled(api::Object& object) {
  bool const any =
      std::ranges::any_of(std::initializer_list<std::string_view>{"ipFamilies", "ipFamilyPolicy", "topologyKeys",
                                                                  "allocateLoadBalancerNodePorts"},
                          [&](std::string_view key) { return rules::has(*object.spec, key); });
  if (!any) return;
  json::value copy;
  auto& fields = mutable_spec(object, copy);
  for (std::string_view const key : {"ipFamilies", "ipFamilyPolicy", "topologyKeys", "allocateLoadBalancerNodePorts"}) {
    fields.erase(key);
  }
  object.spec = api::share(std::move(copy));
}

std::set<std::int64_t> node_ports_of(json::value const& spec) {
  std::set<std::int64_t> numbers;
  for (auto const& port : rules::array_at(spec, "ports")) {
    if (auto const number = rules::integer_at(port, "nodePort").value_or(0); number != 0) numbers.insert(number);
  }
  return numbers;
}

// What the type that a service had needed, and its new one does not: dropped unless it was changed as well.
void drop_of_other_type(api::Object& next, api::Object const& stored) {
  json::value const& before = *stored.spec;
  json::value const& spec = *next.spec;
  bool const was_external = rules::text_at(before, "type") == "ExternalName";
  bool const loses_address = !was_external && rules::text_at(spec, "type") == "ExternalName" &&
                             rules::text_at(spec, "clusterIP") == rules::text_at(before, "clusterIP") &&
                             rules::same(rules::find(spec, "clusterIPs"), rules::find(before, "clusterIPs"));
  auto const old_ports = node_ports_of(before);
  bool const loses_ports = rules::needs_node_ports(before) && !rules::needs_node_ports(spec) &&
                           std::ranges::includes(old_ports, node_ports_of(spec));
  bool const loses_check =
      rules::needs_health_check(before) && !rules::needs_health_check(spec) &&
      rules::same(rules::find(spec, "healthCheckNodePort"), rules::find(before, "healthCheckNodePort"));
  if (!loses_address && !loses_ports && !loses_check) return;
  json::value copy;
  auto& fields = mutable_spec(next, copy);
  if (loses_address) {
    fields.erase("clusterIP");
    fields.erase("clusterIPs");
  }
  if (loses_ports) {
    if (auto* ports = fields.if_contains("ports"); ports != nullptr && ports->is_array()) {
      for (auto& port : ports->get_array()) port.get_object().erase("nodePort");
    }
  }
  if (loses_check) fields.erase("healthCheckNodePort");
  next.spec = api::share(std::move(copy));
}

std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* stored) {
  if (auto error = admit_typed(admission, object, stored)) return error;
  if (stored != nullptr && object.spec == stored->spec) return std::nullopt;
  bring_addresses_into_step(object, stored);
  if (!admission.modern) drop_disabled(object);
  if (stored != nullptr) drop_of_other_type(object, *stored);
  return std::nullopt;
}

void validate(Admission const& /*admission*/, api::Object const& next, api::Object const* /*stored*/,
              FieldErrors& errors) {
  rules::check_service(*next.spec, errors);
}

void validate_update(Admission const& admission, api::Object const& next, api::Object const& stored,
                     FieldErrors& errors) {
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
  if (next.spec != stored.spec) rules::check_service_update(*next.spec, *stored.spec, errors);
  validate_metadata(admission.kind, next.metadata, errors);
  if (next.spec != stored.spec) rules::check_service(*next.spec, errors);
}

void validate_status(Admission const& /*admission*/, api::Object const& next, api::Object const* stored,
                     FieldErrors& errors) {
  if (stored != nullptr && next.status == stored->status) return;
  rules::check_load_balancer(*next.status, errors);
}

// What the other services of the cluster have.
struct Taken {
  std::set<std::uint32_t> addresses;
  std::set<std::int64_t> ports;
};

Taken taken_by_others(State const& state, api::ObjectKey const& own) {
  Taken taken;
  taken.addresses.insert(first_address);
  auto const served = state.registry.find(api::services);
  state.log.visit_at(served->index, state.log.revision(), {}, [&](api::ObjectPtr const& service) {
    if (service->key() == own) return true;
    if (auto const address = names::ipv4_address(rules::text_at(*service->spec, "clusterIP"))) {
      taken.addresses.insert(*address);
    }
    taken.ports.merge(node_ports_of(*service->spec));
    if (auto const port = rules::integer_at(*service->spec, "healthCheckNodePort").value_or(0); port != 0) {
      taken.ports.insert(port);
    }
    return true;
  });
  return taken;
}

// The same name gets the same place where it is free.
std::uint64_t hash_of(api::ObjectKey const& key) {
  std::uint64_t hash = 14695981039346656037U;
  for (char const c : key.to_string()) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211U;
  }
  return hash;
}

api::Error refused(api::Object const& object, Kind const& kind, std::string field, std::string_view value,
                   std::string_view why) {
  FieldErrors errors;
  errors.invalid(std::move(field), value, why);
  return errors.to_error(kind, object.metadata.name);
}

class Allocator {
 public:
  Allocator(Allocation const& allocation, api::Object& object)
      : allocation_(allocation), object_(object), taken_(taken_by_others(allocation.state, object.key())) {}

  std::optional<api::Error> address(json::object& spec) {
    std::string const wanted(rules::text_at(*object_.spec, "clusterIP"));
    if (wanted.empty()) {
      auto const start = static_cast<std::uint32_t>(hash_of(object_.key()) % address_count);
      for (std::uint32_t i = 0; i < address_count; ++i) {
        std::uint32_t const candidate = first_address + (start + i) % address_count;
        if (taken_.addresses.contains(candidate)) continue;
        return set_address(spec, address_text(candidate));
      }
      return status::internal_error("failed to allocate a serviceIP: range is full");
    }
    auto const number = names::ipv4_address(wanted);
    std::string const list = go_value::strings(rules::find(*object_.spec, "clusterIPs"));
    auto const refuse = [&](std::string const& why) {
      return refused(object_, allocation_.kind, "spec.clusterIPs", list,
                     "failed to allocated ip:" + wanted + " with error:" + why);
    };
    if (!number || *number < first_address || *number >= first_address + address_count) {
      return refuse("provided IP is not in the valid range. The range of valid IPs is " + std::string(address_range));
    }
    if (taken_.addresses.contains(*number)) return refuse("provided IP is already allocated");
    return set_address(spec, wanted);
  }

  std::optional<api::Error> ports(json::object& spec, api::Object const* stored) {
    auto const kept = stored != nullptr ? node_ports_of(*stored->spec) : std::set<std::int64_t>();
    std::set<std::int64_t> own;
    auto* list = spec.if_contains("ports");
    if (list == nullptr || !list->is_array()) return std::nullopt;
    auto& port_list = list->get_array();
    for (std::size_t i = 0; i < port_list.size(); ++i) {
      auto const wanted = rules::integer_at(port_list[i], "nodePort").value_or(0);
      if (wanted == 0 || kept.contains(wanted) || own.contains(wanted)) continue;
      if (auto error = take(wanted, "spec.ports[" + std::to_string(i) + "].nodePort")) return error;
      own.insert(wanted);
    }
    own.insert(kept.begin(), kept.end());
    for (std::size_t i = 0; i < port_list.size(); ++i) {
      if (rules::integer_at(port_list[i], "nodePort").value_or(0) != 0) continue;
      // One number for all protocols of a port.
      std::int64_t number = stored == nullptr ? same_port(port_list, i) : 0;
      if (number == 0) number = free_port(own);
      own.insert(number);
      port_list[i].get_object()["nodePort"] = number;
    }
    return std::nullopt;
  }

  std::int64_t free_port(std::set<std::int64_t> const& own) {
    auto const start = static_cast<std::int64_t>(hash_of(object_.key()) % node_port_count);
    for (std::int64_t i = 0; i < node_port_count; ++i) {
      std::int64_t const candidate = first_node_port + (start + i) % node_port_count;
      if (!taken_.ports.contains(candidate) && !own.contains(candidate)) return candidate;
    }
    return 0;
  }

 private:
  static std::optional<api::Error> set_address(json::object& spec, std::string const& address) {
    spec["clusterIP"] = address;
    spec["clusterIPs"] = json::array{json::value(address)};
    return std::nullopt;
  }

  std::optional<api::Error> take(std::int64_t port, std::string field) const {
    if (allocation_.dry_run) return std::nullopt;
    std::string why;
    if (port < first_node_port || port >= first_node_port + node_port_count) {
      why = "provided port is not in the valid range. The range of valid ports is " + std::string(port_range);
    } else if (taken_.ports.contains(port)) {
      why = "provided port is already allocated";
    } else {
      return std::nullopt;
    }
    return refused(object_, allocation_.kind, std::move(field), go_value::number(port), why);
  }

  static std::int64_t same_port(json::array const& ports, std::size_t index) {
    auto const number = rules::integer_at(ports[index], "port");
    for (auto const& port : ports) {
      if (rules::integer_at(port, "port") != number) continue;
      if (auto const found = rules::integer_at(port, "nodePort").value_or(0); found != 0) return found;
    }
    return 0;
  }

  Allocation const& allocation_;
  api::Object& object_;
  Taken taken_;
};

bool wants_address(json::value const& spec, api::Object const* stored) {
  if (rules::text_at(spec, "type") == "ExternalName" || rules::is_headless(spec)) return false;
  return stored == nullptr || rules::text_at(*stored->spec, "type") == "ExternalName";
}

std::optional<api::Error> allocate(Allocation const& allocation, api::Object& object, api::Object const* stored) {
  if (stored != nullptr && object.spec == stored->spec) return std::nullopt;
  json::value copy;
  auto& spec = mutable_spec(object, copy);
  if (wants_address(*object.spec, stored) || rules::needs_node_ports(*object.spec)) {
    Allocator allocator(allocation, object);
    if (wants_address(*object.spec, stored) && !allocation.dry_run) {
      if (auto error = allocator.address(spec)) return error;
    }
    if (rules::needs_node_ports(*object.spec)) {
      if (auto error = allocator.ports(spec, stored)) return error;
    }
    if (rules::needs_health_check(*object.spec) && !spec.contains("healthCheckNodePort")) {
      spec["healthCheckNodePort"] = allocator.free_port(node_ports_of(copy));
    }
  }
  if (stored != nullptr && !rules::needs_node_ports(copy) && rules::needs_node_ports(*stored->spec)) {
    spec.erase("externalTrafficPolicy");
  }
  FieldErrors errors;
  rules::check_external_traffic(copy, errors);
  if (!errors.empty()) return errors.to_error(allocation.kind, object.metadata.name);
  if (copy != *object.spec) object.spec = api::share(std::move(copy));
  return std::nullopt;
}

}  // namespace

Strategy const service_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = true,
    .garbage_collected = true,
    .has_status = true,
    .admit = admit,
    .prepare_create = empty_status,
    .allocate = allocate,
    .prepare_update = keep_status,
    .prepare_status_update = keep_spec,
    .validate = validate,
    .validate_update = validate_update,
    .validate_status = validate_status,
    .name_messages = names::service_name,
};

}  // namespace fakeapi
