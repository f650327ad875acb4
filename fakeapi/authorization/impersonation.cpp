#include "fakeapi/authorization/impersonation.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "fakeapi/authorization/answers.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi::authorization {
namespace {

constexpr std::string_view extra_prefix = "impersonate-extra-";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Decodes %XX; a text in which one is broken stays as it is.
std::string unescaped(std::string const& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    bool const complete = i + 2 < text.size();
    int const high = complete ? hexadecimal(text[i + 1]) : -1;
    int const low = complete ? hexadecimal(text[i + 2]) : -1;
    if (high < 0 || low < 0) return text;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// What the headers ask for.
struct Wish {
  std::string user;
  std::string uid;
  std::vector<std::string> groups;
  std::vector<std::pair<std::string, std::string>> extra;

  bool empty() const { return user.empty() && uid.empty() && groups.empty() && extra.empty(); }
};

Wish read(seams::HttpHeaders const& headers) {
  Wish wish;
  wish.user = headers.get("Impersonate-User");
  wish.uid = headers.get("Impersonate-Uid");
  for (auto const& [name, value] : headers) {
    auto const word = lower(name);
    if (word == "impersonate-group") wish.groups.push_back(value);
    if (word.starts_with(extra_prefix)) wish.extra.emplace_back(unescaped(word.substr(extra_prefix.size())), value);
  }
  return wish;
}

Attributes impersonating(std::string group, std::string resource, std::string name) {
  Attributes attributes;
  attributes.verb = "impersonate";
  attributes.group = std::move(group);
  attributes.version = attributes.group.empty() ? "" : "v1";
  attributes.resource = std::move(resource);
  attributes.name = std::move(name);
  return attributes;
}

// Each thing that one has to be allowed to be.
std::vector<Attributes> demands(Wish const& wish, std::pair<std::string, std::string> const& account) {
  std::vector<Attributes> made;
  if (account.second.empty()) {
    made.push_back(impersonating("", "users", wish.user));
  } else {
    made.push_back(impersonating("", "serviceaccounts", account.second));
    made.back().namespace_ = account.first;
  }
  for (auto const& group : wish.groups) made.push_back(impersonating("", "groups", group));
  for (auto const& [key, value] : wish.extra) {
    made.push_back(impersonating("authentication.k8s.io", "userextras", value));
    made.back().subresource = key;
  }
  if (!wish.uid.empty()) made.push_back(impersonating("authentication.k8s.io", "uids", wish.uid));
  return made;
}

// The groups that come by themselves.
void complete_groups(User& user) {
  bool const settled =
      in_group(user, unauthenticated_group) || (user.name != anonymous_user && in_group(user, authenticated_group));
  if (!settled) user.groups.emplace_back(user.name == anonymous_user ? unauthenticated_group : authenticated_group);
}

// Go's ObjectReferences, printed.
std::string printed(Wish const& wish) {
  std::string text;
  for (auto const& group : wish.groups) text.append(text.empty() ? "" : " ").append("{Group  " + group + "    }");
  for (auto const& [key, value] : wish.extra) {
    text.append(text.empty() ? "" : " ");
    text.append("{UserExtra  " + value + "  authentication.k8s.io/v1  " + key + "}");
  }
  return "[" + text + "]";
}

}  // namespace

std::expected<std::optional<User>, api::Error> impersonated(User const& user, seams::HttpHeaders const& headers,
                                                            Authorizer const& authorizer) {
  Wish const wish = read(headers);
  if (wish.empty()) return std::nullopt;
  if (wish.user.empty()) {
    return std::unexpected(status::plain_error("requested " + printed(wish) + " without impersonating a user"));
  }
  auto const account = split_service_account(wish.user);
  for (auto const& attributes : demands(wish, account)) {
    auto const decision = authorizer(user, attributes);
    if (!decision.allowed) return std::unexpected(forbidden(user, attributes, decision.reason));
  }
  User other;
  if (!account.second.empty() && wish.groups.empty()) other = service_account(account.first, account.second);
  other.name = wish.user;
  other.uid = wish.uid;
  if (!wish.groups.empty()) other.groups = wish.groups;
  for (auto const& [key, value] : wish.extra) other.extra[key].push_back(value);
  complete_groups(other);
  return other;
}

}  // namespace fakeapi::authorization
