#include "fakeapi/face/http/paths.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>
#include <utility>

#include "fakeapi/face/http/answers.hpp"
#include "fakeapi/face/http/failures.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi::http {
namespace {

namespace json = boost::json;

// What is asked of each of the three.
constexpr auto checks = std::to_array<std::string_view>({"ping", "log", "etcd"});
constexpr std::string_view shutdown_check = "shutdown";

std::string_view health_name(std::string_view path) {
  for (std::string_view const name : {"healthz", "livez", "readyz"}) {
    auto const rest = path.substr(1);
    if (rest == name || (rest.starts_with(name) && rest[name.size()] == '/')) return name;
  }
  return {};
}

std::vector<std::string_view> checks_of(std::string_view name) {
  std::vector<std::string_view> own(checks.begin(), checks.end());
  if (name == "readyz") own.push_back(shutdown_check);
  return own;
}

seams::HttpResponse check_all(std::string_view name, Query const& query, bool draining) {
  auto excluded = query.all("exclude");
  std::string report;
  bool failed = false;
  for (auto const check : checks_of(name)) {
    if (std::erase(excluded, check) > 0) {
      report += "[+]" + std::string(check) + " excluded: ok\n";
    } else if (check == shutdown_check && draining) {
      report += "[-]" + std::string(check) + " failed: reason withheld\n";
      failed = true;
    } else {
      report += "[+]" + std::string(check) + " ok\n";
    }
  }
  std::ranges::sort(excluded);
  std::string unknown;
  for (auto const& one : excluded) unknown += (unknown.empty() ? "\"" : ",\"") + one + "\"";
  if (!unknown.empty()) report += "warn: some health checks cannot be excluded: no matches for " + unknown + "\n";
  if (failed) return make_text(500, report + std::string(name) + " check failed\n");
  if (!query.has("verbose")) return make_text(200, "ok");
  return make_text(200, report + std::string(name) + " check passed\n");
}

// One check by its own path; nothing if there is none of the name.
std::optional<seams::HttpResponse> check_one(std::string_view name, std::string_view check, bool draining) {
  auto const own = checks_of(name);
  if (std::ranges::find(own, check) == own.end()) return std::nullopt;
  if (check == shutdown_check && draining) return make_text(500, "internal server error: process is shutting down\n");
  return make_text(200, "ok");
}

std::string strip_slash(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

seams::HttpResponse list_paths(Server const& server, int status) {
  std::set<std::string> paths{"/api",   "/api/v1",     "/apis",   "/apis/",  "/healthz",
                              "/livez", "/openapi/v2", "/readyz", "/version"};
  for (std::string_view const name : {"healthz", "livez", "readyz"}) {
    for (auto const check : checks_of(name)) paths.insert("/" + std::string(name) + "/" + std::string(check));
  }
  if (server.profile() == Profile::modern) paths.insert("/openapi/v3");
  for (auto const& served : server.registry().served()) {
    auto const& resource = served->kind->resource;
    if (resource.group.empty()) continue;
    paths.insert("/apis/" + resource.group);
    paths.insert("/apis/" + resource.group + "/" + resource.version);
  }
  json::array list;
  for (auto const& path : paths) list.emplace_back(path);
  json::object body;
  body["paths"] = std::move(list);
  Form form;
  form.pretty = true;
  return make_response(status, form, render_json(form, body));
}

// A path below /api or /apis that no document is at.
seams::HttpResponse no_document(Exchange const& exchange, std::string_view path) {
  auto const form = negotiate_error(exchange.request.headers, exchange.url.query);
  if (path.starts_with("/api/")) return make_failure(failures::no_such_resource(), form);
  auto const group = path.substr(std::string_view("/apis/").size());
  auto const name = group.substr(0, group.find('/'));
  bool const built_in = name.size() < group.size() && exchange.server.registry().is_built_in_group(name);
  return make_failure(built_in ? failures::no_such_resource() : status::page_not_found(), form);
}

}  // namespace

bool is_public_path(std::string_view path) {
  return path == "/version" || path == "/version/" || (path.size() > 1 && !health_name(path).empty());
}

seams::HttpResponse serve_path(Exchange const& exchange, discovery::Surroundings const& surroundings, bool draining) {
  auto const& method = exchange.request.method;
  auto const path = strip_slash(exchange.url.path);
  if (path.size() > 1) {
    if (auto const name = health_name(path); !name.empty()) {
      if (path.size() == name.size() + 1) return check_all(name, exchange.url.query, draining);
      if (auto one = check_one(name, std::string_view(path).substr(name.size() + 2), draining)) return *std::move(one);
      return list_paths(exchange.server, 404);
    }
  }
  if (path == "/" || path == "/index.html") return list_paths(exchange.server, 200);
  auto const document =
      discovery::find_document(exchange.server, surroundings, path, exchange.request.headers.get("Accept"));
  if (!document) {
    if (path.starts_with("/api/") || path.starts_with("/apis/")) return no_document(exchange, path);
    return list_paths(exchange.server, 404);
  }
  if (method != "GET" && method != "HEAD") {
    return make_failure(failures::method_not_allowed(), negotiate_error(exchange.request.headers, exchange.url.query));
  }
  bool const known = !document->etag.empty() && exchange.request.headers.get("If-None-Match") == document->etag;
  auto response = make_response(known ? 304 : 200, document->content_type, known ? nullptr : document->body);
  if (!document->etag.empty()) response.headers.add("Etag", document->etag);
  return response;
}

}  // namespace fakeapi::http
