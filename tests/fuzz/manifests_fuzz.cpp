// Manifests of people, YAML or JSON: read, written as JSON and as YAML, and read again; applied to a server.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakeapi/face/http/body.hpp"
#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/face/http/json_text.hpp"
#include "fakeapi/face/http/yaml_text.hpp"
#include "fakeapi/manifests/apply.hpp"
#include "fakeapi/types/go_decoder.hpp"
#include "operator/manifest/manifest.hpp"
#include "tests/fuzz/cluster.hpp"
#include "tests/fuzz/parts.hpp"
#include "tests/fuzz/require.hpp"

namespace {

namespace json = boost::json;
namespace http = fakeapi::http;

constexpr seams::WallTime now{std::chrono::seconds(1795454649)};

bool same(std::expected<json::value, std::string> const& read, json::value const& value) {
  return read && fuzz::alike(*read, value);
}

/// A value through our writers of text and back.
void check_texts(json::value const& value) {
  std::string compact;
  http::append_json(compact, value, http::MemberOrder::as_is);
  auto const read = http::parse_json(compact);
  fuzz::require(same(read, value), "JSON that is written reads as it was");
  auto const indented = http::parse_json(http::indent_json(compact));
  fuzz::require(same(indented, value), "JSON that is indented reads as it was");
  std::string sorted;
  http::append_json(sorted, value, http::MemberOrder::by_name);
  auto const from_sorted = http::parse_json(sorted);
  fuzz::require(same(from_sorted, value), "JSON in order reads as it was");
  (void)http::duplicate_keys(compact);
  auto const yaml = http::to_yaml(value);
  auto const from_yaml = http::decode_body(yaml, http::MediaType::yaml);
  // A float from 2^63 on is written as Go writes it, as an integer, which manifests are not to hold.
  bool const too_large = !from_yaml && from_yaml.error().contains("does not fit in 64 bits");
  fuzz::require(too_large || same(from_yaml, value), "YAML that is written reads as it was");
}

void check_json(std::string_view text) {
  auto const value = http::parse_json(text);
  json::parse_options options;
  options.max_depth = http::max_json_depth;
  json::error_code error;
  auto const other = json::parse(text, error, {}, options);
  if (!value) {
    fuzz::require(!value.error().empty(), "what is no JSON is told why");
    return;
  }
  if (!error) fuzz::require(*value == other, "JSON is read as others read it");
  (void)http::duplicate_keys(text);
  (void)fakeapi::types::go_decode_error(*fakeapi::types::find_kind("apps", "v1", "Deployment"), text);
  (void)fakeapi::types::go_decode_error(*fakeapi::types::find_kind("", "v1", "Pod"), text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = fuzz::as_text(data, size);
  check_json(text);
  if (auto const body = http::decode_body(text, http::MediaType::yaml)) check_texts(*body);
  auto const read = manifest::parse(text, "f");
  if (!read) {
    fuzz::require(read.error().line >= 0 && !read.error().message.empty(), "a mistake has a line and a text");
    return 0;
  }
  fuzz::require(!read->empty(), "a manifest has an object");
  std::string as_json;
  for (auto const& one : *read) {
    fuzz::require(one.line > 0, "an object has a line");
    as_json += json::serialize(api::object_to_json(one.object)) + "\n";
  }
  auto const again = manifest::parse(as_json, "f");
  if (!again) std::fprintf(stderr, "%s\n%s\n", as_json.c_str(), again.error().to_string().c_str());
  fuzz::require(again && again->size() == read->size(), "objects that are written as JSON are read again");
  for (std::size_t i = 0; i < read->size(); ++i) {
    fuzz::require(fuzz::alike(api::object_to_json((*read)[i].object), api::object_to_json((*again)[i].object)),
                  "an object is read as it was written");
  }
  (void)fakeapi::manifests::rehearse(*read, now, fuzz::server_options(fakeapi::Profile::v1_20));
  return 0;
}
