#include "fakeapi/face/http/url.hpp"

#include <algorithm>

namespace fakeapi::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> unescape(std::string_view text, bool plus_is_space) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char const c = text[at];
    if (c == '%') {
      if (at + 2 >= text.size()) return std::nullopt;
      int const high = hex_digit(text[at + 1]);
      int const low = hex_digit(text[at + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      made.push_back(static_cast<char>(high * 16 + low));
      at += 2;
    } else {
      made.push_back(plus_is_space && c == '+' ? ' ' : c);
    }
  }
  return made;
}

Query parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    auto const end = std::min(text.find('&'), text.size());
    auto const pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty() || pair.contains(';')) continue;
    auto const equals = std::min(pair.find('='), pair.size());
    auto name = unescape(pair.substr(0, equals), true);
    auto value = unescape(pair.substr(std::min(equals + 1, pair.size())), true);
    if (name && value) query.add(*std::move(name), *std::move(value));
  }
  return query;
}

}  // namespace

std::string const* Query::find(std::string_view name) const {
  auto const found = std::ranges::find(pairs_, name, &Pair::first);
  return found == pairs_.end() ? nullptr : &found->second;
}

std::string_view Query::get(std::string_view name) const {
  auto const* found = find(name);
  return found == nullptr ? std::string_view() : std::string_view(*found);
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> found;
  for (auto const& [own, value] : pairs_) {
    if (own == name) found.push_back(value);
  }
  return found;
}

std::optional<Url> parse_url(std::string_view target) {
  // The absolute form that proxies send.
  for (std::string_view const scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
  }
  auto const question = std::min(target.find('?'), target.size());
  auto path = unescape(target.substr(0, question), false);
  if (!path || path->contains('\0')) return std::nullopt;
  if (path->empty()) *path = "/";
  Url url;
  url.path = *std::move(path);
  url.query = parse_query(target.substr(std::min(question + 1, target.size())));
  return url;
}

}  // namespace fakeapi::http
