// What the server says of itself: its groups, versions and resources, its OpenAPI documents, its version.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fakeapi {
class Server;
}

namespace fakeapi::discovery {

/// What the documents say that is not the core's to know.
struct Surroundings {
  std::string server_address;  ///< "127.0.0.1:6443", for serverAddressByClientCIDRs
};

/// One document, complete.
struct Document {
  std::string content_type;
  /// Shared: the same document is made once for as long as what is served does not change.
  std::shared_ptr<std::string const> body;
  std::string etag;  ///< with its quotes; "": none
};

/// The document at a path without its query ("/api", "/apis", "/apis/apps", "/apis/apps/v1", "/version",
/// "/openapi/v2", "/openapi/v3", "/openapi/v3/…"), in the form that the Accept header wants; nothing where no document
/// is. Which documents there are depends on the server's profile.
std::optional<Document> find_document(Server const& server, Surroundings const& surroundings, std::string_view path,
                                      std::string_view accept);

}  // namespace fakeapi::discovery
