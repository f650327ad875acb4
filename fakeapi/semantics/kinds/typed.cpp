#include "fakeapi/semantics/kinds/typed.hpp"

#include "fakeapi/semantics/kinds/pod_rules.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/types/kind_codec.hpp"

namespace fakeapi {

std::optional<api::Error> admit_typed(Admission const& admission, api::Object& object, api::Object const* stored) {
  Kind const& kind = admission.kind;
  types::Decoding decoding;
  decoding.modern = admission.modern;
  decoding.unknown = admission.unknown_fields;
  auto const error = kind.codec->admit(object, stored, decoding);
  if (!error) return std::nullopt;
  return status::bad_request(kind.kind + " in version \"" + kind.resource.version + "\" cannot be handled as a " +
                             kind.kind + ": " + types::to_text(*error));
}

std::optional<api::Error> admit_workload(Admission const& admission, api::Object& object, api::Object const* stored) {
  if (auto error = admit_typed(admission, object, stored)) return error;
  if (admission.modern || (stored != nullptr && object.spec == stored->spec)) return std::nullopt;
  auto const* pod = api::find_path(object.spec.get(), {"template", "spec"});
  if (pod == nullptr || !rules::has_disabled(*pod)) return std::nullopt;
  boost::json::value spec(*object.spec);
  rules::drop_disabled(spec.at("template").at("spec").get_object());
  object.spec = api::share(std::move(spec));
  return std::nullopt;
}

void empty_status(Kind const& kind, api::Object& object) { object.status = kind.codec->absent_status(); }
void keep_status(Kind const& /*kind*/, api::Object& next, api::Object const& stored) { next.status = stored.status; }
void keep_spec(Kind const& /*kind*/, api::Object& next, api::Object const& stored) { next.spec = stored.spec; }

}  // namespace fakeapi
