// Selectors, and how a version of a kind shows an object.
#include <algorithm>
#include <array>

#include "fakeapi/semantics/kinds/custom_resource.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/types/type.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi {
namespace {

constexpr std::string_view name_field = "metadata.name";
constexpr std::string_view namespace_field = "metadata.namespace";

std::optional<std::string> field_of(Kind const& kind, api::Object const& object, std::string_view field) {
  if (field == name_field) return object.metadata.name;
  if (field == namespace_field && (kind.namespaced || kind.strategy->built_in)) return object.metadata.namespace_;
  if (kind.strategy->select_field == nullptr) return std::nullopt;
  return kind.strategy->select_field(object, field);
}

std::string not_selectable(Kind const& kind, std::string const& field) {
  if (kind.strategy->built_in && kind.strategy->select_field == nullptr) {
    return "\"" + field + "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
  }
  return "field label not supported: " + field;
}

// Whether the real server can still read the kind in this other version, which it does not serve.
bool has_other_version(Kind const& kind, std::string_view api_version) {
  struct Versions {
    std::string_view kind;
    std::array<std::string_view, 3> others;
  };
  constexpr std::array<Versions, 9> known{
      {{"Deployment", {"extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"}},
       {"ReplicaSet", {"extensions/v1beta1", "apps/v1beta2", ""}},
       {"Role", {"rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1", ""}},
       {"RoleBinding", {"rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1", ""}},
       {"ClusterRole", {"rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1", ""}},
       {"ClusterRoleBinding", {"rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1", ""}},
       {"Lease", {"coordination.k8s.io/v1beta1", "", ""}},
       {"Event", {"v1", "events.k8s.io/v1", "events.k8s.io/v1beta1"}},
       {"CustomResourceDefinition", {"apiextensions.k8s.io/v1beta1", "", ""}}}};
  auto const* const found = std::ranges::find(known, kind.kind, &Versions::kind);
  return found != known.end() && std::ranges::find(found->others, api_version) != found->others.end();
}

// What decoding says of a body that is of another type than its path.
api::Error wrong_built_in_type(Kind const& kind, api::Object const& object) {
  if (object.kind == kind.kind && has_other_version(kind, object.api_version)) {
    return status::bad_request("the API version in the data (" + object.api_version +
                               ") does not match the expected API version (" + kind.api_version + ")");
  }
  auto const slash = object.api_version.find('/');
  std::string const group = slash == std::string::npos ? "" : object.api_version.substr(0, slash);
  std::string const version = object.api_version.substr(slash == std::string::npos ? 0 : slash + 1);
  auto const* const type = types::find_kind(group, version, object.kind);
  bool const known = type != nullptr && type->group == group && type->version == version;
  std::string why;
  if (known) {
    // "rbac.authorization.k8s.io" is "rbac" inside the server; events are the core group's.
    auto const& own = kind.kind_group;
    std::string const inside = own.empty() ? "core" : own.substr(0, own.find('.'));
    why = "converting (" + types::go_type_name(*type) + ") to (" + inside + "." + kind.kind + "): unknown conversion";
  } else {
    bool const definitions = kind.resource.group == api::custom_resource_definitions.group;
    why = "no kind \"" + object.kind + "\" is registered for version \"" + object.api_version + "\" in scheme \"" +
          (definitions ? "k8s.io/apiextensions-apiserver/pkg/apiserver/apiserver.go:52"
                       : "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30") +
          "\"";
  }
  return status::bad_request(object.kind + " in version \"" + version + "\" cannot be handled as a " + kind.kind +
                             ": " + why);
}

}  // namespace

Result<Filter> make_filter(Kind const& kind, std::string_view namespace_, std::string const& label_selector,
                           std::string const& field_selector) {
  Filter filter;
  filter.namespace_ = namespace_;
  if (!label_selector.empty()) {
    auto parsed = api::LabelSelector::parse(label_selector);
    if (!parsed) return std::unexpected(status::bad_request(std::move(parsed.error())));
    filter.labels = *std::move(parsed);
  }
  if (!field_selector.empty()) {
    auto parsed = api::FieldSelector::parse(field_selector);
    if (!parsed) return std::unexpected(status::bad_request(std::move(parsed.error())));
    static api::Object const nothing;
    for (auto const& requirement : parsed->requirements()) {
      if (!field_of(kind, nothing, requirement.field)) {
        return std::unexpected(status::bad_request(not_selectable(kind, requirement.field)));
      }
      if (requirement.field == name_field && requirement.equal) filter.name = requirement.value;
    }
    filter.fields = *std::move(parsed);
  }
  return filter;
}

bool matches(Kind const& kind, Filter const& filter, api::Object const& object) {
  if (!filter.namespace_.empty() && object.metadata.namespace_ != filter.namespace_) return false;
  if (!filter.name.empty() && object.metadata.name != filter.name) return false;
  if (!filter.labels.empty() && !filter.labels.matches(*object.metadata.labels)) return false;
  if (filter.fields.empty()) return true;
  for (auto const& requirement : filter.fields.requirements()) {
    if ((field_of(kind, object, requirement.field) == requirement.value) != requirement.equal) return false;
  }
  return true;
}

api::ObjectKey first_key(Filter const& filter) { return {filter.namespace_, ""}; }

api::ObjectPtr present(Kind const& kind, Revision since, api::ObjectPtr object) {
  bool const in_version = object->api_version == kind.api_version;
  if (in_version && (!kind.versions || api::to_number(object->metadata.resource_version) >= since)) return object;
  api::Object shown = *object;
  if (kind.versions) {
    show_in_version(kind, shown);
  } else {
    if (kind.strategy->show != nullptr) kind.strategy->show(shown);
    shown.api_version = kind.api_version;
  }
  return std::make_shared<api::Object const>(std::move(shown));
}

void to_storage(Kind const& kind, api::Object& object) {
  if (kind.versions) keep_in_storage_version(kind, object);
}

std::optional<api::Error> check_type(Kind const& kind, api::Object& object) {
  if (kind.strategy->built_in) {
    if (object.api_version.empty()) object.api_version = kind.api_version;
    if (object.kind.empty()) object.kind = kind.kind;
  }
  if (object.api_version == kind.api_version && object.kind == kind.kind) return std::nullopt;
  if (kind.strategy->built_in) return wrong_built_in_type(kind, object);
  if (object.kind.empty()) {
    return status::bad_request(kind.kind + " in version \"" + kind.resource.version + "\" cannot be handled as a " +
                               kind.kind + ": Object 'Kind' is missing");
  }
  if (object.api_version != kind.api_version) {
    return status::bad_request("the API version in the data (" + object.api_version +
                               ") does not match the expected API version (" + kind.api_version + ")");
  }
  FieldErrors errors;
  errors.invalid("kind", go_value::text(object.kind), "must be " + kind.kind);
  return errors.to_error(object.kind + "." + kind.resource.group, kind.resource.group, object.kind,
                         object.metadata.name);
}

}  // namespace fakeapi
