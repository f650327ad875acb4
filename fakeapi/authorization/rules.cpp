#include "fakeapi/authorization/rules.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "fakeapi/authorization/answers.hpp"
#include "fakeapi/printing/values.hpp"
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/selector.hpp"

namespace fakeapi::authorization {
namespace {

namespace json = boost::json;
using printing::list_at;
using printing::text_at;

constexpr std::string_view everything = "*";
// ClusterRoles that aggregate ClusterRoles that aggregate …
constexpr int deepest_aggregation = 4;

api::Resource resource(std::string_view plural) { return {std::string(rbac_group), "v1", std::string(plural)}; }

bool has(std::vector<std::string> const& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

bool matches_resource(Rule const& rule, Attributes const& attributes) {
  std::string const combined =
      attributes.subresource.empty() ? attributes.resource : attributes.resource + "/" + attributes.subresource;
  return std::ranges::any_of(rule.resources, [&](std::string_view own) {
    if (own == everything || own == combined) return true;
    return !attributes.subresource.empty() && own.starts_with("*/") && own.substr(2) == attributes.subresource;
  });
}

bool matches_url(Rule const& rule, std::string_view path) {
  return std::ranges::any_of(rule.non_resource_urls, [&](std::string_view own) {
    if (own == everything || own == path) return true;
    if (!own.ends_with('*')) return false;
    auto const last = own.find_last_not_of('*');
    return path.starts_with(own.substr(0, last == std::string_view::npos ? 0 : last + 1));
  });
}

std::vector<std::string> texts(json::value const& rule, std::string_view field) {
  std::vector<std::string> made;
  for (auto const& text : list_at(&rule, {field})) {
    if (text.is_string()) made.emplace_back(std::string_view(text.get_string()));
  }
  return made;
}

void append_aggregated(Server const& server, api::Object const& role, std::vector<Rule>& rules, int depth) {
  auto const& selectors = list_at(role.rest.get(), {"aggregationRule", "clusterRoleSelectors"});
  if (selectors.empty() || depth == deepest_aggregation) return;
  std::vector<api::LabelSelector> parsed;
  for (auto const& selector : selectors) {
    auto one = api::LabelSelector::parse(printing::selector_text(&selector));
    if (one) parsed.push_back(*std::move(one));
  }
  server.for_each(resource("clusterroles"), [&](api::ObjectPtr const& other) {
    bool const wanted =
        std::ranges::any_of(parsed, [&](auto const& selector) { return selector.matches(*other->metadata.labels); });
    if (!wanted || other->metadata.name == role.metadata.name) return;
    for (auto& rule : own_rules(*other)) {
      if (std::ranges::find(rules, rule) == rules.end()) rules.push_back(std::move(rule));
    }
    append_aggregated(server, *other, rules, depth + 1);
  });
}

// The first subject that is the user, or null.
json::value const* subject_for(User const& user, api::Object const& binding) {
  for (auto const& subject : list_at(binding.rest.get(), {"subjects"})) {
    auto const kind = text_at(&subject, {"kind"});
    auto const name = text_at(&subject, {"name"});
    if (kind == "User" && user.name == name) return &subject;
    if (kind == "Group" && in_group(user, name)) return &subject;
    if (kind != "ServiceAccount") continue;
    // One without a namespace is of the binding's.
    auto const namespace_ = printing::or_else(text_at(&subject, {"namespace"}), binding.metadata.namespace_);
    auto const account = split_service_account(user.name);
    if (!namespace_.empty() && account.first == namespace_ && account.second == name) return &subject;
  }
  return nullptr;
}

std::string not_found(RoleRef const& ref) {
  std::string const quoted = go_value::text(ref.name);
  if (ref.kind == "Role") return "role." + std::string(rbac_group) + " " + quoted + " not found";
  if (ref.kind == "ClusterRole") return "clusterrole." + std::string(rbac_group) + " " + quoted + " not found";
  return "unsupported role reference kind: " + go_value::text(ref.kind);
}

}  // namespace

bool allows(Rule const& rule, Attributes const& attributes) {
  if (!has(rule.verbs, everything) && !has(rule.verbs, attributes.verb)) return false;
  if (!attributes.is_resource) return matches_url(rule, attributes.path);
  return (has(rule.api_groups, everything) || has(rule.api_groups, attributes.group)) &&
         matches_resource(rule, attributes) &&
         (rule.resource_names.empty() || has(rule.resource_names, attributes.name));
}

RoleRef role_ref_of(api::Object const& binding) {
  return {std::string(text_at(binding.rest.get(), {"roleRef", "kind"})),
          std::string(text_at(binding.rest.get(), {"roleRef", "name"}))};
}

std::vector<Rule> own_rules(api::Object const& role) {
  std::vector<Rule> rules;
  for (auto const& rule : list_at(role.rest.get(), {"rules"})) {
    rules.push_back({texts(rule, "verbs"), texts(rule, "apiGroups"), texts(rule, "resources"),
                     texts(rule, "resourceNames"), texts(rule, "nonResourceURLs")});
  }
  return rules;
}

std::optional<std::vector<Rule>> find_rules(Server const& server, RoleRef const& ref, std::string_view namespace_) {
  api::ObjectPtr role;
  if (ref.kind == "Role") role = server.find(resource("roles"), {std::string(namespace_), ref.name});
  if (ref.kind == "ClusterRole") role = server.find(resource("clusterroles"), {"", ref.name});
  if (!role) return std::nullopt;
  auto rules = own_rules(*role);
  append_aggregated(server, *role, rules, 0);
  return rules;
}

std::string Source::to_string() const {
  auto const ref = role_ref_of(binding);
  bool const in_namespace = !binding.metadata.namespace_.empty();
  std::string text = in_namespace ? "RoleBinding " : "ClusterRoleBinding ";
  text +=
      go_value::text(in_namespace ? binding.metadata.name + "/" + binding.metadata.namespace_ : binding.metadata.name);
  text += " of " + ref.kind + " " + go_value::text(ref.name) + " to ";
  auto const kind = text_at(&subject, {"kind"});
  std::string name(text_at(&subject, {"name"}));
  if (kind == "ServiceAccount") {
    name += "/";
    name += printing::or_else(text_at(&subject, {"namespace"}), binding.metadata.namespace_);
  }
  return text + std::string(kind) + " " + go_value::text(name);
}

std::vector<std::string> visit_rules(Server const& server, User const& user, std::string_view namespace_,
                                     std::function<bool(Rule const& rule, Source const& source)> const& visit) {
  std::vector<std::string> errors;
  bool going_on = true;
  auto const visit_binding = [&](api::ObjectPtr const& binding) {
    if (!going_on || binding->metadata.namespace_ != (binding->metadata.namespace_.empty() ? "" : namespace_)) return;
    auto const* subject = subject_for(user, *binding);
    if (subject == nullptr) return;
    auto const ref = role_ref_of(*binding);
    auto const rules = find_rules(server, ref, namespace_);
    if (!rules) {
      errors.push_back(not_found(ref));
      return;
    }
    going_on = std::ranges::all_of(*rules, [&](Rule const& rule) { return visit(rule, {*binding, *subject}); });
  };
  server.for_each(resource("clusterrolebindings"), visit_binding);
  if (!namespace_.empty() && going_on) server.for_each(resource("rolebindings"), visit_binding);
  return errors;
}

std::string aggregate(std::vector<std::string> const& errors) {
  std::vector<std::string_view> seen;
  std::string text;
  for (auto const& error : errors) {
    if (std::ranges::find(seen, error) != seen.end()) continue;
    seen.push_back(error);
    text.append(text.empty() ? "" : ", ").append(error);
  }
  return seen.size() > 1 ? "[" + text + "]" : text;
}

}  // namespace fakeapi::authorization
