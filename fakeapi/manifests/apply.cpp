#include "fakeapi/manifests/apply.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/semantics/registry.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi::manifests {

namespace json = boost::json;

namespace {

constexpr Actor user{1};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// What must exist before others can be created.
int rank(api::Object const& object) {
  if (object.kind == "CustomResourceDefinition") return 0;
  if (object.kind == "Namespace") return 1;
  return 2;
}

std::string complaint(manifest::Manifest const& manifest, std::string const& what, std::string_view field = "") {
  return manifest::Error{manifest.file, field.empty() ? manifest.line : manifest.line_of(field), what}.to_string();
}

// A merge patch that makes an object what the manifest says, as far as the manifest says it.
json::value patch_of(api::Object const& object) {
  json::value patch = api::object_to_json(object);
  patch.get_object().erase("status");
  return patch;
}

}  // namespace

std::optional<ServedResource> find_resource(Server const& server, std::string_view api_version, std::string_view kind) {
  for (auto const& served : server.registry().served()) {
    Kind const& own = *served->kind;
    if (own.kind == kind && own.api_version == api_version) return ServedResource{own.resource, own.namespaced};
  }
  return std::nullopt;
}

std::vector<manifest::Manifest const*> in_order(std::vector<manifest::Manifest> const& manifests) {
  std::vector<manifest::Manifest const*> order;
  for (int wanted = 0; wanted <= 2; ++wanted) {
    for (auto const& manifest : manifests) {
      if (rank(manifest.object) == wanted) order.push_back(&manifest);
    }
  }
  return order;
}

std::expected<api::Request, std::string> create_request(Server const& server, manifest::Manifest const& manifest) {
  auto object = manifest.object;
  auto const served = find_resource(server, object.api_version, object.kind);
  if (!served) {
    return std::unexpected(complaint(manifest,
                                     "no resource serves kind " + object.kind + " of " + object.api_version +
                                         "; check the spelling, or add the file with its CustomResourceDefinition (-f)",
                                     "kind"));
  }
  if (!served->namespaced) {
    object.metadata.namespace_.clear();
  } else if (object.metadata.namespace_.empty()) {
    object.metadata.namespace_ = "default";
  }
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = served->resource;
  request.key = object.key();
  request.body = std::make_shared<api::Object const>(std::move(object));
  request.options = api::WriteOptions{.field_manager = "manifests"};
  return request;
}

api::Request patch_request(api::Request const& create) {
  api::Request request = create;
  request.verb = api::Verb::patch;
  request.body = api::Patch(api::MergePatch{api::share(patch_of(*std::get<api::ObjectPtr>(create.body)))});
  return request;
}

std::string refusal(manifest::Manifest const& manifest, api::Error const& error) {
  return complaint(manifest, "the API server refuses it: " + error.message,
                   error.causes.empty() ? std::string_view() : std::string_view(error.causes.front().field));
}

std::expected<std::vector<Applied>, std::string> apply(Server& server, std::vector<manifest::Manifest> const& manifests,
                                                       seams::WallTime now) {
  std::vector<Applied> applied;
  RequestContext const context{user, 0, now};
  for (auto const* manifest : in_order(manifests)) {
    auto const request = create_request(server, *manifest);
    if (!request) return std::unexpected(request.error());
    std::string const& group = request->resource.group;
    Applied done{lower(manifest->object.kind) + (group.empty() ? "" : "." + group) + "/" + request->key.name,
                 Applied::How::created};
    auto result = server.execute(*request, context);
    if (!result && result.error().is(api::Reason::already_exists)) {
      auto const before = server.revision();
      result = server.execute(patch_request(*request), context);
      done.how = server.revision() == before ? Applied::How::unchanged : Applied::How::configured;
    }
    if (!result) return std::unexpected(refusal(*manifest, result.error()));
    applied.push_back(std::move(done));
  }
  return applied;
}

std::expected<void, std::string> rehearse(std::vector<manifest::Manifest> const& manifests, seams::WallTime now,
                                          ServerOptions options) {
  Server scratch{std::move(options)};
  auto done = apply(scratch, manifests, now);
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

}  // namespace fakeapi::manifests
