// ConfigMaps and Secrets.
#include <boost/json/parse.hpp>
#include <utility>

#include "fakeapi/semantics/kinds/rules.hpp"
#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "fakeapi/types/scalars.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 1024 * 1024;

json::value const& fields_of(api::Object const& object) {
  static json::value const none = json::object();
  return object.rest ? *object.rest : none;
}

std::size_t decoded_size(std::string_view base64) {
  auto const padding = static_cast<std::size_t>(base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0);
  return base64.size() / 4 * 3 - padding;
}

void check_keys(json::object const& data, std::string_view field, json::object const* others, FieldErrors& errors) {
  rules::Where const here(field);
  for (auto const key : rules::sorted_keys(data)) {
    if (auto const messages = names::data_key(key); !messages.empty()) {
      rules::invalid(here.key(key), key, messages, errors);
    }
    if (others != nullptr && others->contains(key)) {
      errors.invalid(here.key(key), go_value::text(key), "duplicate of key present in binaryData");
    }
  }
}

// What is marked immutable stays so, and keeps its data.
void check_immutable(api::Object const& next, api::Object const& stored, FieldErrors& errors) {
  if (!rules::is_true(fields_of(stored), "immutable")) return;
  std::string const why = "field is immutable when `immutable` is set";
  if (!rules::is_true(fields_of(next), "immutable")) errors.forbidden("immutable", why);
  for (std::string_view const key : {"data", "binaryData"}) {
    if (rules::same(rules::find(fields_of(next), key), rules::find(fields_of(stored), key))) continue;
    errors.forbidden(std::string(key), why);
  }
}

void check_config_map(api::Object const& object, FieldErrors& errors) {
  auto const& data = rules::object_at(fields_of(object), "data");
  auto const& binary = rules::object_at(fields_of(object), "binaryData");
  check_keys(data, "data", &binary, errors);
  check_keys(binary, "binaryData", nullptr, errors);
  std::size_t bytes = 0;
  for (auto const& [key, value] : data) bytes += rules::text_of(value).size();
  for (auto const& [key, value] : binary) bytes += decoded_size(rules::text_of(value));
  if (bytes > most_bytes) errors.too_long("", "must have at most " + std::to_string(most_bytes) + " bytes");
}

void validate_config_map(Admission const& /*admission*/, api::Object const& next, api::Object const* /*stored*/,
                         FieldErrors& errors) {
  check_config_map(next, errors);
}

void update_config_map(Admission const& admission, api::Object const& next, api::Object const& stored,
                       FieldErrors& errors) {
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
  if (next.rest != stored.rest) check_immutable(next, stored, errors);
  validate_metadata(admission.kind, next.metadata, errors);
  if (next.rest != stored.rest) check_config_map(next, errors);
}

void require_key(json::object const& data, std::string_view key, FieldErrors& errors) {
  if (!data.contains(key)) errors.required(rules::Where("data").key(key));
}

void check_json(json::object const& data, std::string_view key, FieldErrors& errors) {
  auto const* value = data.if_contains(key);
  if (value == nullptr) return require_key(data, key, errors);
  boost::system::error_code failed;
  auto const read = json::parse(types::from_base64(rules::text_of(*value)), failed);
  if (!failed && (read.is_object() || read.is_null())) return;
  std::string const why = failed ? "unexpected end of JSON input"
                                 : "json: cannot unmarshal value into Go value of type map[string]interface {}";
  errors.invalid(rules::Where("data").key(key), go_value::text("<secret contents redacted>"), why);
}

void check_secret(api::Object const& object, FieldErrors& errors) {
  auto const& data = rules::object_at(fields_of(object), "data");
  check_keys(data, "data", nullptr, errors);
  std::size_t bytes = 0;
  for (auto const& [key, value] : data) bytes += decoded_size(rules::text_of(value));
  if (bytes > most_bytes) errors.too_long("data", "must have at most " + std::to_string(most_bytes) + " bytes");
  auto const type = rules::text_at(fields_of(object), "type");
  if (type == "kubernetes.io/service-account-token") {
    constexpr std::string_view account = "kubernetes.io/service-account.name";
    auto const* const name = object.metadata.annotations->find(account);
    if (name == nullptr || name->empty()) errors.required(rules::Where("metadata.annotations").key(account));
  } else if (type == "kubernetes.io/dockercfg") {
    check_json(data, ".dockercfg", errors);
  } else if (type == "kubernetes.io/dockerconfigjson") {
    check_json(data, ".dockerconfigjson", errors);
  } else if (type == "kubernetes.io/basic-auth") {
    if (data.contains("username") || data.contains("password")) return;
    // Twice the same, and so named.
    errors.required("data[%s][username]");
    errors.required("data[%s][password]");
  } else if (type == "kubernetes.io/ssh-auth") {
    auto const* key = data.if_contains("ssh-privatekey");
    if (key == nullptr || rules::text_of(*key).empty()) errors.required("data[%s][ssh-privatekey]");
  } else if (type == "kubernetes.io/tls") {
    require_key(data, "tls.crt", errors);
    require_key(data, "tls.key", errors);
  }
}

void validate_secret(Admission const& /*admission*/, api::Object const& next, api::Object const* /*stored*/,
                     FieldErrors& errors) {
  check_secret(next, errors);
}

void update_secret(Admission const& admission, api::Object const& next, api::Object const& stored,
                   FieldErrors& errors) {
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
  auto const type = rules::text_at(fields_of(next), "type");
  if (type != rules::text_at(fields_of(stored), "type")) {
    errors.invalid("type", go_value::text(type), "field is immutable");
  }
  if (next.rest != stored.rest) check_immutable(next, stored, errors);
  validate_metadata(admission.kind, next.metadata, errors);
  check_secret(next, errors);
}

std::optional<std::string> select_secret_field(api::Object const& object, std::string_view field) {
  if (field != "type") return std::nullopt;
  return std::string(rules::text_at(fields_of(object), "type"));
}

}  // namespace

Strategy const config_map_strategy{
    .built_in = true,
    .unconditional_update = true,
    .garbage_collected = true,
    .admit = admit_typed,
    .validate = validate_config_map,
    .validate_update = update_config_map,
    .name_messages = names::subdomain_name,
};

Strategy const secret_strategy{
    .built_in = true,
    .unconditional_update = true,
    .garbage_collected = true,
    .admit = admit_typed,
    .validate = validate_secret,
    .validate_update = update_secret,
    .name_messages = names::subdomain_name,
    .select_field = select_secret_field,
};

}  // namespace fakeapi
