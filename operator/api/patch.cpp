#include "operator/api/patch.hpp"

#include <boost/json/serialize.hpp>

#include "operator/api/patch_detail.hpp"
#include "operator/seams/check.hpp"

namespace api {
namespace json = boost::json;
namespace {

Error bad_request(std::string message) {
  Error error;
  error.reason = Reason::bad_request;
  error.code = 400;
  error.message = std::move(message);
  return error;
}

Error too_many_operations(std::size_t count) {
  Error error;
  error.reason = Reason::request_entity_too_large;
  error.code = 413;
  error.message = "Request entity is too large: The allowed maximum operations in a JSON patch is " +
                  std::to_string(most_json_patch_operations) + ", got " + std::to_string(count);
  return error;
}

Error unsupported_media_type() {
  Error error;
  error.reason = Reason::unsupported_media_type;
  error.code = 415;
  error.message =
      "the body of the request was in an unknown format - accepted media types include: "
      "application/json-patch+json, application/merge-patch+json";
  return error;
}

Error immutable_uid(Object const& before, std::string const& uid) {
  auto const slash = before.api_version.find('/');
  Error error;
  error.reason = Reason::invalid;
  error.code = 422;
  error.name = before.metadata.name;
  error.kind = before.kind;
  if (slash != std::string::npos) error.group = before.api_version.substr(0, slash);
  Cause cause;
  cause.reason = "FieldValueInvalid";
  cause.message = "Invalid value: \"" + uid + "\": field is immutable";
  cause.field = "metadata.uid";
  error.message = error.kind + (error.group.empty() ? "" : "." + error.group) + " \"" + error.name +
                  "\" is invalid: " + cause.field + ": " + cause.message;
  error.causes.push_back(std::move(cause));
  return error;
}

}  // namespace

Error detail::failed_operation() {
  Error error;
  error.reason = Reason::invalid;
  error.code = 422;
  error.message = "the server rejected our request due to an error in our request";
  return error;
}

Error detail::unreadable_result(std::string const& shown, std::string const& why) {
  Error error;
  error.reason = Reason::invalid;
  error.code = 422;
  Cause cause;
  cause.reason = "FieldValueInvalid";
  cause.message = "Invalid value: " + json::serialize(json::value(shown)) + ": " + why;
  cause.field = "patch";
  error.message = " \"\" is invalid: patch: " + cause.message;
  error.causes.push_back(std::move(cause));
  return error;
}

std::expected<Object, Error> detail::check_identity(Object const& before, Object after) {
  auto const &from = before.metadata, &to = after.metadata;
  if (to.name.empty() && !from.name.empty()) {
    return std::unexpected(bad_request("the name of the object (" + from.name +
                                       " based on URL) was undeterminable: name must be provided"));
  }
  if (to.name != from.name) {
    return std::unexpected(
        bad_request("the name of the object (" + to.name + ") does not match the name on the URL (" + from.name + ")"));
  }
  if (!to.namespace_.empty() && to.namespace_ != from.namespace_) {
    return std::unexpected(bad_request("the namespace of the object (" + to.namespace_ +
                                       ") does not match the namespace on the request (" + from.namespace_ + ")"));
  }
  if (!to.uid.empty() && !from.uid.empty() && to.uid != from.uid) {
    return std::unexpected(immutable_uid(before, to.uid));
  }
  return after;
}

std::expected<Object, Error> detail::apply_to_json(Object const& object, Patch const& patch) {
  json::value document = object_to_json(object);
  if (auto const* merge = std::get_if<MergePatch>(&patch)) {
    seams::check(merge->document != nullptr, "a merge patch has a document");
    merge_patch(document, *merge->document);
  } else if (auto const* operations = std::get_if<JsonPatch>(&patch)) {
    if (operations->operations.size() > most_json_patch_operations) {
      return std::unexpected(too_many_operations(operations->operations.size()));
    }
    if (!json_patch(document, *operations)) return std::unexpected(failed_operation());
  } else {
    return std::unexpected(unsupported_media_type());
  }
  auto patched = object_from_json(document);
  if (!patched) return std::unexpected(unreadable_result(json::serialize(document), patched.error()));
  return check_identity(object, *std::move(patched));
}

std::expected<Object, Error> apply_patch(Object const& object, Patch const& patch) {
  std::optional<Object> quick;
  if (auto const* merge = std::get_if<MergePatch>(&patch)) {
    quick = detail::apply_merge_quickly(object, *merge);
  } else if (auto const* operations = std::get_if<JsonPatch>(&patch)) {
    if (operations->operations.size() <= most_json_patch_operations)
      quick = detail::apply_json_quickly(object, *operations);
  }
  if (!quick) return detail::apply_to_json(object, patch);
  return detail::check_identity(object, *std::move(quick));
}

}  // namespace api
