#include "fakeapi/semantics/fields.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/patch/field_manager.hpp"
#include "fakeapi/patch/go_text.hpp"
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/patching.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/unstructured.hpp"
#include "fakeapi/types/codec.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;
using api::Subresource;

json::value const* managed_fields(api::ObjectMeta const& metadata) {
  return metadata.rest ? api::find_path(metadata.rest.get(), {"managedFields"}) : nullptr;
}

types::Type const& type_of(Kind const& kind) {
  auto const* type = types::find_kind(kind.resource.group, kind.resource.version, kind.kind);
  seams::check(type != nullptr, "the table has a type for every compiled-in kind");
  return *type;
}

patch::MergeSchema schema_of(Kind const& kind, patch::Rules rules) {
  if (kind.strategy->built_in) return patch::MergeSchema::of(type_of(kind), rules);
  static auto const* const metadata = types::find_type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  return patch::MergeSchema::of_custom(kind.schema.get(), metadata, rules);
}

// A structure as Go makes it, without defaults: what every encoded one shows.
json::value blank(types::Type const& type) {
  json::object out;
  for (auto const* field : type.members) {
    if (!field->always) continue;
    bool const nested = field->type->form == types::Form::structure && !field->pointer;
    // Where only the default makes that it is always there, it is not there yet.
    if (!field->default_json.empty() && field->omit_empty && !nested) continue;
    types::Field plain = *field;
    plain.default_json = {};
    out.emplace(field->name, nested ? blank(*field->type) : types::absent_value(plain));
  }
  return json::value(std::move(out));
}

// An object of the kind without any fields.
json::value empty_object(Kind const& kind) {
  json::value made = kind.strategy->built_in ? blank(type_of(kind)) : json::value(json::object());
  made.get_object()["apiVersion"] = kind.api_version;
  made.get_object()["kind"] = kind.kind;
  return made;
}

// Makes a document what Go makes of it, but for lists that are shown even if they are empty: they differ from none
// until they are stored.
void canonicalize(types::Type const& type, json::value& document, bool modern) {
  types::Decoding const decoding{.modern = modern, .unknown = nullptr};
  if (types::is_canonical(type, document, decoding)) return;
  std::vector<std::string_view> emptied;
  for (auto const* field : type.members) {
    auto const* value = field->always ? document.get_object().if_contains(field->name) : nullptr;
    if (value != nullptr && value->is_array() && value->get_array().empty()) emptied.push_back(field->name);
  }
  // What cannot be decoded is refused elsewhere.
  types::canonicalize(type, document, decoding);
  for (auto const name : emptied) document.get_object()[name].emplace_array();
}

// The object as this version of its kind shows it, with everything that Go shows, without what is said of its owners.
json::value document_of(Kind const& kind, api::Object const& object, patch::Rules rules) {
  api::Object plain = object;
  if (plain.api_version != kind.api_version && kind.strategy->show != nullptr) kind.strategy->show(plain);
  plain.api_version = kind.api_version;
  plain.kind = kind.kind;
  plain.metadata.rest = nullptr;
  json::value document = api::object_to_json(plain);
  if (!kind.strategy->built_in) return document;
  canonicalize(type_of(kind), document, rules.modern);
  if (kind.strategy->fill_in != nullptr) kind.strategy->fill_in(document.get_object(), rules.modern);
  return document;
}

// Fields that a write cannot change; servers of 1.20 did not mind who seems to own them.
patch::FieldSet ignored_fields(Call const& call, patch::Rules rules) {
  patch::FieldSet ignored;
  if (!rules.modern || !call.kind().has_status) return ignored;
  auto const ignore = [&](std::string_view name) { ignored.insert({patch::PathElement::field(name)}); };
  if (call.request.subresource != Subresource::status) {
    ignore("status");
  } else {
    ignore("spec");
    if (!call.kind().strategy->built_in) ignore("metadata");
  }
  return ignored;
}

