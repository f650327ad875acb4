// PodDisruptionBudgets (policy) and NetworkPolicies (networking.k8s.io/v1).
#include <array>
#include <charconv>

#include "fakeapi/semantics/kinds/rules.hpp"
#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

void validate_budget(Admission const& /*admission*/, api::Object const& next, api::Object const* stored,
                     FieldErrors& errors) {
  if (stored != nullptr && next.spec == stored->spec) return;
  json::value const& spec = *next.spec;
  auto const* available = rules::find(spec, "minAvailable");
  auto const* unavailable = rules::find(spec, "maxUnavailable");
  rules::Where const here("spec");
  if (available != nullptr && unavailable != nullptr) {
    std::string const limit = go_value::pointer("intstr.IntOrString", true);
    errors.invalid(here.text(),
                   "policy.PodDisruptionBudgetSpec{MinAvailable:" + limit +
                       ", Selector:" + go_value::pointer("v1.LabelSelector", rules::has(spec, "selector")) +
                       ", MaxUnavailable:" + limit + "}",
                   "minAvailable and maxUnavailable cannot be both set");
  }
  if (available != nullptr) {
    rules::check_count_or_percent(*available, here.text("minAvailable"), errors);
    rules::check_at_most_100_percent(*available, here.text("minAvailable"), errors);
  }
  if (unavailable != nullptr) {
    rules::check_count_or_percent(*unavailable, here.text("maxUnavailable"), errors);
    rules::check_at_most_100_percent(*unavailable, here.text("maxUnavailable"), errors);
  }
  rules::check_selector(rules::find(spec, "selector"), rules::Where(here, "selector"), errors);
}

struct Block {
  std::uint32_t address = 0;
  int bits = 0;
  bool known = false;  // IPv4; of IPv6 only the form is looked at

  bool strictly_holds(Block const& other) const {
    if (!known || !other.known) return true;
    auto const mask = bits == 0 ? 0U : ~0U << (32 - bits);
    return (other.address & mask) == (address & mask) && bits < other.bits;
  }
};

std::optional<Block> read_block(std::string_view text) {
  auto const slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto const address = text.substr(0, slash);
  auto const length = text.substr(slash + 1);
  Block block;
  auto const read = std::from_chars(length.data(), length.data() + length.size(), block.bits);
  auto const ipv4 = names::ipv4_address(address);
  bool const right = !length.empty() && read.ec == std::errc() && read.ptr == length.data() + length.size() &&
                     block.bits >= 0 && block.bits <= (ipv4 ? 32 : 128) && names::is_ip_address(address);
  if (!right) return std::nullopt;
  block.known = ipv4.has_value();
  block.address = ipv4.value_or(0);
  return block;
}

void check_block(json::value const& block, rules::Where const& where, FieldErrors& errors) {
  auto const text = rules::text_at(block, "cidr");
  if (text.empty()) return errors.required(where.text("cidr"));
  auto const whole = read_block(text);
  if (!whole) return errors.invalid(where.text("cidr"), go_value::text(text), "not a valid CIDR");
  rules::Where const list(where, "except");
  auto const& excepted = rules::array_at(block, "except");
  for (std::size_t i = 0; i < excepted.size(); ++i) {
    auto const part_text = rules::text_of(excepted[i]);
    auto const part = read_block(part_text);
    if (!part) return errors.invalid(list.text(i), go_value::text(part_text), "not a valid CIDR");
    if (!whole->strictly_holds(*part)) {
      errors.invalid(list.text(i), go_value::text(part_text), "must be a strict subset of `cidr`");
    }
  }
}

