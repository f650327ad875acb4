#include "fakeapi/semantics/patching.hpp"

#include <boost/json/serialize.hpp>

#include "fakeapi/patch/go_text.hpp"
#include "fakeapi/patch/json_patch.hpp"
#include "fakeapi/patch/strategic_merge.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/unstructured.hpp"
#include "operator/api/patch_detail.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

api::Error refused(patch::StrategicMergeError error) {
  switch (error.kind) {
    case patch::StrategicMergeError::Kind::bad_request:
      return status::bad_request(std::move(error.text));
    case patch::StrategicMergeError::Kind::unprocessable:
      return api::detail::failed_operation();
    case patch::StrategicMergeError::Kind::plain:
      break;
  }
  return status::plain_error(std::move(error.text));
}

Result<api::Object> merged_strategically(api::Object const& shown, api::StrategicMergePatch const& patch,
                                         types::Type const& type, patch::Rules rules) {
  json::value document = api::object_to_json(shown);
  json::value changes = patch.document ? *patch.document : json::value();
  make_integers(changes);
  if (auto done = patch::strategic_merge(document, changes, patch::MergeSchema::of(type, rules)); !done) {
    return std::unexpected(refused(std::move(done.error())));
  }
  auto const not_converted = [&](std::string const& why) {
    return std::unexpected(api::detail::unreadable_result(patch::go_text::plain(changes), why));
  };
  if (auto converted = convert_unstructured(type, document, rules.modern); !converted) {
    return not_converted(converted.error());
  }
  auto next = api::object_from_json(document);
  if (!next) return not_converted(next.error());
  return api::detail::check_identity(shown, *std::move(next));
}

// As servers of 1.20 patch. Most patches are such that they agree with the RFC, and are carried out without going
// through the object's JSON.
Result<api::Object> patched_1_20(api::Object const& shown, api::Patch const& patch) {
  auto const* const merge = std::get_if<api::MergePatch>(&patch);
  auto const* const operations = std::get_if<api::JsonPatch>(&patch);
  json::value document;
  if (merge != nullptr) {
    if (!merge->document || !patch::has_null_in_list(*merge->document)) return api::apply_patch(shown, patch);
    document = api::object_to_json(shown);
    patch::merge_patch_1_20(document, *merge->document);
  } else {
    if (operations->operations.size() > api::most_json_patch_operations) return api::apply_patch(shown, patch);
    if (auto quick = api::detail::apply_json_quickly(shown, *operations)) {
      return api::detail::check_identity(shown, *std::move(quick));
    }
    document = api::object_to_json(shown);
    if (!patch::json_patch_1_20(document, *operations)) return std::unexpected(api::detail::failed_operation());
  }
  auto next = api::object_from_json(document);
  if (!next) return std::unexpected(api::detail::unreadable_result(json::serialize(document), next.error()));
  return api::detail::check_identity(shown, *std::move(next));
}

Result<api::Object> patched_plainly(State const& state, api::Object const& shown, api::Patch const& patch) {
  return state.options.profile == Profile::v1_20 ? patched_1_20(shown, patch) : api::apply_patch(shown, patch);
}

}  // namespace

patch::Rules merge_rules(State const& state) { return {.modern = state.options.profile == Profile::modern}; }

std::optional<api::Error> check_patch(Call const& call, api::Patch const& patch) {
  if (std::holds_alternative<api::StrategicMergePatch>(patch) && !call.kind().strategy->built_in) {
    return status::unsupported_media_type(
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
  }
  if (std::holds_alternative<api::ApplyPatch>(patch) && !call.state.options.field_management) {
    return status::unsupported_media_type(
        "this server does not keep account of fields, which server-side apply needs - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json");
  }
  return std::nullopt;
}

std::optional<api::Error> check_name(api::ObjectKey const& key, api::Object const& object) {
  auto const& name = object.metadata.name;
  if (name.empty()) {
    return status::bad_request("the name of the object (" + key.name +
                               " based on URL) was undeterminable: name must be provided");
  }
  if (name != key.name) {
    return status::bad_request("the name of the object (" + name + ") does not match the name on the URL (" + key.name +
                               ")");
  }
  auto const& namespace_ = object.metadata.namespace_;
  if (!key.namespace_.empty() && !namespace_.empty() && namespace_ != key.namespace_) {
    return status::bad_request("the namespace of the object (" + namespace_ +
                               ") does not match the namespace on the request (" + key.namespace_ + ")");
  }
  return std::nullopt;
}

// A patched custom resource is not decoded as a body is: its type is one of the things that are validated.
static std::optional<api::Error> check_patched_type(Kind const& kind, api::Object& object) {
  if (kind.strategy->built_in || object.kind.empty() || object.api_version.empty()) return check_type(kind, object);
  FieldErrors errors;
  if (object.kind != kind.kind) errors.invalid("kind", go_value::text(object.kind), "must be " + kind.kind);
  if (object.api_version != kind.api_version) {
    errors.invalid("apiVersion", go_value::text(object.api_version), "must be " + kind.api_version);
  }
  if (errors.empty()) return std::nullopt;
  auto const slash = object.api_version.find('/');
  auto const group = slash == std::string::npos ? std::string() : object.api_version.substr(0, slash);
  return errors.to_error(object.kind + (group.empty() ? "" : "." + group), group, object.kind, object.metadata.name);
}

Result<api::Object> check_patched(Call const& call, api::Object const& shown, api::Object next) {
  auto checked = api::detail::check_identity(shown, std::move(next));
  if (!checked) {
    // Both validators of the real server speak of a changed uid.
    auto& causes = checked.error().causes;
    if (causes.size() == 1 && causes.front().field == "metadata.uid") causes.push_back(causes.front());
    return checked;
  }
  if (auto error = check_patched_type(call.kind(), *checked)) return std::unexpected(*std::move(error));
  if (auto error = check_name(call.request.key, *checked)) return std::unexpected(*std::move(error));
  return checked;
}

Result<api::Object> patched(Call const& call, api::Object const& shown, api::Patch const& patch) {
  auto next = [&]() -> Result<api::Object> {
    auto const* strategic = std::get_if<api::StrategicMergePatch>(&patch);
    if (strategic == nullptr) return patched_plainly(call.state, shown, patch);
    Kind const& kind = call.kind();
    auto const* type = types::find_kind(kind.resource.group, kind.resource.version, kind.kind);
    seams::check(type != nullptr, "the table has a type for every compiled-in kind");
    return merged_strategically(shown, *strategic, *type, merge_rules(call.state));
  }();
  if (!next) {
    auto& causes = next.error().causes;
    if (causes.size() == 1 && causes.front().field == "metadata.uid") causes.push_back(causes.front());
    return next;
  }
  return check_patched(call, shown, *std::move(next));
}

Result<api::Object> patched_scale(Call const& call, api::Object const& shown, api::Patch const& patch) {
  auto const* strategic = std::get_if<api::StrategicMergePatch>(&patch);
  if (strategic == nullptr) return patched_plainly(call.state, shown, patch);
  auto const* type = types::find_kind("autoscaling", "v1", "Scale");
  seams::check(type != nullptr, "the table has a type for every compiled-in kind");
  return merged_strategically(shown, *strategic, *type, merge_rules(call.state));
}

}  // namespace fakeapi
