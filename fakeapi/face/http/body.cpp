#include "fakeapi/face/http/body.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <utility>

#include "fakeapi/face/http/failures.hpp"
#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/protobuf/protobuf.hpp"
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/status.hpp"
#include "operator/manifest/node.hpp"
#include "operator/manifest/text.hpp"
#include "operator/manifest/yaml_reader.hpp"

namespace fakeapi::http {
namespace {

namespace json = boost::json;

// The Go type into which a server reads what it wants to know of every object.
constexpr std::string_view type_meta =
    R"(struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" })";

// A body as it stands in messages about it.
std::string summarize(std::string_view body) {
  constexpr std::size_t longest = 30;
  constexpr std::string_view digits = "0123456789abcdef";
  if (body.empty()) return "<empty>";
  auto const head = body.substr(0, longest);
  std::string text;
  if (body.front() == '{') {
    text = head;
  } else {
    for (char const c : head) {
      auto const byte = static_cast<unsigned char>(c);
      text += digits[byte >> 4];
      text += digits[byte & 15];
    }
  }
  return body.size() > longest ? text + " ..." : text;
}

api::Error unrecognized(Expected const& expected, std::string const& why, std::string_view body) {
  return status::bad_request("the object provided is unrecognized (must be of type " + std::string(expected.kind) +
                             "): " + why + " (" + summarize(body) + ")");
}

api::Error cannot_be_handled(Expected const& expected, std::string_view kind, std::string const& why) {
  return status::bad_request(std::string(kind) + " in version \"" + std::string(expected.version) +
                             "\" cannot be handled as a " + std::string(expected.kind) + ": " + why);
}

// The text of the real server's JSON library about the place where it stopped: the end.
std::string at_the_end(std::string_view body) {
  constexpr std::size_t near = 10;
  constexpr std::size_t wide = 50;
  auto const last = [&](std::size_t count) {
    return std::string(body.substr(body.size() - std::min(count, body.size())));
  };
  return ", error found in #" + std::to_string(std::min(near, body.size())) + " byte of ...|" + last(near) +
         "|..., bigger context ...|" + last(wide) + "|...";
}

// What is wrong with kind and apiVersion, as a decoder finds before anything else.
std::optional<std::string> check_type_meta(json::value const& value) {
  constexpr std::string_view why = "couldn't get version/kind; json parse error: json: cannot unmarshal ";
  if (value.is_null()) return std::nullopt;
  if (!value.is_object()) {
    return std::string(why) + std::string(go_kind(value)) + " into Go value of type " + std::string(type_meta);
  }
  for (std::string_view const name : {"apiVersion", "kind"}) {
    auto const* member = value.get_object().if_contains(name);
    if (member == nullptr || member->is_string() || member->is_null()) continue;
    return std::string(why) + std::string(go_kind(*member)) + " into Go struct field ." + std::string(name) +
           " of type string";
  }
  return std::nullopt;
}

std::string_view text_member(json::value const& value, std::string_view name) {
  if (!value.is_object()) return {};
  auto const* member = value.get_object().if_contains(name);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string()) : std::string_view();
}

// A resourceVersion that is no number is not a matter of form: a create does not look at it, an update trips over it.
std::optional<api::Error> settle_resource_version(json::value& value, bool is_new) {
  auto* const object = value.if_object();
  auto* const metadata = object != nullptr ? object->if_contains("metadata") : nullptr;
  auto* const members = metadata != nullptr ? metadata->if_object() : nullptr;
  auto const* const version = members != nullptr ? members->if_contains("resourceVersion") : nullptr;
  if (version == nullptr || !version->is_string() || version->get_string().empty()) return std::nullopt;
  std::string_view const text = version->get_string();
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return std::nullopt;
  if (!is_new) {
    return status::plain_error("strconv.ParseUint: parsing " + go_value::text(text) +
                               (error == std::errc::result_out_of_range ? ": value out of range" : ": invalid syntax"));
  }
  members->erase("resourceVersion");
  return std::nullopt;
}

