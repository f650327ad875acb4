// What makes the spec of a definition invalid. Server 1.20 looks at it in an inner form, in which what is the same for
// all versions stands one level higher; the names of fields are those of that form.
#include <algorithm>
#include <array>
#include <set>

#include "fakeapi/semantics/definition.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/schema_source.hpp"
#include "fakeapi/semantics/structural.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

using Node = SchemaSource;  // any JSON object, looked at by key

void invalid_joined(std::string const& field, std::string_view value, names::Messages const& messages,
                    std::string_view before, FieldErrors& errors) {
  if (messages.empty()) return;
  errors.invalid(field, go_value::text(value), std::string(before) + names::joined(messages));
}

json::value const* at_path(json::value const& version, std::initializer_list<std::string_view> path) {
  return api::find_path(&version, path);
}

// The versions with one part each, or the part that they have in common.
class Versions {
 public:
  explicit Versions(json::array const& versions) : versions_(versions) {}

  /// Whether a part is the same in all of them, so that it stands above them.
  bool is_common(std::string_view key) const {
    return std::ranges::all_of(versions_, [&](json::value const& version) {
      auto const* own = at_path(version, {key});
      auto const* first = at_path(versions_.front(), {key});
      return own == nullptr || first == nullptr ? own == first : *own == *first;
    });
  }
  /// %#v of them, which some errors quote; pointers cannot be foretold.
  std::string quoted() const {
    std::string text = "[]apiextensions.CustomResourceDefinitionVersion{";
    for (auto const& version : versions_) text += (text.back() == '{' ? "" : ", ") + quoted(Node(version));
    return text + "}";
  }
  std::string quoted(Node const& version) const {
    auto const truth = [&](std::string_view key) { return version.flag(key) ? "true" : "false"; };
    auto const pointer = [&](std::string_view key, std::string_view type) {
      bool const there = version.has(key) && !is_common(key);
      return "(*" + std::string(type) + ")(" + (there ? "0xc000000000" : "nil") + ")";
    };
    bool const columns = version.has("additionalPrinterColumns") && !is_common("additionalPrinterColumns");
    return "apiextensions.CustomResourceDefinitionVersion{Name:" + go_value::text(version.text("name")) +
           ", Served:" + truth("served") + ", Storage:" + truth("storage") + ", Deprecated:" + truth("deprecated") +
           ", DeprecationWarning:(*string)(" + (version.has("deprecationWarning") ? "0xc000000000" : "nil") +
           "), Schema:" + pointer("schema", "apiextensions.CustomResourceValidation") +
           ", Subresources:" + pointer("subresources", "apiextensions.CustomResourceSubresources") +
           ", AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition" + (columns ? "{}" : "(nil)") +
           "}";
  }

 private:
  json::array const& versions_;
};

void check_group(Node const& spec, FieldErrors& errors) {
  auto const group = spec.text("group");
  if (group.empty()) {
    errors.required("spec.group");
  } else if (auto const messages = names::dns1123_subdomain(group); !messages.empty()) {
    invalid_joined("spec.group", group, messages, "", errors);
  } else if (!group.contains('.')) {
    errors.invalid("spec.group", go_value::text(group), "should be a domain with at least one dot");
  }
}

void check_one_of(std::string const& field, std::string_view value, std::span<std::string const> accepted,
                  FieldErrors& errors) {
  if (value.empty()) {
    errors.required(field);
  } else if (std::ranges::find(accepted, value) == accepted.end()) {
    errors.not_supported(field, go_value::text(value), accepted);
  }
}

void check_simple_path(std::string const& field, std::string_view path, std::initializer_list<std::string_view> roots,
                       std::string_view otherwise, FieldErrors& errors) {
  if (!path.starts_with('.')) {
    errors.invalid(field, go_value::text(path), "must be a simple json path starting with .");
  } else if (std::ranges::none_of(roots, [&](std::string_view root) { return path.starts_with(root); })) {
    errors.invalid(field, go_value::text(path), otherwise);
  }
}

void check_subresources(json::value const& subresources, std::string const& field, FieldErrors& errors) {
  auto const* json = at_path(subresources, {"scale"});
  if (json == nullptr) return;
  Node const scale(*json);
  auto const required = [&](std::string_view key, std::initializer_list<std::string_view> roots,
                            std::string_view otherwise) {
    std::string const at = field + ".scale." + std::string(key);
    if (scale.text(key).empty()) {
      errors.required(at);
    } else {
      check_simple_path(at, scale.text(key), roots, otherwise, errors);
    }
  };
  required("specReplicasPath", {".spec."}, "should be a json path under .spec");
  required("statusReplicasPath", {".status."}, "should be a json path under .status");
  if (auto const path = scale.text("labelSelectorPath"); !path.empty()) {
    check_simple_path(field + ".scale.labelSelectorPath", path, {".spec.", ".status."},
                      "should be a json path under either .spec or .status", errors);
  }
}