patch::Write make_write(Call const& call) {
  auto const rules = merge_rules(call.state);
  Kind const& kind = call.kind();
  patch::Write write{
      schema_of(kind, rules), kind.api_version, {}, to_timestamp(call.context.now), ignored_fields(call, rules), {}};
  if (rules.modern) write.subresource = api::to_string(call.request.subresource);
  write.serves = [&call](std::string_view api_version) {
    auto const slash = api_version.find('/');
    api::Resource resource = call.kind().resource;
    resource.group = slash == std::string_view::npos ? "" : std::string(api_version.substr(0, slash));
    resource.version = std::string(api_version.substr(slash == std::string_view::npos ? 0 : slash + 1));
    return call.state.registry.find(resource) != nullptr;
  };
  return write;
}

std::string_view manager_of(Call const& call) {
  auto const* options = call.request.write_options();
  return options != nullptr && !options->field_manager.empty() ? std::string_view(options->field_manager)
                                                               : call.context.default_manager;
}

patch::ManagedFields read_or_none(json::value const* json) {
  if (json == nullptr) return {};
  return patch::read_managed_fields(*json).value_or(patch::ManagedFields());
}

// An empty list, or one of one empty entry, forgets all owners.
bool is_reset(Kind const& kind, json::value const* json) {
  if (json == nullptr || !json->is_array()) return false;
  auto const& list = json->get_array();
  if (list.empty()) return kind.strategy->built_in;  // an empty list of a custom resource is none
  auto const* only = list.size() == 1 ? list.front().if_object() : nullptr;
  return only != nullptr && std::ranges::all_of(*only, [](auto const& member) {
           return member.value().is_null() || (member.value().is_string() && member.value().get_string().empty());
         });
}

// Who owned what before the write, as far as the client lets it stand.
patch::ManagedFields owners_before(Call const& call, api::Object const* stored, json::value const* sent) {
  patch::ManagedFields before = read_or_none(stored != nullptr ? managed_fields(stored->metadata) : nullptr);
  if (call.request.subresource != Subresource::none) return before;
  if (is_reset(call.kind(), sent)) return {};
  auto given = read_or_none(sent);
  // A client that does not know of managedFields does not mean to delete them.
  return given.empty() ? before : given;
}

// Custom resources cannot be converted to a version that is not served; the server gives up on their entries. That
// version, or null.
std::string const* unknown_version(Kind const& kind, patch::ManagedFields const& managed, patch::Write const& write) {
  if (kind.strategy->built_in) return nullptr;
  for (auto const& [identifier, entry] : managed) {
    if (!write.knows(entry.api_version)) return &entry.api_version;
  }
  return nullptr;
}

// Keeps the stored list where it says the same.
void set_managed_fields(api::ObjectMeta& metadata, patch::ManagedFields const& managed, api::Object const* stored) {
  metadata.rest = nullptr;
  if (managed.empty()) return;
  json::object rest(1);
  rest.emplace("managedFields", patch::managed_fields_to_json(managed));
  api::SharedJson made = api::share(std::move(rest));
  metadata.rest = stored != nullptr && api::same_json(stored->metadata.rest, made) ? stored->metadata.rest : made;
}

api::Error conflict_error(patch::Conflicts const& conflicts) {
  api::Error error;
  error.reason = api::Reason::conflict;
  error.code = 409;
  error.message = patch::conflict_message(conflicts);
  for (auto const& conflict : conflicts) {
    error.causes.push_back(
        {"FieldManagerConflict", "conflict with " + conflict.owner.shown(), patch::to_string(conflict.path)});
  }
  return error;
}

std::optional<api::Error> check_config(Call const& call, json::value const& config) {
  if (!config.is_object()) {
    return status::bad_request(
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " +
        std::string(config.is_array()    ? "array"
                    : config.is_string() ? "string"
                    : config.is_bool()   ? "bool"
                                         : "number") +
        " into Go value of type map[string]interface {}");
  }
  auto const version = api::find_string(&config, {"apiVersion"}).value_or("");
  if (version != call.kind().api_version) {
    return status::bad_request("Incorrect version specified in apply patch. Specified patch version: " +
                               std::string(version) + ", expected: " + call.kind().api_version);
  }
  auto const* entries = api::find_path(&config, {"metadata", "managedFields"});
  if (entries != nullptr && !entries->is_null()) return status::bad_request("metadata.managedFields must be nil");
  return std::nullopt;
}

