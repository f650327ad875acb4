#include "fakeapi/semantics/patching.hpp"

#include "fakeapi/patch/go_text.hpp"
#include "fakeapi/patch/strategic_merge.hpp"
#include "fakeapi/semantics/status.hpp"
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
  json::value const changes = patch.document ? *patch.document : json::value();
  if (auto done = patch::strategic_merge(document, changes, patch::MergeSchema::of(type, rules)); !done) {
    return std::unexpected(refused(std::move(done.error())));
  }
  auto next = api::object_from_json(document);
  if (!next) {
    return std::unexpected(api::detail::unreadable_result(patch::go_text::plain(changes), next.error()));
  }
  return api::detail::check_identity(shown, *std::move(next));
}

}  // namespace

patch::Rules merge_rules(State const& state) { return {.modern = state.options.profile == Profile::modern}; }

std::optional<api::Error> check_patch(Kind const& kind, api::Patch const& patch) {
  if (std::holds_alternative<api::StrategicMergePatch>(patch) && !kind.strategy->built_in) {
    return status::unsupported_media_type(
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
  }
  if (std::holds_alternative<api::ApplyPatch>(patch)) {
    return status::unsupported_media_type(
        "this server does not take server-side apply yet - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json");
  }
  return std::nullopt;
}

std::optional<api::Error> check_name(api::ObjectKey const& key, api::Object const& object) {
  auto const& name = object.metadata.name;
  if (name.empty()) return status::bad_request("name must be provided");
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

Result<api::Object> patched(Call const& call, api::Object const& shown, api::Patch const& patch) {
  Kind const& kind = call.kind();
  auto const apply = [&]() -> Result<api::Object> {
    if (auto const* strategic = std::get_if<api::StrategicMergePatch>(&patch)) {
      auto const* type = types::find_kind(kind.resource.group, kind.resource.version, kind.kind);
      seams::check(type != nullptr, "the table has a type for every compiled-in kind");
      return merged_strategically(shown, *strategic, *type, merge_rules(call.state));
    }
    return api::apply_patch(shown, patch);
  };
  auto next = apply();
  if (!next) {
    // Both validators of the real server speak of a changed uid.
    auto& causes = next.error().causes;
    if (causes.size() == 1 && causes.front().field == "metadata.uid") causes.push_back(causes.front());
    return next;
  }
  if (auto error = check_type(kind, *next)) return std::unexpected(*std::move(error));
  if (auto error = check_name(call.request.key, *next)) return std::unexpected(*std::move(error));
  return next;
}

Result<api::Object> patched_scale(Call const& call, api::Object const& shown, api::Patch const& patch) {
  auto const* strategic = std::get_if<api::StrategicMergePatch>(&patch);
  if (strategic == nullptr) return api::apply_patch(shown, patch);
  auto const* type = types::find_kind("autoscaling", "v1", "Scale");
  seams::check(type != nullptr, "the table has a type for every compiled-in kind");
  return merged_strategically(shown, *strategic, *type, merge_rules(call.state));
}

}  // namespace fakeapi
