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

std::expected<std::vector<Applied>, std::string> apply(Server& server, std::vector<manifest::Manifest> const& manifests,
                                                       seams::WallTime now) {
  std::vector<manifest::Manifest const*> order;
  for (int wanted = 0; wanted <= 2; ++wanted) {
    for (auto const& manifest : manifests) {
      if (rank(manifest.object) == wanted) order.push_back(&manifest);
    }
  }
  std::vector<Applied> applied;
  RequestContext const context{user, 0, now};
  for (auto const* manifest : order) {
    auto object = manifest->object;
    auto const served = find_resource(server, object.api_version, object.kind);
    if (!served) {
      return std::unexpected(
          complaint(*manifest,
                    "no resource serves kind " + object.kind + " of " + object.api_version +
                        "; check the spelling, or add the file with its CustomResourceDefinition (-f)",
                    "kind"));
    }
    if (!served->namespaced) {
      object.metadata.namespace_.clear();
    } else if (object.metadata.namespace_.empty()) {
      object.metadata.namespace_ = "default";
    }
    Applied done{lower(object.kind) + (served->resource.group.empty() ? "" : "." + served->resource.group) + "/" +
                     object.metadata.name,
                 Applied::How::created};
    api::Request request;
    request.verb = api::Verb::create;
    request.resource = served->resource;
    request.key = object.key();
    request.body = std::make_shared<api::Object const>(object);
    request.options = api::WriteOptions{.field_manager = "manifests"};
    auto result = server.execute(request, context);
    if (!result && result.error().is(api::Reason::already_exists)) {
      request.verb = api::Verb::patch;
      request.body = api::Patch(api::MergePatch{api::share(patch_of(object))});
      auto const before = server.revision();
      result = server.execute(request, context);
      done.how = server.revision() == before ? Applied::How::unchanged : Applied::How::configured;
    }
    if (!result) {
      auto const& causes = result.error().causes;
      return std::unexpected(complaint(*manifest, "the API server refuses it: " + result.error().message,
                                       causes.empty() ? std::string_view() : std::string_view(causes.front().field)));
    }
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
