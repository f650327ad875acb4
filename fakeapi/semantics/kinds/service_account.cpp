// ServiceAccounts.
#include "fakeapi/semantics/kinds/rules.hpp"
#include "fakeapi/semantics/kinds/typed.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// Of a secret only the name is kept.
void keep_names(Kind const& /*kind*/, api::Object& object) {
  if (!object.rest) return;
  auto const& secrets = rules::array_at(*object.rest, "secrets");
  bool const clean = std::ranges::all_of(secrets, [](json::value const& secret) {
    return secret.is_object() && secret.get_object().size() == (rules::has(secret, "name") ? 1U : 0U);
  });
  if (clean) return;
  json::array kept;
  for (auto const& secret : secrets) {
    json::object reference;
    if (auto const name = rules::text_at(secret, "name"); !name.empty()) reference["name"] = name;
    kept.push_back(std::move(reference));
  }
  json::value rest(*object.rest);
  rest.get_object()["secrets"] = std::move(kept);
  object.rest = api::share(std::move(rest));
}

void validate_update(Admission const& admission, api::Object const& next, api::Object const& stored,
                     FieldErrors& errors) {
  validate_metadata_update(admission.kind, next.metadata, stored.metadata, errors);
  validate_metadata(admission.kind, next.metadata, errors);
}

// Decoding comes before.
std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* stored) {
  if (auto error = admit_typed(admission, object, stored)) return error;
  if (stored == nullptr || object.rest != stored->rest) keep_names(admission.kind, object);
  return std::nullopt;
}

}  // namespace

Strategy const service_account_strategy{
    .built_in = true,
    .unconditional_update = true,
    .garbage_collected = true,
    .admit = admit,
    .validate_update = validate_update,
    .name_messages = names::subdomain_name,
    .returns_deleted = true,
};

}  // namespace fakeapi
