// One request under way: who asks for what, and what is to be answered.
#pragma once
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "fakeapi/authorization/authorization.hpp"
#include "fakeapi/face/http/accept.hpp"
#include "fakeapi/face/http/request_info.hpp"
#include "fakeapi/face/http/text_cache.hpp"
#include "fakeapi/face/http/url.hpp"
#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/http_service.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::http {

struct Exchange {
  Server& server;
  TextCache& cache;
  seams::HttpRequest const& request;
  Url url;
  RequestInfo info;
  authorization::User user;
  seams::WallTime now;
  Actor actor = Actor::server;
  Frontend const* frontend = nullptr;  ///< whose caches answer; null: those of a server without any lag
  /// Roles decide who may do what: then nobody gives more rights than he has.
  bool by_roles = false;
  /// For `Warning` headers.
  std::vector<std::string> warnings;
};

/// A watch to be streamed.
struct WatchPlan {
  std::unique_ptr<WatchCursor> cursor;
  std::shared_ptr<Kind const> kind;
  Form form;
  std::chrono::seconds timeout{0};  ///< 0: the server's choice
  bool bookmarks = false;
};

/// The answer has to wait until this revision has come about.
struct NotYet {
  Revision revision = 0;
  api::Error error;  ///< the answer if it does not
};

/// What comes of a request.
using Outcome = std::variant<seams::HttpResponse, api::Error, WatchPlan, NotYet>;

/// Carries out a request for something of a served resource.
Outcome serve_resource(Exchange& exchange, std::shared_ptr<Served const> const& served);

}  // namespace fakeapi::http