std::expected<json::value, std::string> decode_yaml(std::string_view body) {
  auto const failed = [](manifest::Failure const& failure) {
    return std::unexpected("error converting YAML to JSON: yaml: line " + std::to_string(failure.line) + ": " +
                           failure.message);
  };
  if (auto checked = manifest::check_text(body); !checked) return failed(checked.error());
  auto const pieces = manifest::split_documents(body);
  if (!pieces) return failed(pieces.error());
  for (auto const& piece : *pieces) {
    manifest::Documents documents;
    manifest::Builder builder(documents);
    if (auto read = manifest::read_yaml(piece.text, piece.line, builder); !read) return failed(read.error());
    if (documents.roots.empty()) continue;
    auto value = manifest::to_json(*documents.roots.front().node);
    if (!value) return failed(value.error());
    return *std::move(value);
  }
  return json::value(nullptr);
}

std::expected<api::Patch, api::Error> read_json_patch(std::string_view body) {
  auto document = parse_json(body);
  if (!document) return std::unexpected(status::bad_request(std::move(document.error())));
  if (!document->is_array()) {
    return std::unexpected(status::bad_request("json: cannot unmarshal " + std::string(go_kind(*document)) +
                                               " into Go value of type jsonpatch.Patch"));
  }
  constexpr std::size_t most = 10000;
  auto& items = document->get_array();
  if (items.size() > most) {
    return std::unexpected(failures::too_large("The allowed maximum operations in a JSON patch is 10000, got " +
                                               std::to_string(items.size())));
  }
  api::JsonPatch patch;
  for (auto& item : items) {
    if (!item.is_object()) {
      return std::unexpected(status::bad_request("json: cannot unmarshal " + std::string(go_kind(item)) +
                                                 " into Go value of type jsonpatch.Operation"));
    }
    using enum api::JsonPatchVerb;
    static constexpr std::pair<std::string_view, api::JsonPatchVerb> verbs[] = {
        {"add", add}, {"remove", remove}, {"replace", replace}, {"move", move}, {"copy", copy}, {"test", test}};
    auto const* const verb =
        std::ranges::find(verbs, text_member(item, "op"), &std::pair<std::string_view, api::JsonPatchVerb>::first);
    auto const path = text_member(item, "path");
    api::JsonPatchOperation operation{add, std::string(path), nullptr, std::string(text_member(item, "from"))};
    if (verb == std::end(verbs) || item.get_object().if_contains("path") == nullptr) {
      // An operation that no document can satisfy: it fails when its turn comes, as an unknown one does.
      operation.verb = remove;
      operation.path = "no pointer";
    } else {
      operation.verb = verb->second;
      auto* const value = item.get_object().if_contains("value");
      operation.value = api::share(value != nullptr ? std::move(*value) : json::value(nullptr));
    }
    patch.operations.push_back(std::move(operation));
  }
  return api::Patch(std::move(patch));
}

std::expected<api::Patch, api::Error> read_merge_patch(std::string_view body) {
  auto document = parse_json(body);
  if (!document) return std::unexpected(status::plain_error("Invalid JSON Patch"));
  if (document->is_object()) return api::Patch(api::MergePatch{api::share(*std::move(document))});
  // The document becomes the object, which then has no type.
  auto const why = check_type_meta(*document).value_or("Object 'Kind' is missing in '" + std::string(body) + "'");
  FieldErrors errors;
  errors.invalid("patch", go_value::text(body), why);
  return std::unexpected(errors.to_error("", "", "", ""));
}

std::expected<api::Patch, api::Error> read_strategic_patch(std::string_view body) {
  auto document = parse_json(body);
  if (!document) return std::unexpected(status::bad_request(std::move(document.error())));
  if (!document->is_object()) {
    return std::unexpected(status::bad_request("json: cannot unmarshal " + std::string(go_kind(*document)) +
                                               " into Go value of type map[string]interface {}"));
  }
  return api::Patch(api::StrategicMergePatch{api::share(*std::move(document))});
}

std::expected<api::Patch, api::Error> read_apply_patch(std::string_view body, bool force) {
  auto document = decode_body(body, MediaType::yaml);
  if (!document) return std::unexpected(status::bad_request("error decoding YAML: " + document.error()));
  if (document->is_null()) *document = json::object();
  if (!document->is_object()) {
    return std::unexpected(status::bad_request(
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " +
        std::string(go_kind(*document)) + " into Go value of type map[string]interface {}"));
  }
  return api::Patch(api::ApplyPatch{api::share(*std::move(document)), force});
}

}  // namespace

