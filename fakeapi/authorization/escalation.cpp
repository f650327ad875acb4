#include "fakeapi/authorization/escalation.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fakeapi/authorization/answers.hpp"
#include "fakeapi/authorization/rules.hpp"
#include "fakeapi/printing/values.hpp"
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/server.hpp"

namespace fakeapi::authorization {
namespace {

using Texts = std::vector<std::string>;

bool has(Texts const& list, std::string_view text) { return std::ranges::find(list, text) != list.end(); }

// One rule for each verb on each thing: such a rule is covered by one other rule or by none.
std::vector<Rule> broken_down(std::vector<Rule> const& rules) {
  std::vector<Rule> single;
  for (auto const& rule : rules) {
    for (auto const& group : rule.api_groups) {
      for (auto const& resource : rule.resources) {
        for (auto const& verb : rule.verbs) {
          if (rule.resource_names.empty()) single.push_back({{verb}, {group}, {resource}, {}, {}});
          for (auto const& name : rule.resource_names) single.push_back({{verb}, {group}, {resource}, {name}, {}});
        }
      }
    }
    for (auto const& url : rule.non_resource_urls) {
      for (auto const& verb : rule.verbs) single.push_back({{verb}, {}, {}, {}, {url}});
    }
  }
  return single;
}

bool covers_resource(Texts const& own, std::string const& wanted) {
  if (has(own, "*") || has(own, wanted)) return true;
  auto const slash = wanted.find('/');
  return slash != std::string::npos && has(own, "*" + wanted.substr(slash));
}

bool covers_url(Texts const& own, std::string const& wanted) {
  return std::ranges::any_of(own, [&](std::string_view url) {
    if (url == wanted) return true;
    if (!url.ends_with('*')) return false;
    auto const last = url.find_last_not_of('*');
    return wanted.starts_with(url.substr(0, last == std::string_view::npos ? 0 : last + 1));
  });
}

bool covers(Rule const& own, Rule const& wanted) {
  auto const all = [](Texts const& list, auto const& covered) { return std::ranges::all_of(list, covered); };
  return all(wanted.verbs, [&](auto const& verb) { return has(own.verbs, "*") || has(own.verbs, verb); }) &&
         all(wanted.api_groups,
             [&](auto const& group) { return has(own.api_groups, "*") || has(own.api_groups, group); }) &&
         all(wanted.resources, [&](auto const& resource) { return covers_resource(own.resources, resource); }) &&
         all(wanted.non_resource_urls, [&](auto const& url) { return covers_url(own.non_resource_urls, url); }) &&
         (own.resource_names.empty() ||
          (!wanted.resource_names.empty() &&
           all(wanted.resource_names, [&](auto const& name) { return has(own.resource_names, name); })));
}

// %q of a list of texts.
std::string quoted(Texts const& list) {
  std::string text;
  for (auto const& one : list) text.append(text.empty() ? "" : " ").append(go_value::text(one));
  return "[" + text + "]";
}

std::string describe(Rule const& rule) {
  std::string text;
  auto const add = [&](std::string_view name, Texts const& list) {
    if (!list.empty()) text.append(text.empty() ? "" : ", ").append(name).append(":").append(quoted(list));
  };
  add("APIGroups", rule.api_groups);
  add("Resources", rule.resources);
  add("NonResourceURLs", rule.non_resource_urls);
  add("ResourceNames", rule.resource_names);
  add("Verbs", rule.verbs);
  return "{" + text + "}";
}

// Descriptions, rules on one thing put together again.
std::set<std::string> describe(std::vector<Rule> const& missing) {
  std::map<std::pair<Texts, std::pair<Texts, Texts>>, Rule> by_thing;
  std::set<std::string> texts;
  for (auto const& rule : missing) {
    if (rule.api_groups.empty()) {
      texts.insert(describe(rule));
      continue;
    }
    auto const [at, fresh] = by_thing.try_emplace({rule.api_groups, {rule.resources, rule.resource_names}}, rule);
    if (!fresh) at->second.verbs.insert(at->second.verbs.end(), rule.verbs.begin(), rule.verbs.end());
  }
  for (auto const& [thing, rule] : by_thing) texts.insert(describe(rule));
  return texts;
}

api::Error refused(api::Resource const& resource, std::string_view name, std::string const& why) {
  api::Error error;
  error.reason = api::Reason::forbidden;
  error.code = 403;
  error.name = name;
  error.group = resource.group;
  error.kind = resource.plural;
  error.message = resource.qualified() + " " + go_value::text(name) + " is forbidden: " + why;
  return error;
}

api::Error no_such_role(RoleRef const& ref) {
  bool const cluster = ref.kind == "ClusterRole";
  api::Error error;
  if (!cluster && ref.kind != "Role") {
    error.code = 500;
    error.message = "unsupported role reference kind: " + go_value::text(ref.kind);
    return error;
  }
  error.reason = api::Reason::not_found;
  error.code = 404;
  error.name = ref.name;
  error.group = rbac_group;
  error.kind = cluster ? "clusterroles" : "roles";
  error.message = error.kind + "." + error.group + " " + go_value::text(ref.name) + " not found";
  return error;
}

// What `user` lacks of these rules, told as the real server does; "": nothing.
std::string lacking(Server const& server, User const& user, std::string_view namespace_,
                    std::vector<Rule> const& wanted) {
  std::vector<Rule> own;
  auto const errors = visit_rules(server, user, namespace_, [&](Rule const& rule, Source const& /*source*/) {
    own.push_back(rule);
    return true;
  });
  auto missing = broken_down(wanted);
  std::erase_if(missing, [&](Rule const& rule) {
    return std::ranges::any_of(own, [&](Rule const& one) { return covers(one, rule); });
  });
  if (missing.empty()) return {};
  std::string text = "user " + go_value::text(user.name) + " (groups=" + quoted(user.groups) +
                     ") is attempting to grant RBAC permissions not currently held:";
  for (auto const& description : describe(missing)) text.append("\n").append(description);
  if (!errors.empty()) text += "; resolution errors: [" + aggregate(errors) + "]";
  return text;
}

// Only what the garbage collector changes differs.
bool is_for_collection_only(api::Object const& body, api::Object const& stored) {
  api::Object same = body;
  same.metadata.owner_references = stored.metadata.owner_references;
  same.metadata.finalizers = stored.metadata.finalizers;
  same.metadata.rest = stored.metadata.rest;
  return api::same_content(same, stored);
}

Attributes right(std::string verb, std::string resource, std::string name, std::string_view namespace_) {
  Attributes attributes;
  attributes.verb = std::move(verb);
  attributes.group = rbac_group;
  attributes.version = "*";
  attributes.resource = std::move(resource);
  attributes.name = std::move(name);
  attributes.namespace_ = namespace_;
  return attributes;
}

std::optional<api::Error> check_role(Server const& server, User const& user, api::Resource const& resource,
                                     api::Object const& body, api::Object const* stored) {
  auto const& namespace_ = body.metadata.namespace_;
  // A role that is created has no name in the URL.
  auto const escalate = right("escalate", resource.plural, stored != nullptr ? body.metadata.name : "", namespace_);
  if (authorize(server, user, escalate).allowed) return std::nullopt;
  auto why = lacking(server, user, namespace_, own_rules(body));
  auto const aggregates = [](api::Object const* role) {
    return role != nullptr && !printing::list_at(role->rest.get(), {"aggregationRule", "clusterRoleSelectors"}).empty();
  };
  if (why.empty() && (aggregates(&body) || aggregates(stored))) {
    // It may gather anything.
    Rule const everything{{"*"}, {"*"}, {"*"}, {}, {"*"}};
    if (!lacking(server, user, "", {everything}).empty()) {
      why = "must have cluster-admin privileges to use the aggregationRule";
    }
  }
  if (why.empty()) return std::nullopt;
  return refused(resource, body.metadata.name, why);
}

std::optional<api::Error> check_binding(Server const& server, User const& user, api::Resource const& resource,
                                        api::Object const& body) {
  auto const& namespace_ = body.metadata.namespace_;
  auto const ref = role_ref_of(body);
  auto const plural = ref.kind == "ClusterRole" ? "clusterroles" : ref.kind == "Role" ? "roles" : "";
  if (*plural != 0 && authorize(server, user, right("bind", plural, ref.name, namespace_)).allowed) return std::nullopt;
  auto const rules = find_rules(server, ref, namespace_);
  if (!rules) return no_such_role(ref);
  auto const why = lacking(server, user, namespace_, *rules);
  if (why.empty()) return std::nullopt;
  return refused(resource, body.metadata.name, why);
}

}  // namespace

std::optional<api::Error> check_escalation(Server const& server, User const& user, api::Resource const& resource,
                                           api::Object const& body, api::Object const* stored) {
  if (resource.group != rbac_group || in_group(user, masters_group)) return std::nullopt;
  if (stored != nullptr && is_for_collection_only(body, *stored)) return std::nullopt;
  if (resource.plural == "roles" || resource.plural == "clusterroles") {
    return check_role(server, user, resource, body, stored);
  }
  if (resource.plural == "rolebindings" || resource.plural == "clusterrolebindings") {
    return check_binding(server, user, resource, body);
  }
  return std::nullopt;
}

}  // namespace fakeapi::authorization
