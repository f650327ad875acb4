// Roles and their bindings (rbac.authorization.k8s.io/v1).
#include <array>

#include "fakeapi/semantics/kinds/rules.hpp"
#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

constexpr std::string_view group = "rbac.authorization.k8s.io";

void check_rule(json::value const& rule, bool namespaced, rules::Where const& where, FieldErrors& errors) {
  auto const none = [&](std::string_view key) { return rules::array_at(rule, key).empty(); };
  if (none("verbs")) errors.required(where.text("verbs"), "verbs must contain at least one value");
  if (!none("nonResourceURLs")) {
    std::string const value = go_value::strings(rules::find(rule, "nonResourceURLs"));
    if (namespaced) {
      errors.invalid(where.text("nonResourceURLs"), value, "namespaced rules cannot apply to non-resource URLs");
    }
    if (!none("apiGroups") || !none("resources") || !none("resourceNames")) {
      errors.invalid(where.text("nonResourceURLs"), value,
                     "rules cannot apply to both regular resources and non-resource URLs");
    }
    return;
  }
  if (none("apiGroups")) {
    errors.required(where.text("apiGroups"), "resource rules must supply at least one api group");
  }
  if (none("resources")) {
    errors.required(where.text("resources"), "resource rules must supply at least one resource");
  }
}

void check_role(Admission const& admission, api::Object const& object, FieldErrors& errors) {
  if (!object.rest) return;
  rules::Where const list("rules");
  auto const& rule_list = rules::array_at(*object.rest, "rules");
  for (std::size_t i = 0; i < rule_list.size(); ++i) {
    check_rule(rule_list[i], admission.kind.namespaced, rules::Where(list, i), errors);
  }
  auto const* aggregation = rules::find(*object.rest, "aggregationRule");
  if (aggregation == nullptr) return;
  rules::Where const here("aggregationRule");
  rules::Where const selectors(here, "clusterRoleSelectors");
  auto const& selector_list = rules::array_at(*aggregation, "clusterRoleSelectors");
  if (selector_list.empty()) {
    errors.required(selectors.text(), "at least one clusterRoleSelector required if aggregationRule is non-nil");
  }
  for (std::size_t i = 0; i < selector_list.size(); ++i) {
    rules::check_selector(&selector_list[i], rules::Where(selectors, i), errors);
    if (!rules::is_usable_selector(&selector_list[i])) {
      errors.invalid(selectors.text(i), go_value::text("null"), "invalid label selector.");
    }
  }
}

void check_subject(json::value const& subject, bool namespaced, rules::Where const& where, FieldErrors& errors) {
  auto const name = rules::text_at(subject, "name");
  auto const kind = rules::text_at(subject, "kind");
  auto const own_group = rules::text_at(subject, "apiGroup");
  if (name.empty()) errors.required(where.text("name"));
  if (kind == "ServiceAccount") {
    if (!name.empty()) rules::invalid(where.text("name"), name, names::dns1123_subdomain(name), errors);
    constexpr std::array<std::string_view, 1> none{""};
    rules::check_word(own_group, where.text("apiGroup"), none, errors);
    if (!namespaced && rules::text_at(subject, "namespace").empty()) errors.required(where.text("namespace"));
  } else if (kind == "User" || kind == "Group") {
    constexpr std::array<std::string_view, 1> groups{group};
    rules::check_word(own_group, where.text("apiGroup"), groups, errors);
  } else {
    constexpr std::array<std::string_view, 3> kinds{"ServiceAccount", "User", "Group"};
    rules::check_word(kind, where.text("kind"), kinds, errors);
  }
}

void check_binding(Admission const& admission, api::Object const& object, FieldErrors& errors) {
  constexpr std::array<std::string_view, 1> groups{group};
  constexpr std::array<std::string_view, 2> of_namespace{"Role", "ClusterRole"};
  constexpr std::array<std::string_view, 1> of_cluster{"ClusterRole"};
  bool const namespaced = admission.kind.namespaced;
  json::value const& reference = *rules::find(*object.rest, "roleRef");
  rules::Where const here("roleRef");
  rules::check_word(rules::text_at(reference, "apiGroup"), here.text("apiGroup"), groups, errors);
  std::span<std::string_view const> const kinds =
      namespaced ? std::span<std::string_view const>(of_namespace) : std::span<std::string_view const>(of_cluster);
  rules::check_word(rules::text_at(reference, "kind"), here.text("kind"), kinds, errors);
  auto const name = rules::text_at(reference, "name");
  if (name.empty()) {
    errors.required(here.text("name"));
  } else {
    rules::invalid(here.text("name"), name, names::path_segment(name), errors);
  }
  rules::Where const list("subjects");
  auto const& subjects = rules::array_at(*object.rest, "subjects");
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    check_subject(subjects[i], namespaced, rules::Where(list, i), errors);
  }
}

void validate_role(Admission const& admission, api::Object const& next, api::Object const* /*stored*/,
                   FieldErrors& errors) {
  check_role(admission, next, errors);
}

void validate_binding(Admission const& admission, api::Object const& next, api::Object const* /*stored*/,
                      FieldErrors& errors) {
  check_binding(admission, next, errors);
}

// Everything is looked at twice on update.
void update_role(Admission const& admission, api::Object const& next, api::Object const& stored, FieldErrors& errors) {
  for (int i = 0; i < 2; ++i) {
    validate_metadata(admission.kind, next.metadata, errors);
    if (next.rest != stored.rest) check_role(admission, next, errors);
  }
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
}

void update_binding(Admission const& admission, api::Object const& next, api::Object const& stored,
                    FieldErrors& errors) {
  for (int i = 0; i < 2; ++i) {
    validate_metadata(admission.kind, next.metadata, errors);
    if (next.rest != stored.rest) check_binding(admission, next, errors);
  }
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
  json::value const& reference = *rules::find(*next.rest, "roleRef");
  if (reference == *rules::find(*stored.rest, "roleRef")) return;
  errors.invalid("roleRef",
                 "rbac.RoleRef{APIGroup:" + go_value::text(rules::text_at(reference, "apiGroup")) +
                     ", Kind:" + go_value::text(rules::text_at(reference, "kind")) +
                     ", Name:" + go_value::text(rules::text_at(reference, "name")) + "}",
                 "cannot change roleRef");
}

}  // namespace

Strategy const role_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = true,
    .garbage_collected = true,
    .admit = admit_typed,
    .validate = validate_role,
    .validate_update = update_role,
    .name_messages = names::path_segment_name,
};

Strategy const role_binding_strategy{
    .built_in = true,
    .unconditional_update = true,
    .create_on_update = true,
    .garbage_collected = true,
    .admit = admit_typed,
    .validate = validate_binding,
    .validate_update = update_binding,
    .name_messages = names::path_segment_name,
};

}  // namespace fakeapi