bool is_one_of(std::string_view text, std::string_view list) {
  return !text.contains(',') && ("," + std::string(list) + ",").contains("," + std::string(text) + ",");
}

void check_columns(json::value const& columns, std::string const& field, FieldErrors& errors) {
  constexpr std::string_view types = "boolean,date,integer,number,string";
  constexpr std::string_view formats = "byte,date,date-time,double,float,int32,int64,password";
  if (!columns.is_array()) return;
  for (std::size_t i = 0; i < columns.get_array().size(); ++i) {
    Node const column(columns.get_array()[i]);
    std::string const at = at_index(field, i);
    auto const type = column.text("type");
    auto const format = column.text("format");
    auto const path = column.text("jsonPath");
    if (column.text("name").empty()) errors.required(at + ".name");
    if (type.empty()) {
      errors.required(at + ".type", "must be one of " + std::string(types));
    } else if (!is_one_of(type, types)) {
      errors.invalid(at + ".type", go_value::text(type), "must be one of " + std::string(types));
    }
    if (!format.empty() && !is_one_of(format, formats)) {
      errors.invalid(at + ".format", go_value::text(format), "must be one of " + std::string(formats));
    }
    if (path.empty()) {
      errors.required(at + ".JSONPath");
    } else {
      check_simple_path(at + ".JSONPath", path, {"."}, "", errors);
    }
  }
}

void check_schema(json::value const* validation, std::string const& field, bool has_status, FieldErrors& errors) {
  if (validation == nullptr) return;
  auto const* schema = at_path(*validation, {"openAPIV3Schema"});
  if (schema != nullptr) check_definition_schema(*schema, field + ".openAPIV3Schema", has_status, errors);
}

bool has_status(json::value const& version) { return at_path(version, {"subresources", "status"}) != nullptr; }