// Whether the configuration is of the kind's type, where one is known.
std::optional<api::Error> check_types(Call const& call, json::value const& config, json::value const& live,
                                      patch::MergeSchema const& schema) {
  auto const kind = api::find_string(&config, {"kind"}).value_or("");
  if (!schema.is_deduced() && kind != call.kind().kind) {
    auto const& resource = call.kind().resource;
    return status::plain_error("failed to create typed patch object: no corresponding type for " + resource.group +
                               "/" + resource.version + ", Kind=" + std::string(kind));
  }
  if (auto const mistakes = patch::find_mistakes(config, schema)) {
    return status::plain_error("failed to create typed patch object: " + *mistakes);
  }
  if (auto const mistakes = patch::find_mistakes(live, schema)) {
    return status::plain_error("failed to create typed live object: " + *mistakes);
  }
  return std::nullopt;
}

// In a custom resource that has not been decoded, null is not yet the same as absent.
void keep_nulls(api::Object& object, json::object const& document) {
  static api::SharedJson const null = api::share(nullptr);
  for (auto const& [name, value] : document) {
    if (!value.is_null() || name == "apiVersion" || name == "kind" || name == "metadata") continue;
    if (name == "spec" || name == "status") {
      (name == "spec" ? object.spec : object.status) = null;
      continue;
    }
    json::value rest = object.rest ? *object.rest : json::value(json::object());
    rest.get_object()[name] = nullptr;
    object.rest = api::share(std::move(rest));
  }
}

// The metadata of custom resources is not checked before it is stored; what cannot be read is dropped then.
Result<api::Object> to_object(Kind const& kind, json::value document, patch::Rules rules) {
  auto const not_converted = [&](std::string const& why) {
    return std::unexpected(status::plain_error(
        "failed to convert new object to proper version: unable to convert unstructured object to " +
        kind.resource.group + "/" + kind.resource.version + ", Kind=" + kind.kind + ": " + why));
  };
  if (kind.strategy->built_in) {
    auto const converted = convert_unstructured(type_of(kind), document, rules.modern);
    if (!converted) return not_converted(converted.error());
  }
  auto read = api::object_from_json(document);
  if (!read && !kind.strategy->built_in && document.is_object()) {
    auto* const metadata = document.get_object().if_contains("metadata");
    if (metadata != nullptr && metadata->is_object()) {
      json::object readable;
      for (auto const& [name, value] : metadata->get_object()) {
        json::object one;
        one[name] = value;
        json::object stub;
        stub["metadata"] = std::move(one);
        if (api::object_from_json(json::value(std::move(stub)))) readable.emplace(name, value);
      }
      *metadata = std::move(readable);
      read = api::object_from_json(document);
    }
  }
  if (!read) return not_converted(read.error());
  if (!kind.strategy->built_in) keep_nulls(*read, document.get_object());
  return *std::move(read);
}

}  // namespace

bool manages_fields(Call const& call) {
  // Servers of 1.20 do not account for what is written through a Scale.
  return call.state.options.field_management &&
         (call.request.subresource != Subresource::scale || call.state.options.profile == Profile::modern);
}

namespace {

void validate_manager(std::string const& field, std::string_view manager, FieldErrors& errors) {
  constexpr std::size_t longest = 128;
  constexpr std::string_view digits = "0123456789ABCDEF";
  if (manager.size() > longest) errors.too_long(field, "must have at most " + std::to_string(longest) + " bytes");
  for (std::size_t i = 0; i < manager.size(); ++i) {
    auto const byte = static_cast<unsigned char>(manager[i]);
    if (byte >= 0x20 && byte != 0x7f) continue;
    errors.invalid(field, go_value::text(manager),
                   std::string("invalid character U+00") + digits[byte >> 4] + digits[byte & 15] + " (at position " +
                       std::to_string(i) + ")");
  }
}

}  // namespace

std::optional<api::Error> check_field_manager(Call const& call) {
  auto const* options = call.request.write_options();
  if (options == nullptr) return std::nullopt;
  std::string const& manager = options->field_manager;
  bool const lacks = manager.empty() && is_apply(call);
  if (manager.empty() && !lacks) return std::nullopt;
  FieldErrors errors;
  if (lacks) errors.required("fieldManager", "is required for apply patch");
  validate_manager("fieldManager", manager, errors);
  if (errors.empty()) return std::nullopt;
  std::string const kind = call.request.verb == api::Verb::create   ? "CreateOptions"
                           : call.request.verb == api::Verb::update ? "UpdateOptions"
                                                                    : "PatchOptions";
  return errors.to_error(kind + ".meta.k8s.io", "meta.k8s.io", kind, "");
}

