#include "fakeapi/semantics/continue_token.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "operator/api/object.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view version = "meta.k8s.io/v1";

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (char const c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    held += 8;
    for (; held >= 6; held -= 6) text += alphabet[(bits >> (held - 6)) & 63];
  }
  if (held > 0) text += alphabet[(bits << (6 - held)) & 63];
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (char const c : text) {
    auto const value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>((bits >> held) & 255);
  }
  return bytes;
}

std::unexpected<std::string> invalid(std::string_view why) {
  return std::unexpected("continue key is not valid: " + std::string(why));
}

// A start that would leave the list's own keys ("..") is somebody's attack.
bool climbs(std::string_view path) {
  for (;;) {
    auto const slash = path.find('/');
    auto const step = path.substr(0, slash);
    if (step == "." || step == ".." || step.empty()) return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string encode_continue(ContinueToken const& token, std::string_view namespace_) {
  std::string start = namespace_.empty() && !token.from.namespace_.empty() ? token.from.namespace_ + "/" : "";
  start += token.from.name;
  json::object content;
  content["v"] = version;
  content["rv"] = token.revision;
  content["start"] = start;
  return to_base64(json::serialize(content));
}

std::expected<ContinueToken, std::string> decode_continue(std::string_view text, std::string_view namespace_) {
  auto const bytes = from_base64(text);
  if (!bytes) return invalid("illegal base64 data");
  json::error_code failed;
  json::value const content = json::parse(*bytes, failed);
  if (failed) return invalid("the token is no JSON");
  auto const written_version = api::find_string(&content, {"v"});
  if (written_version != version) {
    return invalid("server does not recognize this encoded version \"" + std::string(written_version.value_or("")) +
                   "\"");
  }
  auto const revision = api::find_integer(&content, {"rv"}).value_or(0);
  if (revision == 0) {
    return invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  std::string_view start = api::find_string(&content, {"start"}).value_or("");
  if (start.empty()) return invalid("encoded start key empty (version meta.k8s.io/v1)");
  if (start.starts_with('/')) start.remove_prefix(1);
  if (climbs(start)) return invalid(start);

  ContinueToken token;
  token.revision = revision;
  if (!namespace_.empty()) {
    token.from = {std::string(namespace_), std::string(start)};
  } else if (auto const slash = start.find('/'); slash != std::string_view::npos) {
    token.from = {std::string(start.substr(0, slash)), std::string(start.substr(slash + 1))};
  } else {
    token.from = {"", std::string(start)};
  }
  return token;
}

}  // namespace fakeapi
