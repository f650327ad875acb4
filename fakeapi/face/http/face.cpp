#include "fakeapi/face/http/face.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <utility>

#include "fakeapi/authorization/answers.hpp"
#include "fakeapi/authorization/impersonation.hpp"
#include "fakeapi/authorization/reviews.hpp"
#include "fakeapi/face/http/answers.hpp"
#include "fakeapi/face/http/body.hpp"
#include "fakeapi/face/http/exchange.hpp"
#include "fakeapi/face/http/failures.hpp"
#include "fakeapi/face/http/parameters.hpp"
#include "fakeapi/face/http/paths.hpp"
#include "fakeapi/face/http/waiting.hpp"
#include "fakeapi/face/http/watch_stream.hpp"
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/state.hpp"
#include "fakeapi/semantics/status.hpp"
#include "operator/http/encoding.hpp"

namespace fakeapi::http {
namespace {

using namespace std::chrono_literals;

// How long a read waits for a revision yet to come.
constexpr seams::Duration revision_patience = 3s;
// Answers longer than this are compressed for clients that like it.
constexpr std::size_t gzip_from = std::size_t{128} * 1024;

// `299 - "text"`
std::string warning_header(std::string_view text) {
  std::string header = "299 - \"";
  for (char const c : text) {
    if (c == '"' || c == '\\') header += '\\';
    header += c == '\n' || c == '\r' ? ' ' : c;
  }
  return header + "\"";
}

void compress(seams::HttpRequest const& request, seams::HttpResponse& response) {
  if (!response.body || response.body->size() <= gzip_from) return;
  if (!::http::accepts_gzip(request.headers.get("Accept-Encoding"))) return;
  response.body = std::make_shared<std::string const>(::http::gzip(*response.body));
  response.headers.add("Content-Encoding", "gzip");
  response.headers.add("Vary", "Accept-Encoding");
}

}  // namespace

struct Face::Impl {
  Impl(Server& given_server, seams::Environment const& given_environment, FaceOptions given_options)
      : server(given_server),
        environment(given_environment),
        options(std::move(given_options)),
        cache(options.text_bytes),
        gates(server, options.frontend),
        authorizer([this](authorization::User const& user, authorization::Attributes const& attributes) {
          return decide(user, attributes);
        }) {}

  authorization::Decision decide(authorization::User const& user, authorization::Attributes const& attributes) const {
    switch (options.authorization) {
      case AuthorizationMode::allow:
        return {true, ""};
      case AuthorizationMode::deny_anonymous:
        return {!authorization::in_group(user, authorization::unauthenticated_group) ||
                    (!attributes.is_resource && attributes.verb == "get" && is_public_path(attributes.path)),
                ""};
      case AuthorizationMode::rbac:
        return authorization::authorize(server, user, attributes);
    }
    return {};
  }

  // Who asks; an error if he shows credentials that nobody has.
  std::expected<authorization::User, api::Error> authenticate(seams::HttpRequest const& request) const {
    auto const& peer = request.peer;
    if (!peer.certificate_name.empty()) {
      authorization::User user;
      user.name = peer.certificate_name;
      user.groups = peer.certificate_organisations;
      return authorization::authenticated(std::move(user));
    }
    auto const token = authorization::bearer_token(request.headers.get("Authorization"));
    if (token.empty()) {
      // Nobody is taken for anonymous who tried to be somebody.
      if (!peer.certificate_error.empty()) return std::unexpected(authorization::unauthorized());
      return authorization::anonymous();
    }
    auto user = options.tokens.find(token);
    if (!user) return std::unexpected(authorization::unauthorized());
    return *std::move(user);
  }

