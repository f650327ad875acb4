#include "tests/fuzz/cluster.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/face/http/object_text.hpp"
#include "fakeapi/patch/managed_fields.hpp"
#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/types/kind_codec.hpp"
#include "operator/api/kinds.hpp"
#include "operator/manifest/manifest.hpp"
#include "tests/fuzz/require.hpp"

namespace fuzz {
namespace {

namespace json = boost::json;

// v2 has less than v1: what v1 has no place for is lost in the store, and would be written anew each time.
constexpr std::string_view widgets = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.fuzz.example.com}
spec:
  group: fuzz.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList, shortNames: [wi], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
    additionalPrinterColumns:
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [text]
            properties:
              text: {type: string, minLength: 1, maxLength: 100, pattern: '^[a-z ]+$'}
              replicas: {type: integer, format: int32, minimum: 0, maximum: 10, default: 1}
              mode: {type: string, enum: [a, b], nullable: true}
              port: {x-kubernetes-int-or-string: true}
              raw: {type: object, x-kubernetes-preserve-unknown-fields: true}
              number: {type: number, multipleOf: 0.5}
              any: {x-kubernetes-preserve-unknown-fields: true}
              map: {type: object, additionalProperties: {type: string}}
              words: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              plain: {type: array, items: {type: integer}}
              items:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {type: object, required: [name], properties: {name: {type: string}, v: {type: integer, default: 7}}}
              whole: {type: object, x-kubernetes-map-type: atomic, properties: {a: {type: string}, b: {type: boolean}}}
              pod: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
          status:
            type: object
            properties:
              replicas: {type: integer}
              selector: {type: string}
              conditions:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [type]
                items: {type: object, required: [type, status], properties: {type: {type: string}, status: {type: string}}}
          data: {type: string, format: byte}
  - name: v2
    served: true
    storage: false
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {text: {type: string}}}
)";

// An object without the null members that some kinds always show; to a reader they are absent.
json::value without_nulls(json::value const& document) {
  json::object kept;
  for (auto const& [name, value] : document.as_object()) {
    if (!value.is_null()) kept.emplace(name, value);
  }
  return kept;
}

json::value unowned(api::Object object) {
  object.metadata.rest = nullptr;
  object.metadata.resource_version = api::ResourceVersion::none;
  return api::object_to_json(object);
}

}  // namespace

bool alike(json::value const& a, json::value const& b) {
  if (a.is_number() && b.is_number()) {
    constexpr double nearly = 1e-14;
    auto const x = a.to_number<double>(), y = b.to_number<double>();
    return x == y || std::abs(x - y) <= nearly * std::max(std::abs(x), std::abs(y));
  }
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), alike);
  if (!a.is_object() || !b.is_object()) return a == b;
  if (a.get_object().size() != b.get_object().size()) return false;
  return std::ranges::all_of(a.get_object(), [&](auto const& member) {
    auto const* other = b.get_object().if_contains(member.key());
    return other != nullptr && alike(member.value(), *other);
  });
}

api::ObjectPtr const& definition() {
  static api::ObjectPtr const object = [] {
    auto const read = manifest::parse(widgets, "widgets");
    require(read && read->size() == 1, "the definition can be read");
    return std::make_shared<api::Object const>(read->front().object);
  }();
  return object;
}

fakeapi::ServerOptions server_options(fakeapi::Profile profile) {
  static auto const definitions = fakeapi::make_definition_cache();
  fakeapi::ServerOptions options;
  options.profile = profile;
  options.field_management = true;
  options.definitions = definitions;
  return options;
}

void define(fakeapi::Server& server, seams::WallTime now) {
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = api::custom_resource_definitions;
  request.body = definition();
  request.options = api::WriteOptions{};
  fakeapi::RequestContext context;
  context.now = now;
  require(server.execute(request, context).has_value(), "the definition is accepted");
}

Auditor::Auditor(fakeapi::Server& server)
    : server_(server),
      observer_(server.add_observer([this](fakeapi::Commit const& commit) { commits_.push_back(commit); })),
      last_(server.revision()) {}

Auditor::~Auditor() { server_.remove_observer(observer_); }

void Auditor::look() {
  require(server_.revision() == last_ + commits_.size(), "a revision for each commit, and none goes back");
  for (auto const& commit : commits_) {
    require(commit.revision == ++last_, "revisions follow one another");
    check(commit);
  }
  commits_.clear();
}

