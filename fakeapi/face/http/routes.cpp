#include "fakeapi/face/http/routes.hpp"

#include <algorithm>
#include <initializer_list>

#include "fakeapi/face/http/failures.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi::http {
namespace {

bool is_one_of(std::string_view method, std::initializer_list<std::string_view> methods) {
  return std::ranges::find(methods, method) != methods.end();
}

bool has_verb(Kind const& kind, std::string_view verb) {
  return kind.verbs.empty() || std::ranges::find(kind.verbs, verb) != kind.verbs.end();
}

// The verb that a method stands for on a collection or an object.
std::string_view verb_of(std::string_view method, bool named) {
  if (method == "GET") return named ? "get" : "list";
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  return named ? "delete" : "deletecollection";
}

bool has_subresource_method(Kind const& kind, std::string_view subresource, std::string_view method, bool& exists) {
  exists = true;
  bool const scalar = (subresource == "status" && kind.has_status) || (subresource == "scale" && kind.has_scale);
  if (scalar) return is_one_of(method, {"GET", "PUT", "PATCH"});
  bool const of_pod = kind.kind == "Pod" && kind.resource.group.empty();
  if (of_pod && (subresource == "binding" || subresource == "eviction")) return method == "POST";
  if (kind.kind == "Namespace" && kind.resource.group.empty() && subresource == "finalize") return method == "PUT";
  exists = false;
  return false;
}

std::optional<api::Error> check_built_in(RequestInfo const& info, std::string_view method, Kind const& kind) {
  bool const named = info.parts.size() >= 2;
  // The objects of a namespaced kind are below a namespace; only their list is elsewhere, too.
  bool const misplaced =
      kind.namespaced ? !info.in_namespace && named : info.in_namespace && info.parts[0] != "namespaces";
  if (misplaced || info.parts.size() > 3 || info.verb == "proxy") return failures::no_such_resource();
  if (info.parts.size() == 3) {
    bool exists = false;
    if (info.legacy_watch) return failures::no_such_resource();
    if (has_subresource_method(kind, info.subresource, method, exists)) return std::nullopt;
    return exists ? failures::method_not_allowed() : failures::no_such_resource();
  }
  if (info.legacy_watch) return method == "GET" ? std::nullopt : std::optional(failures::method_not_allowed());
  bool allowed =
      named ? is_one_of(method, {"GET", "PUT", "PATCH", "DELETE"}) : is_one_of(method, {"GET", "POST", "DELETE"});
  if (kind.namespaced && !info.in_namespace) allowed = method == "GET";
  if (!allowed || !has_verb(kind, verb_of(method, named))) return failures::method_not_allowed();
  return std::nullopt;
}

std::optional<api::Error> check_custom(RequestInfo const& info, Kind const& kind) {
  bool const across = info.verb == "list" || info.verb == "watch";
  if (!kind.namespaced && info.in_namespace) return status::page_not_found();
  if (kind.namespaced && !info.in_namespace && !across) return status::page_not_found();
  bool const main = info.subresource.empty();
  bool const known =
      main || (info.subresource == "status" && kind.has_status) || (info.subresource == "scale" && kind.has_scale);
  if (!known) return status::not_found(kind, info.name);
  bool const served =
      main ? is_one_of(info.verb, {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"})
           : is_one_of(info.verb, {"get", "update", "patch"});
  if (!served) return status::method_not_allowed(kind, info.verb);
  // Only deletecollection and create do without a name.
  bool const nameless = info.name.empty() && (info.verb == "update" || info.verb == "patch");
  if (nameless) return status::bad_request("name must be provided");
  return std::nullopt;
}

}  // namespace

std::optional<api::Error> check_route(RequestInfo const& info, std::string_view method, Kind const& kind) {
  return kind.strategy->built_in ? check_built_in(info, method, kind) : check_custom(info, kind);
}

std::optional<api::Subresource> to_subresource(std::string_view name) {
  using enum api::Subresource;
  for (auto const one : {none, status, scale, binding, finalize, eviction}) {
    if (api::to_string(one) == name) return one;
  }
  return std::nullopt;
}

}  // namespace fakeapi::http
