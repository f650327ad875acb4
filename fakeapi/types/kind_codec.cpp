#include "fakeapi/types/kind_codec.hpp"

#include <boost/json/object.hpp>

#include "operator/seams/check.hpp"

namespace fakeapi::types {

namespace json = boost::json;

KindCodec::KindCodec(Type const& kind) : type_(kind) {
  seams::check(!kind.kind.empty(), "the type is a kind");
  spec_ = make_part("spec");
  status_ = make_part("status");
  rest_type_.form = Form::structure;
  rest_type_.name = kind.name;
  rest_type_.dependent_defaults = kind.dependent_defaults;
  for (auto const* member : kind.members) {
    auto const& name = member->name;
    if (name == "apiVersion" || name == "kind" || name == "metadata" || name == "spec" || name == "status") continue;
    rest_type_.members.push_back(member);
    if (member->always) ++rest_type_.always;
  }
  if (rest_type_.always == 0) return;
  json::value rest = json::object();
  canonicalize_members(rest_type_, rest.get_object(), {});
  absent_rest_ = api::share(std::move(rest));
}

KindCodec::Part KindCodec::make_part(std::string_view name) const {
  Part part{type_.field(name), nullptr};
  if (part.field == nullptr || !part.field->always) return part;
  json::value value = absent_value(*part.field);
  seams::check(value.is_object(), "a spec or status is a structure");
  canonicalize(*part.field->type, value, {});
  part.absent = api::share(std::move(value));
  return part;
}

std::optional<TypeError> KindCodec::admit_part(Type const& kind, Part const& part, std::string_view name,
                                               api::SharedJson& value, api::SharedJson const* stored,
                                               Decoding const& decoding) {
  if (part.field == nullptr) {
    if (value && decoding.unknown != nullptr) decoding.unknown->emplace_back(name);
    value = nullptr;
    return std::nullopt;
  }
  if (!value || value->is_null()) {
    value = part.absent;
    return std::nullopt;
  }
  if (is_canonical(*part.field->type, *value, decoding, stored != nullptr ? stored->get() : nullptr))
    return std::nullopt;
  json::value copy(*value);
  if (auto error = canonicalize_member(kind, *part.field, copy, decoding)) return error;
  value = api::share(std::move(copy));
  return std::nullopt;
}

std::optional<TypeError> KindCodec::admit(api::Object& object, api::Object const* stored,
                                          Decoding const& decoding) const {
  api::SharedJson spec = object.spec;
  api::SharedJson status = object.status;
  if (stored == nullptr || spec != stored->spec || !spec) {
    if (auto error = admit_part(type_, spec_, "spec", spec, stored != nullptr ? &stored->spec : nullptr, decoding))
      return error;
  }
  if (stored == nullptr || status != stored->status || !status) {
    if (auto error =
            admit_part(type_, status_, "status", status, stored != nullptr ? &stored->status : nullptr, decoding))
      return error;
  }
  if (stored == nullptr || object.rest != stored->rest || !object.rest) {
    if (auto error = admit_rest(object.rest, decoding)) return error;
  }
  object.spec = std::move(spec);
  object.status = std::move(status);
  return std::nullopt;
}

std::optional<TypeError> KindCodec::admit_rest(api::SharedJson& rest, Decoding const& decoding) const {
  if (!rest) {
    rest = absent_rest_;
    return std::nullopt;
  }
  if (is_canonical(rest_type_, *rest, decoding)) {
    if (rest->get_object().empty()) rest = nullptr;
    return std::nullopt;
  }
  json::value copy(*rest);
  if (auto error = canonicalize_members(rest_type_, copy.get_object(), decoding)) return error;
  rest = copy.get_object().empty() ? nullptr : api::share(std::move(copy));
  return std::nullopt;
}

}  // namespace fakeapi::types
