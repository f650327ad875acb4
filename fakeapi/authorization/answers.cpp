#include "fakeapi/authorization/answers.hpp"

#include <algorithm>

#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi::authorization {
namespace {

constexpr std::string_view service_account_prefix = "system:serviceaccount:";
constexpr std::string_view service_accounts_group = "system:serviceaccounts";

// Nothing that looks like markup; quotes are no danger.
std::string sanitized(std::string_view text) {
  std::string out;
  for (char const c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string what_cannot_be_done(User const& user, Attributes const& attributes) {
  std::string text = "User " + go_value::text(user.name) + " cannot " + attributes.verb;
  if (!attributes.is_resource) return text + " path " + go_value::text(attributes.path);
  std::string resource = attributes.resource;
  if (!attributes.subresource.empty()) resource += "/" + attributes.subresource;
  text += " resource " + go_value::text(resource) + " in API group " + go_value::text(attributes.group);
  if (attributes.namespace_.empty()) return text + " at the cluster scope";
  return text + " in the namespace " + go_value::text(attributes.namespace_);
}

}  // namespace

bool in_group(User const& user, std::string_view group) {
  return std::ranges::find(user.groups, group) != user.groups.end();
}

User anonymous() {
  User user;
  user.name = anonymous_user;
  user.groups.emplace_back(unauthenticated_group);
  return user;
}

User service_account(std::string_view namespace_, std::string_view name) {
  User user;
  user.name = std::string(service_account_prefix) + std::string(namespace_) + ":" + std::string(name);
  std::string const all(service_accounts_group);
  user.groups = {all, all + ":" + std::string(namespace_)};
  return user;
}

User authenticated(User user) {
  if (user.name != anonymous_user && !in_group(user, authenticated_group) && !in_group(user, unauthenticated_group)) {
    user.groups.emplace_back(authenticated_group);
  }
  return user;
}

std::pair<std::string, std::string> split_service_account(std::string_view user_name) {
  if (!user_name.starts_with(service_account_prefix)) return {};
  auto const rest = user_name.substr(service_account_prefix.size());
  auto const colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == rest.size()) return {};
  auto const name = rest.substr(colon + 1);
  if (name.contains(':')) return {};
  return {std::string(rest.substr(0, colon)), std::string(name)};
}

api::Error forbidden(User const& user, Attributes const& attributes, std::string_view reason) {
  api::Error error;
  error.reason = api::Reason::forbidden;
  error.code = 403;
  std::string resource = attributes.resource;
  if (!attributes.group.empty()) resource += "." + attributes.group;
  if (!attributes.name.empty()) resource += " " + go_value::text(attributes.name);
  error.message = attributes.is_resource ? resource + " is forbidden: " : "forbidden: ";
  error.message += sanitized(what_cannot_be_done(user, attributes));
  if (!reason.empty()) error.message.append(": ").append(reason);
  if (!attributes.is_resource) return error;
  error.name = attributes.name;
  error.group = attributes.group;
  error.kind = attributes.resource;
  return error;
}

api::Error unauthorized() {
  api::Error error;
  error.reason = api::Reason::unauthorized;
  error.code = 401;
  error.message = "Unauthorized";
  return error;
}

}  // namespace fakeapi::authorization
