#include "fakeapi/face/http/request_info.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "operator/api/selector.hpp"

namespace fakeapi::http {
namespace {

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return made;
}

std::vector<std::string> split_path(std::string_view path) {
  auto const first = path.find_first_not_of('/');
  if (first == std::string_view::npos) return {};
  path = path.substr(first, path.find_last_not_of('/') - first + 1);
  std::vector<std::string> parts;
  for (;;) {
    auto const end = path.find('/');
    parts.emplace_back(path.substr(0, end));
    if (end == std::string_view::npos) return parts;
    path.remove_prefix(end + 1);
  }
}

std::string verb_of(std::string_view method) {
  if (method == "POST") return "create";
  if (method == "GET" || method == "HEAD") return "get";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return "";
}

// The name that a field selector asks for, if it asks for one.
std::optional<std::string> selected_name(std::string_view selector) {
  auto const parsed = api::FieldSelector::parse(selector);
  if (!parsed) return std::nullopt;
  for (auto const& requirement : parsed->requirements()) {
    if (requirement.field != "metadata.name" || !requirement.equal) continue;
    auto const& name = requirement.value;
    bool const segment = name != "." && name != ".." && name.find_first_of("/%") == std::string::npos;
    return segment ? std::optional(name) : std::nullopt;
  }
  return std::nullopt;
}

void take_namespace(RequestInfo& info, std::vector<std::string>& parts) {
  if (parts.front() != "namespaces" || parts.size() < 2) return;
  info.namespace_ = parts[1];
  info.in_namespace = true;
  // "namespaces/NS/status" is a subresource of the namespace itself.
  if (parts.size() > 2 && parts[2] != "status" && parts[2] != "finalize") parts.erase(parts.begin(), parts.begin() + 2);
}

}  // namespace

bool is_set(Query const& query, std::string_view name) {
  auto const* value = query.find(name);
  return value != nullptr && *value != "0" && lower(*value) != "false";
}

RequestInfo resolve(std::string_view method, Url const& url) {
  RequestInfo info;
  info.path = url.path;
  info.verb = lower(method);
  auto parts = split_path(url.path);
  bool const core = !parts.empty() && parts[0] == "api";
  bool const grouped = !parts.empty() && parts[0] == "apis";
  // /api/VERSION/RESOURCE and /apis/GROUP/VERSION/RESOURCE
  if (!(core && parts.size() >= 3) && !(grouped && parts.size() >= 4)) return info;
  info.is_resource = true;
  if (grouped) info.group = parts[1];
  info.version = parts[grouped ? 2 : 1];
  parts.erase(parts.begin(), parts.begin() + (grouped ? 3 : 2));

  if (parts.front() == "watch" || parts.front() == "proxy") {
    if (parts.size() < 2) {
      info.error = "unable to determine kind and namespace from url, " + url.path;
      return info;
    }
    info.verb = parts.front();
    info.legacy_watch = info.verb == "watch";
    parts.erase(parts.begin());
  } else {
    info.verb = verb_of(method);
  }
  take_namespace(info, parts);
  info.resource = parts[0];
  if (parts.size() >= 2) info.name = parts[1];
  if (parts.size() >= 3 && info.verb != "proxy") info.subresource = parts[2];
  info.parts = std::move(parts);

  if (info.name.empty() && info.verb == "get") {
    info.verb = is_set(url.query, "watch") ? "watch" : "list";
    if (auto const* selector = url.query.find("fieldSelector")) info.name = selected_name(*selector).value_or("");
  }
  if (info.name.empty() && info.verb == "delete") info.verb = "deletecollection";
  return info;
}

}  // namespace fakeapi::http
