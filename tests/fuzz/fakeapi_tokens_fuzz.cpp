// The small texts of a request: continue tokens, bearer tokens and their table, the query, Accept and Content-Type,
// DeleteOptions.
//
// An input is a target, an Authorization, an Accept, a table of tokens, a continue token and a body.
#include <cstdint>
#include <string>
#include <string_view>

#include "fakeapi/authorization/tokens.hpp"
#include "fakeapi/face/http/accept.hpp"
#include "fakeapi/face/http/body.hpp"
#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/face/http/parameters.hpp"
#include "fakeapi/face/http/request_info.hpp"
#include "fakeapi/face/http/url.hpp"
#include "fakeapi/semantics/continue_token.hpp"
#include "operator/client/http_message.hpp"
#include "tests/fuzz/parts.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using namespace fakeapi::http;

template <class T>
bool is_refused(Parsed<T> const& parsed) {
  if (parsed) return false;
  auto const& error = parsed.error();
  fuzz::require(error.code == 400 || error.code == 422 || error.code == 500, "bad parameters are a 400, 422 or 500");
  fuzz::require(!error.message.empty(), "bad parameters are told");
  return true;
}

void check_query(Query const& query, fakeapi::Profile profile) {
  (void)is_refused(get_options(query));
  if (auto const list = list_options(query, profile); !is_refused(list)) {
    fuzz::require(list->limit >= 0, "a limit is not negative");
  }
  if (auto const watch = watch_options(query, profile); !is_refused(watch)) {
    fuzz::require(watch->timeout >= std::chrono::seconds(0), "a timeout is not negative");
  }
  for (auto const write : {Write::create, Write::update, Write::patch, Write::apply}) {
    if (auto const options = write_options(query, write, profile); !is_refused(options)) {
      fuzz::require(options->field_manager.size() <= std::size_t{3} * 128, "a manager's name has its length");
      fuzz::require(write != Write::apply || !options->field_manager.empty(), "who applies has a name");
    }
  }
  (void)is_refused(delete_options(query));
}

void check_target(std::string_view target) {
  auto const url = parse_url(target);
  if (!url) return;
  for (auto const* method : {"GET", "POST", "DELETE", "PATCH"}) {
    auto const info = resolve(method, *url);
    fuzz::require(!info.verb.empty(), "a request has a verb");
  }
  for (auto const profile : {fakeapi::Profile::v1_20, fakeapi::Profile::modern}) check_query(url->query, profile);
  // Written again with every sign escaped it is the same.
  std::string again;
  client::append_escaped(again, url->path);
  char const* separator = "?";
  for (auto const* name : {"labelSelector", "continue", "fieldManager"}) {
    if (!url->query.has(name)) continue;
    again.append(separator).append(name).append("=");
    client::append_escaped(again, url->query.get(name));
    separator = "&";
  }
  auto const same = parse_url(again);
  fuzz::require(same && same->path == url->path, "a path that is escaped is the same path");
  for (auto const* name : {"labelSelector", "continue", "fieldManager"}) {
    fuzz::require(same->query.get(name) == url->query.get(name), "a parameter that is escaped is the same");
  }
}

void check_continue(std::string_view text) {
  for (std::string_view const namespace_ : {"", "default"}) {
    auto const token = fakeapi::decode_continue(text, namespace_);
    if (!token) {
      fuzz::require(!token.error().empty(), "a bad token is told");
      continue;
    }
    fuzz::require(!token->from.name.contains("/../"), "a token leads nowhere else");
    auto const again = fakeapi::decode_continue(fakeapi::encode_continue(*token, namespace_), namespace_);
    fuzz::require(again && again->revision == token->revision && again->from == token->from,
                  "a token is read as it is written");
  }
}

void check_bearer(std::string_view authorization, std::string_view table) {
  auto const token = fakeapi::authorization::bearer_token(authorization);
  fuzz::require(!token.contains(' '), "a bearer token is one word");
  auto const tokens = fakeapi::authorization::TokenTable::parse(table);
  if (!tokens) return;
  auto const user = tokens->find(token);
  if (!user) return;
  fuzz::require(!user->name.empty(), "a user has a name");
  fuzz::require(table.contains(token), "nobody is let in whose token is not in the table");
}

void check_accept(std::string_view accept, Query const& query) {
  seams::HttpHeaders headers;
  headers.add("Accept", std::string(accept));
  for (bool const built_in : {false, true}) {
    auto const form = negotiate(headers, query, built_in);
    if (!form) fuzz::require(form.error().code == 406 || form.error().code == 400, "a form that is not had is a 406");
    (void)patch_type(accept, built_in);
  }
  (void)negotiate_error(headers, query);
  (void)accepts_gzip(headers);
  (void)media_type(accept);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto parts = fuzz::parts(fuzz::as_text(data, size), 6);
  parts.resize(6);
  check_target(parts[0]);
  check_bearer(parts[1], parts[3]);
  auto const url = parse_url(parts[0]);
  check_accept(parts[2], url ? url->query : Query());
  check_continue(parts[4]);
  if (auto const body = parse_json(parts[5])) (void)is_refused(delete_options(*body));
  return 0;
}