void check_peer(json::value const& peer, rules::Where const& where, FieldErrors& errors) {
  int count = 0;
  for (std::string_view const key : {"podSelector", "namespaceSelector"}) {
    auto const* selector = rules::find(peer, key);
    if (selector == nullptr) continue;
    ++count;
    rules::check_selector(selector, rules::Where(where, key), errors);
  }
  auto const* block = rules::find(peer, "ipBlock");
  if (block != nullptr) {
    ++count;
    check_block(*block, rules::Where(where, "ipBlock"), errors);
  }
  if (count == 0) errors.required(where.text(), "must specify a peer");
  if (count > 1 && block != nullptr) errors.forbidden(where.text(), "may not specify both ipBlock and another peer");
}

void check_traffic(json::value const& spec, std::string_view direction, std::string_view peers,
                   rules::Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 3> protocols{"TCP", "UDP", "SCTP"};
  rules::Where const list(where, direction);
  auto const& rule_list = rules::array_at(spec, direction);
  for (std::size_t i = 0; i < rule_list.size(); ++i) {
    rules::Where const here(list, i);
    rules::Where const ports(here, "ports");
    auto const& port_list = rules::array_at(rule_list[i], "ports");
    for (std::size_t k = 0; k < port_list.size(); ++k) {
      rules::Where const place(ports, k);
      rules::check_word(rules::text_at(port_list[k], "protocol"), place.text("protocol"), protocols, errors);
      if (auto const* port = rules::find(port_list[k], "port")) {
        rules::check_port_reference(*port, place.text("port"), errors);
      }
    }
    rules::Where const others(here, peers);
    auto const& peer_list = rules::array_at(rule_list[i], peers);
    for (std::size_t k = 0; k < peer_list.size(); ++k) check_peer(peer_list[k], rules::Where(others, k), errors);
  }
}

void check_policy(json::value const& spec, FieldErrors& errors) {
  constexpr std::array<std::string_view, 2> types{"Ingress", "Egress"};
  rules::Where const here("spec");
  rules::check_selector(rules::find(spec, "podSelector"), rules::Where(here, "podSelector"), errors);
  check_traffic(spec, "ingress", "from", here, errors);
  check_traffic(spec, "egress", "to", here, errors);
  rules::Where const list(here, "policyTypes");
  auto const& type_list = rules::array_at(spec, "policyTypes");
  if (type_list.size() > types.size()) {
    std::string value = "[]networking.PolicyType{";
    for (auto const& type : type_list) {
      if (value.back() != '{') value += ", ";
      value += go_value::text(rules::text_of(type));
    }
    return errors.invalid(list.text(), value + "}", "may not specify more than two policyTypes");
  }
  for (std::size_t i = 0; i < type_list.size(); ++i) {
    rules::check_word(rules::text_of(type_list[i]), list.text(i), types, errors);
  }
}

void validate_policy(Admission const& /*admission*/, api::Object const& next, api::Object const* /*stored*/,
                     FieldErrors& errors) {
  check_policy(*next.spec, errors);
}

void update_policy(Admission const& admission, api::Object const& next, api::Object const& stored,
                   FieldErrors& errors) {
  bool const unchanged = next.spec == stored.spec;
  validate_metadata(admission.kind, next.metadata, errors);
  if (!unchanged) check_policy(*next.spec, errors);
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
  if (!unchanged) check_policy(*next.spec, errors);
}

}  // namespace

Strategy const disruption_budget_strategy{
    .built_in = true,
    .unconditional_update = false,
    .generation = Generation::spec,
    .garbage_collected = true,
    .has_status = true,
    .admit = admit_typed,
    .prepare_create = empty_status,
    .prepare_update = keep_status,
    .prepare_status_update = keep_spec,
    .checks_metadata = false,
    .validate = validate_budget,
    .loose_finalizers = true,
    .name_messages = names::path_segment_name,
};

Strategy const network_policy_strategy{
    .built_in = true,
    .unconditional_update = true,
    .generation = Generation::spec,
    .garbage_collected = true,
    .admit = admit_typed,
    .validate = validate_policy,
    .validate_update = update_policy,
    .name_messages = names::subdomain_name,
};

}  // namespace fakeapi