void check_deprecation(Node const& version, std::string const& field, FieldErrors& errors) {
  constexpr std::size_t longest = 256;
  if (!version.has("deprecationWarning")) return;
  auto const text = version.text("deprecationWarning");
  std::string const at = field + ".deprecationWarning";
  auto const invalid = [&](std::string_view what) { errors.invalid(at, go_value::text(text), what); };
  if (!version.flag("deprecated")) return invalid("can only be set for deprecated versions");
  if (text.size() > longest) invalid("must be <= 256 characters long");
  if (text.empty()) invalid("must not be an empty string");
  auto const control = std::ranges::find_if(text, [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (control != text.end()) {
    invalid("must only contain printable UTF-8 characters; non-printable character found at index " +
            std::to_string(control - text.begin()));
  }
}

void check_version(json::value const& json, Versions const& versions, std::string const& field, FieldErrors& errors) {
  Node const version(json);
  invalid_joined(field + ".name", version.text("name"), names::dns1035_label(version.text("name")), "", errors);
  check_deprecation(version, field, errors);
  if (!versions.is_common("schema")) check_schema(version.find("schema"), field + ".schema", has_status(json), errors);
  if (auto const* own = version.find("subresources"); own != nullptr && !versions.is_common("subresources")) {
    check_subresources(*own, field + ".subresources", errors);
  }
  if (auto const* own = version.find("additionalPrinterColumns");
      own != nullptr && !versions.is_common("additionalPrinterColumns")) {
    check_columns(*own, field + ".additionalPrinterColumns", errors);
  }
}

void check_names(Node const& names_of, FieldErrors& errors) {
  std::string const field = "spec.names";
  for (std::string_view const key : {"plural", "singular", "kind", "listKind"}) {
    if (names_of.text(key).empty()) errors.required(child(field, key));
  }
  for (std::string_view const key : {"plural", "singular"}) {
    if (auto const text = names_of.text(key); !text.empty()) {
      invalid_joined(child(field, key), text, names::dns1035_label(text), "", errors);
    }
  }
  for (std::string_view const key : {"kind", "listKind"}) {
    if (auto const text = names_of.text(key); !text.empty()) {
      invalid_joined(child(field, key), text, names::dns1035_label(names::lower(text)),
                     "may have mixed case, but should otherwise match: ", errors);
    }
  }
  auto const check_all = [&](std::string_view key) {
    auto const* list = names_of.list(key);
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      if (!(*list)[i].is_string()) continue;
      std::string_view const text = (*list)[i].get_string();
      invalid_joined(at_index(child(field, key), i), text, names::dns1035_label(text), "", errors);
    }
  };
  check_all("shortNames");
  auto const kind = names_of.text("kind");
  if (!kind.empty() && kind == names_of.text("listKind")) {
    errors.invalid(child(field, "listKind"), go_value::text(kind), "kind and listKind may not be the same");
  }
  check_all("categories");
}

void check_conversion(Node const& conversion, FieldErrors& errors) {
  static std::array const strategies{std::string("None"), std::string("Webhook")};
  std::string const field = "spec.conversion";
  check_one_of(field + ".strategy", conversion.text("strategy"), strategies, errors);
  json::value const* webhook = conversion.find("webhook");
  json::value const* client = webhook != nullptr ? at_path(*webhook, {"clientConfig"}) : nullptr;
  json::value const* reviews = webhook != nullptr ? at_path(*webhook, {"conversionReviewVersions"}) : nullptr;
  bool const reviewed = reviews != nullptr && reviews->is_array() && !reviews->get_array().empty();
  if (conversion.text("strategy") != "Webhook") {
    if (client != nullptr) {
      errors.forbidden(field + ".webhookClientConfig", "should not be set when strategy is not set to Webhook");
    }
    if (reviewed) {
      errors.forbidden(field + ".conversionReviewVersions", "should not be set when strategy is not set to Webhook");
    }
    return;
  }
  if (client == nullptr) {
    errors.required(field + ".webhookClientConfig", "required when strategy is set to Webhook");
  } else if (at_path(*client, {"url"}) == nullptr && at_path(*client, {"service"}) == nullptr) {
    errors.required(field + ".webhookClientConfig", "exactly one of url or service is required");
  }
  if (!reviewed) errors.required(field + ".conversionReviewVersions");
}

void check_versions(json::array const& list, FieldErrors& errors) {
  Versions const versions(list);
  std::set<std::string_view> seen;
  bool unique = true;
  int storage = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Node const version(list[i]);
    if (version.flag("storage")) ++storage;
    unique &= seen.insert(version.text("name")).second;
    check_version(list[i], versions, at_index("spec.versions", i), errors);
  }
  if (!unique) errors.invalid("spec.versions", versions.quoted(), "must contain unique version names");
  if (storage != 1) {
    errors.invalid("spec.versions", versions.quoted(), "must have exactly one version marked as storage version");
  }
  auto const first = Node(list.front()).text("name");
  if (!first.empty()) invalid_joined("spec.version", first, names::dns1035_label(first), "", errors);
}

// What all versions have in common.
void check_common(json::array const& list, FieldErrors& errors) {
  Versions const versions(list);
  Node const first(list.front());
  if (versions.is_common("schema")) {
    check_schema(first.find("schema"), "spec.validation", std::ranges::any_of(list, has_status), errors);
  }
  if (auto const* common = first.find("subresources"); common != nullptr && versions.is_common("subresources")) {
    check_subresources(*common, "spec.subresources", errors);
  }
  if (auto const* common = first.find("additionalPrinterColumns");
      common != nullptr && versions.is_common("additionalPrinterColumns")) {
    check_columns(*common, "spec.additionalPrinterColumns", errors);
  }
}

}  // namespace

void check_definition_spec(json::value const& json, bool listed, FieldErrors& errors) {
  static std::array const scopes{std::string("Cluster"), std::string("Namespaced")};
  static json::value const nothing = json::object();
  Node const spec(json);
  check_group(spec, errors);
  check_one_of("spec.scope", spec.text("scope"), scopes, errors);
  auto const* versions = spec.list("versions");
  bool const some = versions != nullptr && !versions->empty();
  for (std::size_t i = 0; some && i < versions->size(); ++i) {
    if (at_path((*versions)[i], {"schema", "openAPIV3Schema"}) != nullptr) continue;
    errors.required(at_index("spec.versions", i) + ".schema.openAPIV3Schema", "schemas are required");
  }
  if (some) {
    check_versions(*versions, errors);
  } else {
    errors.invalid("spec.versions",
                   std::string("[]apiextensions.CustomResourceDefinitionVersion") + (listed ? "{}" : "(nil)"),
                   "must have exactly one version marked as storage version");
  }
  auto const* names_of = spec.find("names");
  check_names(Node(names_of != nullptr ? *names_of : nothing), errors);
  if (some) check_common(*versions, errors);
  if (auto const* conversion = spec.find("conversion")) check_conversion(Node(*conversion), errors);
}

}  // namespace fakeapi