std::string_view bare_media_type(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  while (type.starts_with(' ')) type.remove_prefix(1);
  return type;
}

std::expected<MediaType, api::Error> media_type(std::string_view content_type) {
  auto const type = bare_media_type(content_type);
  if (content_type.empty() || type == "application/json") return MediaType::json;
  if (type == "application/yaml") return MediaType::yaml;
  if (type == "application/vnd.kubernetes.protobuf") return MediaType::protobuf;
  return std::unexpected(status::unsupported_media_type(
      "the body of the request was in an unknown format - accepted media types include: application/json, "
      "application/yaml, application/vnd.kubernetes.protobuf"));
}

std::expected<json::value, std::string> decode_body(std::string_view body, MediaType type) {
  if (type == MediaType::protobuf) {
    auto value = protobuf::decode(body);
    if (value) return value;
    // Of every message that ends too early Go says the same.
    bool const cut_off = value.error().contains("unexpected end") || value.error().contains("bytes are left");
    return std::unexpected(cut_off ? std::string("unexpected EOF") : std::move(value.error()));
  }
  auto const start = body.find_first_not_of(" \t\r\n");
  if (type == MediaType::yaml && (start == std::string_view::npos || body[start] != '{')) return decode_yaml(body);
  auto value = parse_json(body);
  if (value || type == MediaType::yaml) {
    if (!value) return decode_yaml(body);
    return value;
  }
  return std::unexpected("couldn't get version/kind; json parse error: " + value.error());
}

std::expected<ObjectBody, api::Error> read_object(std::string_view body, MediaType type, Expected const& expected,
                                                  bool find_duplicates) {
  auto value = decode_body(body, type);
  if (!value) return std::unexpected(unrecognized(expected, value.error(), body));
  if (auto const why = check_type_meta(*value)) return std::unexpected(unrecognized(expected, *why, body));
  if (value->is_null()) *value = json::object();
  auto const kind = text_member(*value, "kind");
  if (kind.empty() && !expected.built_in) {
    return std::unexpected(cannot_be_handled(
        expected, expected.kind,
        "unmarshalerDecoder: Object 'Kind' is missing in '" + std::string(body) + "'" + at_the_end(body)));
  }
  if (!expected.built_in && text_member(*value, "apiVersion").empty()) {
    return std::unexpected(
        status::internal_error("Object 'apiVersion' is missing in 'object has no apiVersion field'"));
  }
  if (auto error = settle_resource_version(*value, expected.is_new)) return std::unexpected(*std::move(error));
  auto object = api::object_from_json(*value);
  if (!object) {
    return std::unexpected(cannot_be_handled(expected, kind.empty() ? expected.kind : kind, object.error()));
  }
  ObjectBody read{*std::move(object), {}};
  if (find_duplicates && type == MediaType::json) read.duplicate_fields = duplicate_keys(body);
  return read;
}

std::expected<PatchType, api::Error> patch_type(std::string_view content_type, bool built_in) {
  // Cut at the first semicolon and no more, as the real server does.
  auto const semicolon = content_type.find(';');
  auto const type = semicolon == 0 ? content_type : content_type.substr(0, semicolon);
  if (type == "application/json-patch+json") return PatchType::json;
  if (type == "application/merge-patch+json") return PatchType::merge;
  if (type == "application/apply-patch+yaml") return PatchType::apply;
  if (type == "application/strategic-merge-patch+json" && built_in) return PatchType::strategic;
  return std::unexpected(status::unsupported_media_type(
      built_in ? "415: Unsupported Media Type"
               : "the body of the request was in an unknown format - accepted media types include: "
                 "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"));
}

std::expected<api::Patch, api::Error> read_patch(std::string_view body, PatchType type, bool force) {
  switch (type) {
    case PatchType::json:
      return read_json_patch(body);
    case PatchType::merge:
      return read_merge_patch(body);
    case PatchType::strategic:
      return read_strategic_patch(body);
    case PatchType::apply:
      return read_apply_patch(body, force);
  }
  return std::unexpected(status::internal_error("unreachable"));
}

}  // namespace fakeapi::http
