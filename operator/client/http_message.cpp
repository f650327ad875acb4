#include "operator/client/http_message.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "operator/seams/check.hpp"

namespace client {
namespace {

namespace json = boost::json;

constexpr std::string_view json_media_type = "application/json";

/// The target of a request under construction.
class Target {
 public:
  void segment(std::string_view text) {
    text_ += '/';
    append_escaped(text_, text);
  }
  /// Left out when the value is empty.
  void parameter(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text_ += first_ ? '?' : '&';
    first_ = false;
    text_ += name;
    text_ += '=';
    append_escaped(text_, value);
  }
  void parameter(std::string_view name, std::optional<api::ResourceVersion> const& version) {
    if (version) parameter(name, std::to_string(api::to_number(*version)));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool first_ = true;
};

bool is_of_collection(api::Request const& request) {
  switch (request.verb) {
    case api::Verb::list:
    case api::Verb::watch:
    case api::Verb::delete_collection:
      return true;
    case api::Verb::create:
      return request.subresource == api::Subresource::none;
    default:
      return false;
  }
}

void add_path(Target& target, api::Request const& request) {
  auto const& resource = request.resource;
  target.segment(resource.group.empty() ? "api" : "apis");
  if (!resource.group.empty()) target.segment(resource.group);
  target.segment(resource.version);
  if (!request.key.namespace_.empty()) {
    target.segment("namespaces");
    target.segment(request.key.namespace_);
  }
  target.segment(resource.plural);
  if (!is_of_collection(request)) target.segment(request.key.name);
  if (request.subresource != api::Subresource::none) target.segment(api::to_string(request.subresource));
}

std::string_view to_text(api::ResourceVersionMatch match) {
  switch (match) {
    case api::ResourceVersionMatch::unset:
      return "";
    case api::ResourceVersionMatch::not_older_than:
      return "NotOlderThan";
    case api::ResourceVersionMatch::exact:
      return "Exact";
  }
  return "";
}

std::string_view to_text(api::FieldValidation validation) {
  switch (validation) {
    case api::FieldValidation::unset:
      return "";
    case api::FieldValidation::ignore:
      return "Ignore";
    case api::FieldValidation::warn:
      return "Warn";
    case api::FieldValidation::strict:
      return "Strict";
  }
  return "";
}

std::string_view to_text(api::PropagationPolicy policy) {
  switch (policy) {
    case api::PropagationPolicy::unset:
      return "";
    case api::PropagationPolicy::background:
      return "Background";
    case api::PropagationPolicy::foreground:
      return "Foreground";
    case api::PropagationPolicy::orphan:
      return "Orphan";
  }
  return "";
}

std::string_view to_text(api::JsonPatchVerb verb) {
  switch (verb) {
    case api::JsonPatchVerb::add:
      return "add";
    case api::JsonPatchVerb::remove:
      return "remove";
    case api::JsonPatchVerb::replace:
      return "replace";
    case api::JsonPatchVerb::move:
      return "move";
    case api::JsonPatchVerb::copy:
      return "copy";
    case api::JsonPatchVerb::test:
      return "test";
  }
  return "";
}

void add_options(Target& target, api::ListOptions const& options) {
  target.parameter("labelSelector", options.label_selector);
  target.parameter("fieldSelector", options.field_selector);
  target.parameter("resourceVersion", options.resource_version);
  target.parameter("resourceVersionMatch", to_text(options.match));
  if (options.limit > 0) target.parameter("limit", std::to_string(options.limit));
  target.parameter("continue", options.continue_token);
}

void add_options(Target& target, api::WatchOptions const& options, std::string_view name) {
  target.parameter("watch", "true");
  target.parameter("labelSelector", options.label_selector);
  std::string fields = options.field_selector;
  // A watch of one object is a watch of its collection.
  if (!name.empty()) fields += std::string(fields.empty() ? "" : ",") + "metadata.name=" + std::string(name);
  target.parameter("fieldSelector", fields);
  target.parameter("resourceVersion", options.resource_version);
  if (options.send_initial_events) {
    target.parameter("sendInitialEvents", *options.send_initial_events ? "true" : "false");
  }
  target.parameter("resourceVersionMatch", to_text(options.match));
  if (options.allow_bookmarks) target.parameter("allowWatchBookmarks", "true");
  if (options.timeout.count() > 0) target.parameter("timeoutSeconds", std::to_string(options.timeout.count()));
}

void add_options(Target& target, api::WriteOptions const& options) {
  target.parameter("fieldManager", options.field_manager);
  if (options.dry_run) target.parameter("dryRun", "All");
  target.parameter("fieldValidation", to_text(options.field_validation));
}

std::string delete_body(api::DeleteOptions const& options) {
  json::object body;
  body["kind"] = "DeleteOptions";
  body["apiVersion"] = "v1";
  if (options.grace_period_seconds) body["gracePeriodSeconds"] = *options.grace_period_seconds;
  json::object preconditions;
  if (!options.preconditions.uid.empty()) preconditions["uid"] = options.preconditions.uid;
  if (options.preconditions.resource_version != api::ResourceVersion::none) {
    preconditions["resourceVersion"] = std::to_string(api::to_number(options.preconditions.resource_version));
  }
  if (!preconditions.empty()) body["preconditions"] = std::move(preconditions);
  if (auto const policy = to_text(options.propagation); !policy.empty()) body["propagationPolicy"] = policy;
  if (options.write.dry_run) body["dryRun"].emplace_array().emplace_back("All");
  return json::serialize(body);
}

std::string json_patch_body(api::JsonPatch const& patch) {
  json::array operations;
  for (auto const& operation : patch.operations) {
    using enum api::JsonPatchVerb;
    json::object made;
    made["op"] = to_text(operation.verb);
    made["path"] = operation.path;
    if (operation.verb == move || operation.verb == copy) made["from"] = operation.from;
    bool const has_value = operation.verb == add || operation.verb == replace || operation.verb == test;
    if (has_value) made["value"] = operation.value ? *operation.value : json::value();
    operations.push_back(std::move(made));
  }
  return json::serialize(operations);
}

std::string document(api::SharedJson const& json) { return json ? json::serialize(*json) : "null"; }

struct Content {
  std::string body;
  std::string_view media_type = json_media_type;
};

Content content_of(api::Patch const& patch) {
  if (auto const* merge = std::get_if<api::MergePatch>(&patch)) {
    return {document(merge->document), "application/merge-patch+json"};
  }
  if (auto const* operations = std::get_if<api::JsonPatch>(&patch)) {
    return {json_patch_body(*operations), "application/json-patch+json"};
  }
  if (auto const* strategic = std::get_if<api::StrategicMergePatch>(&patch)) {
    return {document(strategic->document), "application/strategic-merge-patch+json"};
  }
  return {document(std::get<api::ApplyPatch>(patch).document), "application/apply-patch+yaml"};  // JSON is YAML
}

std::optional<Content> content_of(api::Request const& request) {
  if (auto const* object = std::get_if<api::ObjectPtr>(&request.body); object != nullptr && *object) {
    return Content{json::serialize(api::object_to_json(**object))};
  }
  if (auto const* patch = std::get_if<api::Patch>(&request.body)) return content_of(*patch);
  if (auto const* options = std::get_if<api::DeleteOptions>(&request.options)) return Content{delete_body(*options)};
  if (auto const* collection = std::get_if<api::DeleteCollectionOptions>(&request.options)) {
    return Content{delete_body(collection->each)};
  }
  return std::nullopt;
}

std::string_view method_of(api::Verb verb) {
  switch (verb) {
    case api::Verb::get:
    case api::Verb::list:
    case api::Verb::watch:
      return "GET";
    case api::Verb::create:
      return "POST";
    case api::Verb::update:
      return "PUT";
    case api::Verb::patch:
      return "PATCH";
    case api::Verb::delete_:
    case api::Verb::delete_collection:
      return "DELETE";
  }
  return "";
}

}  // namespace

void append_escaped(std::string& url, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (char const c : text) {
    bool const unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      url += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    url += '%';
    url += digits[byte >> 4U];
    url += digits[byte & 15U];
  }
}

HttpMessage to_http(api::Request const& request, std::string_view user_agent) {
  Target target;
  add_path(target, request);
  if (auto const* get = std::get_if<api::GetOptions>(&request.options)) {
    target.parameter("resourceVersion", get->resource_version);
  } else if (auto const* list = std::get_if<api::ListOptions>(&request.options)) {
    add_options(target, *list);
  } else if (auto const* watch = std::get_if<api::WatchOptions>(&request.options)) {
    add_options(target, *watch, request.key.name);
  } else if (auto const* write = std::get_if<api::WriteOptions>(&request.options)) {
    add_options(target, *write);
  } else if (auto const* collection = std::get_if<api::DeleteCollectionOptions>(&request.options)) {
    add_options(target, collection->select);
  }
  if (auto const* patch = std::get_if<api::Patch>(&request.body)) {
    auto const* apply = std::get_if<api::ApplyPatch>(patch);
    if (apply != nullptr && apply->force) target.parameter("force", "true");
  }

  HttpMessage message;
  message.method = method_of(request.verb);
  message.target = target.take();
  message.headers.add("User-Agent", std::string(user_agent));
  message.headers.add("Accept", std::string(json_media_type));
  if (request.verb == api::Verb::list) message.headers.add("Accept-Encoding", "gzip");
  if (auto content = content_of(request)) {
    message.headers.add("Content-Type", std::string(content->media_type));
    message.body = std::move(content->body);
  }
  return message;
}

}  // namespace client