  // What stands between a request and its being carried out: who asks, for whom, and whether he may.
  std::optional<Outcome> admit(Exchange& exchange) const {
    auto user = authenticate(exchange.request);
    if (!user) return std::move(user.error());
    auto other = authorization::impersonated(*user, exchange.request.headers, authorizer);
    if (!other) {
      if (other.error().code != 500) return std::move(other.error());
      // What no decision was made on is no Status.
      return make_text(500, "Internal Server Error: " + go_value::text(exchange.request.target) + ": " +
                                other.error().message + "\n");
    }
    exchange.user = *other ? **std::move(other) : *std::move(user);
    if (!exchange.info.error.empty()) return status::plain_error(exchange.info.error);

    authorization::Attributes attributes;
    auto const& info = exchange.info;
    attributes.verb = info.verb;
    attributes.is_resource = info.is_resource;
    attributes.group = info.group;
    attributes.version = info.version;
    attributes.resource = info.resource;
    attributes.subresource = info.subresource;
    attributes.namespace_ = info.namespace_;
    attributes.name = info.name;
    attributes.path = info.path;
    auto const decision = authorizer(exchange.user, attributes);
    if (decision.allowed) return std::nullopt;
    return authorization::forbidden(exchange.user, attributes, decision.reason);
  }

  Outcome review(Exchange& exchange, authorization::Review const& review) const {
    auto const& info = exchange.info;
    bool const placed = review.namespaced ? info.in_namespace : !info.in_namespace;
    if (!placed || !info.name.empty()) return failures::no_such_resource();
    if (exchange.request.method != "POST") return failures::method_not_allowed();
    auto const form = negotiate(exchange.request.headers, exchange.url.query, true);
    if (!form) return form.error();
    auto const type = media_type(exchange.request.headers.get("Content-Type"));
    if (!type) return type.error();
    auto const body = decode_body(exchange.request.body, *type);
    if (!body) return status::bad_request(body.error());
    std::string manager(exchange.url.query.get("fieldManager"));
    if (manager.empty()) manager = manager_of(exchange.request.headers.get("User-Agent"));
    authorization::Poster const poster{exchange.user, manager, to_timestamp(exchange.now)};
    auto answer = authorization::evaluate(review, *body, info.namespace_, poster, authorizer, server);
    if (!answer) return std::move(answer.error());
    return make_response(201, *form, render_json(*form, *answer));
  }

  // As etcd's JSON gateway: numbers are texts there.
  Outcome compact(Exchange const& exchange) const {
    boost::system::error_code error;
    auto const body = boost::json::parse(exchange.request.body, error);
    auto const* object = error ? nullptr : body.if_object();
    auto const* text = object == nullptr ? nullptr : object->if_contains("revision");
    Revision revision = 0;
    if (text != nullptr && text->is_string()) {
      auto const& digits = text->get_string();
      std::from_chars(digits.data(), digits.data() + digits.size(), revision);
    }
    if (exchange.request.method != "POST" || revision == 0 || revision > server.revision())
      return status::bad_request("the body should be {\"revision\": \"N\"}, N from 1 to the last revision");
    server.compact(revision);
    return make_response(200, "application/json", std::make_shared<std::string const>("{}\n"));
  }

  Outcome carry_out(Exchange& exchange, bool draining) const {
    if (exchange.request.body.size() > max_body) return failures::too_large("limit is " + std::to_string(max_body));
    if (auto refused = admit(exchange)) return *std::move(refused);
    auto const& info = exchange.info;
    if (options.compaction && info.path == "/v3/kv/compaction") return compact(exchange);
    if (options.own_paths) {
      if (auto answer = options.own_paths(exchange.request, info.path)) return *std::move(answer);
    }
    if (!info.is_resource) return serve_path(exchange, options.surroundings, draining);
    api::Resource const resource{info.group, info.version, info.resource};
    if (auto const* own = authorization::find_review(server.profile(), resource)) return review(exchange, *own);
    auto const served = server.registry().find(resource);
    if (!served) {
      bool const built_in = server.registry().is_built_in_group(info.group);
      return built_in ? failures::no_such_resource() : status::page_not_found();
    }
    return serve_resource(exchange, served);
  }

  // The head and body of everything but a watch.
  seams::HttpResponse complete(Exchange const& exchange, Outcome outcome) const {
    seams::HttpResponse response;
    if (auto* answer = std::get_if<seams::HttpResponse>(&outcome)) {
      response = std::move(*answer);
    } else {
      auto const* late = std::get_if<NotYet>(&outcome);
      api::Error const& error = late != nullptr ? late->error : std::get<api::Error>(outcome);
      response = make_failure(error, negotiate_error(exchange.request.headers, exchange.url.query));
    }
    for (auto const& warning : exchange.warnings) response.headers.add("Warning", warning_header(warning));
    compress(exchange.request, response);
    return response;
  }