void own_fields(Call const& call, api::Object const* stored, api::Object& next) {
  Kind const& kind = call.kind();
  auto managed = owners_before(call, stored, managed_fields(next.metadata));
  if (managed.empty() && stored != nullptr) {
    next.metadata.rest = nullptr;
    return;
  }
  auto const write = make_write(call);
  if (unknown_version(kind, managed, write) != nullptr) {
    next.metadata.rest = nullptr;
    return;
  }
  json::value const live = stored != nullptr ? document_of(kind, *stored, write.schema.rules()) : empty_object(kind);
  json::value const document = document_of(kind, next, write.schema.rules());
  // What is not of the schema the server cannot account for, and gives up.
  if (patch::find_mistakes(live, write.schema) || patch::find_mistakes(document, write.schema)) {
    next.metadata.rest = nullptr;
    return;
  }
  managed = patch::update_owners(live, document, std::move(managed), manager_of(call), stored == nullptr, write);
  set_managed_fields(next.metadata, managed, stored);
}

json::value owners_of_new(types::Type const& type, json::value document, Profile profile, std::string_view manager,
                          api::Timestamp now) {
  patch::Rules const rules{.modern = profile == Profile::modern};
  auto const version = std::string(api::find_string(&document, {"apiVersion"}).value_or(""));
  json::value empty = blank(type);
  for (char const* const key : {"apiVersion", "kind"}) empty.get_object()[key] = document.at(key);
  canonicalize(type, document, rules.modern);
  patch::Write const write{patch::MergeSchema::of(type, rules), version, {}, now, {}, {}};
  if (patch::find_mistakes(document, write.schema)) return nullptr;
  auto const managed = patch::update_owners(empty, document, {}, manager, true, write);
  return managed.empty() ? json::value() : patch::managed_fields_to_json(managed);
}

void validate_managed_fields(api::ObjectMeta const& metadata, FieldErrors& errors) {
  auto const* list = managed_fields(metadata);
  if (list == nullptr) return;
  for (auto const& entry : list->get_array()) {
    validate_manager("metadata.fieldManager", api::find_string(&entry, {"manager"}).value_or(""), errors);
  }
  for (auto const& entry : list->get_array()) {
    auto const operation = api::find_string(&entry, {"operation"}).value_or("");
    if (operation != "Apply" && operation != "Update") {
      errors.invalid("metadata.managedFields.operation", go_value::text(operation), "must be `Apply` or `Update`");
    }
  }
}

Result<api::Object> applied(Call const& call, api::Object const* stored, api::ApplyPatch const& patch) {
  Kind const& kind = call.kind();
  json::value config = patch.document ? *patch.document : json::value();
  if (config.is_null()) config.emplace_object();
  if (auto error = check_config(call, config)) return std::unexpected(*std::move(error));
  make_integers(config);  // they come by way of YAML
  auto const write = make_write(call);
  json::value const empty = empty_object(kind);
  json::value const live = stored != nullptr ? document_of(kind, *stored, write.schema.rules()) : empty;
  if (auto error = check_types(call, config, live, write.schema)) return std::unexpected(*std::move(error));
  auto managed = read_or_none(stored != nullptr ? managed_fields(stored->metadata) : nullptr);
  if (auto const* version = unknown_version(kind, managed, write)) {
    return std::unexpected(status::plain_error("request to convert CR to an invalid group/version: " + *version));
  }
  auto result = patch::apply_config(live, config, empty, std::move(managed), manager_of(call), patch.force, write);
  if (!result) return std::unexpected(conflict_error(result.error()));

  api::Object next;
  if (result->object) {
    auto made = to_object(kind, *std::move(result->object), write.schema.rules());
    if (!made) return made;
    next = *std::move(made);
  } else if (stored != nullptr) {
    next = *stored;
    next.api_version = kind.api_version;
  } else {
    next.api_version = kind.api_version;
    next.kind = kind.kind;
  }
  set_managed_fields(next.metadata, result->managed, stored);
  return next;
}

}  // namespace fakeapi
