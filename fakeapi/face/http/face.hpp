// The server as an HTTP service: face two. Requests of HTTP become typed requests to the core, its answers bytes.
//
// Guarantees: one request is carried out within one turn, save that reads of a revision yet to come wait for it (at
// most three seconds). A watch holds a position in the log and at most one piece of text on its way out, never a queue;
// an event's text is made once for all watches that show it in the same form. Used from one thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fakeapi/authorization/tokens.hpp"
#include "fakeapi/discovery/discovery.hpp"
#include "fakeapi/face/http/audit.hpp"
#include "fakeapi/frontend.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/http_service.hpp"

namespace fakeapi::http {

/// Who may do what.
enum class AuthorizationMode : std::uint8_t {
  allow,           ///< everybody everything
  deny_anonymous,  ///< whoever says who he is everything, others what tells nothing of the cluster
  rbac,            ///< as the stored roles and bindings say
};

struct FaceOptions {
  AuthorizationMode authorization = AuthorizationMode::allow;
  authorization::TokenTable tokens;
  discovery::Surroundings surroundings;
  /// Who the commits of clients are by.
  Actor actor = Actor{1};
  /// Serves POST /v3/kv/compaction {"revision": "7"} as etcd's gateway does: history up to there is forgotten. For
  /// tests of what clients do then.
  bool compaction = false;
  /// The API server of several over one store that this is the face of: its caches, which may lag, answer what need not
  /// be the latest. It outlives the face. Null: a server without any lag.
  Frontend* frontend = nullptr;
  /// Answers at paths that no real server has, once it is clear that the client may ask; nothing at other paths.
  std::function<std::optional<seams::HttpResponse>(seams::HttpRequest const& request, std::string_view path)> own_paths;
  /// Is told of every request. Null: nobody is.
  AuditSink audit;
  /// How much the texts of objects may take that are kept.
  std::size_t text_bytes = std::size_t{64} * 1024 * 1024;
};

class Face final : public seams::HttpService {
 public:
  /// Server and environment outlive it; it outlives the requests under way.
  Face(Server& server, seams::Environment const& environment, FaceOptions options);
  ~Face() override;
  Face(Face const&) = delete;
  Face& operator=(Face const&) = delete;

  boost::asio::awaitable<void> serve(seams::HttpRequest request, seams::HttpResponseWriter& writer) override;

  /// How many watches are open.
  std::size_t watches() const;
  /// Ends all watches in good order, as a server does that is about to go.
  void end_watches();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The answer to a request that is refused before it gets to the face (too large, no HTTP): a Status where the real
/// server sends one.
seams::HttpResponse refusal(int status, std::string const& reason);

}  // namespace fakeapi::http