  // Tries again whenever the revision that is waited for may have come about, until patience is at its end.
  boost::asio::awaitable<Outcome> carry_out_late(Exchange& exchange, Outcome outcome,
                                                 seams::HttpResponseWriter& writer) {
    seams::Gate gate(environment.clock);
    auto const end = environment.clock.now() + revision_patience;
    while (auto const* late = std::get_if<NotYet>(&outcome)) {
      if (environment.clock.now() >= end) break;
      gates.await_revision(late->revision, gate);
      co_await gate.wait(end);
      gates.forget(gate);
      exchange.now = environment.clock.wall_now();
      outcome = carry_out(exchange, writer.draining());
    }
    co_return outcome;
  }

  void audit(Exchange const& exchange, std::uint64_t number, AuditStage stage, seams::WallTime received,
             int code) const {
    if (!options.audit) return;
    options.audit(audit_line({.number = number,
                              .stage = stage,
                              .request = exchange.request,
                              .info = exchange.info,
                              .user = exchange.user,
                              .code = code,
                              .received = received,
                              .now = environment.clock.wall_now()}));
  }

  Server& server;
  seams::Environment environment;
  FaceOptions options;
  mutable TextCache cache;
  CommitGates gates;
  authorization::Authorizer authorizer;
  std::size_t watches = 0;
  std::uint64_t requests = 0;  // that could be read
  std::uint64_t ends = 0;      // how often all watches were told to end
};

Face::Face(Server& server, seams::Environment const& environment, FaceOptions options)
    : impl_(std::make_unique<Impl>(server, environment, std::move(options))) {}
Face::~Face() = default;

std::size_t Face::watches() const { return impl_->watches; }

void Face::end_watches() {
  ++impl_->ends;
  impl_->gates.open_watches();
}

boost::asio::awaitable<void> Face::serve(seams::HttpRequest request, seams::HttpResponseWriter& writer) {
  Impl& own = *impl_;
  auto url = parse_url(request.target);
  if (!url) {
    co_await writer.respond(make_text(400, "400 Bad Request\n"));
    co_return;
  }
  auto info = resolve(request.method, *url);
  Exchange exchange{.server = own.server,
                    .cache = own.cache,
                    .request = request,
                    .url = *std::move(url),
                    .info = std::move(info),
                    .user = {},
                    .now = own.environment.clock.wall_now(),
                    .actor = own.options.actor,
                    .frontend = own.options.frontend,
                    .by_roles = own.options.authorization == AuthorizationMode::rbac,
                    .warnings = {}};
  auto const received = exchange.now;
  auto const number = ++own.requests;
  auto outcome = own.carry_out(exchange, writer.draining());
  if (std::holds_alternative<NotYet>(outcome)) {
    auto waiting = own.carry_out_late(exchange, std::move(outcome), writer);
    outcome = co_await std::move(waiting);
  }
  if (auto* watch = std::get_if<WatchPlan>(&outcome)) {
    seams::HttpHeaders headers{{"Cache-Control", "no-cache, private"}, {"Content-Type", "application/json"}};
    for (auto const& warning : exchange.warnings) headers.add("Warning", warning_header(warning));
    WatchPlan plan = std::move(*watch);
    WatchSurroundings const surroundings{own.server, own.cache, own.gates, own.environment, own.ends};
    std::string().swap(request.body);
    ++own.watches;
    own.audit(exchange, number, AuditStage::response_started, received, 200);
    co_await stream_watch(surroundings, std::move(plan), std::move(headers), writer);
    --own.watches;
    own.audit(exchange, number, AuditStage::response_complete, received, 200);
    co_return;
  }
  auto response = own.complete(exchange, std::move(outcome));
  own.audit(exchange, number, AuditStage::response_complete, received, response.status);
  co_await writer.respond(std::move(response));
}

seams::HttpResponse refusal(int status, std::string const& reason) {
  if (status == 413) return make_failure(failures::too_large("limit is " + std::to_string(max_body)), {});
  return make_text(status, std::to_string(status) + " " + reason + "\n");
}

}  // namespace fakeapi::http
