// Manifests into a fake API server, as `kubectl apply` would do it: create, or patch what is there already.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/server.hpp"
#include "operator/manifest/manifest.hpp"

namespace fakeapi::manifests {

/// What apply() did with one object.
struct Applied {
  std::string what;  ///< "echo.example.com/test-echo"
  enum class How : std::uint8_t { created, configured, unchanged } how = How::created;
};

/// The resource that serves objects of this apiVersion and kind, and whether it is namespaced.
struct ServedResource {
  api::Resource resource;
  bool namespaced = true;
};
std::optional<ServedResource> find_resource(Server const& server, std::string_view api_version, std::string_view kind);

/// The objects in the order in which they can be created: definitions and namespaces first.
std::vector<manifest::Manifest const*> in_order(std::vector<manifest::Manifest> const& manifests);
/// The request that creates an object; the error of one of a kind that `server` does not serve.
std::expected<api::Request, std::string> create_request(Server const& server, manifest::Manifest const& manifest);
/// The request that makes an object which is there already what the manifest says.
api::Request patch_request(api::Request const& create);
/// "FILE:LINE: the API server refuses it: …".
std::string refusal(manifest::Manifest const& manifest, api::Error const& error);

/// Applies the objects in their order, definitions and namespaces first; a namespaced object without a namespace goes
/// to "default". The error is one line, "FILE:LINE: what is wrong and what to do", and what came before it is done.
std::expected<std::vector<Applied>, std::string> apply(Server& server, std::vector<manifest::Manifest> const& manifests,
                                                       seams::WallTime now);

/// The same on a server of its own that is thrown away: the error that apply() to an empty server with these options
/// would meet. Whoever rehearses first applies all or nothing.
std::expected<void, std::string> rehearse(std::vector<manifest::Manifest> const& manifests, seams::WallTime now,
                                          ServerOptions options = {});

}  // namespace fakeapi::manifests