void Auditor::check(fakeapi::Commit const& commit) const {
  if (commit.after == nullptr) {
    require(commit.before != nullptr, "what is deleted was there");
    return;
  }
  api::Object const& object = *commit.after;
  auto const& metadata = object.metadata;
  require(api::to_number(metadata.resource_version) == commit.revision, "an object bears the revision of its commit");
  require(!object.api_version.empty() && !object.kind.empty(), "an object has a type");
  require(!metadata.name.empty() && metadata.name == commit.key.name, "an object has the name of its key");
  require(metadata.namespace_ == commit.key.namespace_, "an object has the namespace of its key");
  require(!metadata.uid.empty() && metadata.creation_timestamp, "an object has a uid and a time of creation");
  if (commit.before) require(commit.before->metadata.uid == metadata.uid, "an object's uid does not change");

  auto const document = api::object_to_json(object);
  auto const again = api::object_from_json(document);
  require(again && alike(api::object_to_json(*again), without_nulls(document)), "an object's JSON is the object");

  auto const served = server_.registry().find(commit.resource);
  if (!served) return;
  std::string text;
  fakeapi::http::append_object(text, object, fakeapi::http::is_typed(*served->kind, object));
  auto const parsed = fakeapi::http::parse_json(text);
  require(parsed.has_value(), "an object's text is JSON");
  if (!alike(*parsed, document)) std::fprintf(stderr, "%s\n%s\n", text.c_str(), json::serialize(document).c_str());
  require(alike(*parsed, document), "an object's text is the object");

  if (auto const& codec = served->kind->codec) {
    api::Object admitted = object;
    fakeapi::types::Decoding decoding;
    decoding.modern = server_.profile() == fakeapi::Profile::modern;
    require(!codec->admit(admitted, nullptr, decoding), "what is stored can be decoded");
    require(admitted.spec == object.spec && admitted.status == object.status && admitted.rest == object.rest,
            "what is stored is in its one form");
  }
  if (metadata.rest) {
    auto const* list = api::find_path(metadata.rest.get(), {"managedFields"});
    auto const managed = fakeapi::patch::read_managed_fields(list != nullptr ? *list : json::value());
    require(managed.has_value(), "managedFields can be read");
    auto const written = fakeapi::patch::managed_fields_to_json(*managed);
    auto const read_again = fakeapi::patch::read_managed_fields(written);
    require(read_again && fakeapi::patch::same_owners(*managed, *read_again), "managedFields can be read again");
  }
}

void Auditor::put_all_again(seams::WallTime now) {
  std::vector<std::pair<api::Resource, api::ObjectPtr>> all;
  for (auto const& served : server_.registry().served()) {
    auto const& kind = *served->kind;
    if (!kind.strategy->built_in || kind.resource == api::custom_resource_definitions) continue;
    server_.for_each(kind.resource, [&](api::ObjectPtr const& object) { all.emplace_back(kind.resource, object); });
  }
  for (auto const& [resource, stored] : all) {
    api::Request get;
    get.verb = api::Verb::get;
    get.resource = resource;
    get.key = stored->key();
    get.options = api::GetOptions{};
    fakeapi::RequestContext context;
    context.now = now;
    auto const shown = server_.execute(get, context);
    require(shown.has_value(), "what is stored can be read");
    api::Request put = get;
    put.verb = api::Verb::update;
    put.body = std::get<api::ObjectPtr>(*shown);
    put.options = api::WriteOptions{};
    auto const result = server_.execute(put, context);
    if (!result) std::fprintf(stderr, "%s\n", result.error().to_string().c_str());
    require(result.has_value(), "what is stored can be written as it is");
    // Who owns an empty list owns its items at the next write, whatever that is.
    auto const written = server_.find(resource, stored->key());
    bool const same = written != nullptr && unowned(*written) == unowned(*stored);
    if (!same) {
      std::fprintf(stderr, "%s\n%s\n", json::serialize(unowned(*stored)).c_str(),
                   json::serialize(api::object_to_json(*std::get<api::ObjectPtr>(*result))).c_str());
    }
    require(same, "writing what is stored changes nothing");
  }
}

}  // namespace fuzz
