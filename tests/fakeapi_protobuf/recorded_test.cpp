// Objects in protobuf as a real kube-apiserver 1.20.2 shows them and as kubectl 1.33 sends them, each with its JSON.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>

#include "fakeapi/protobuf/protobuf.hpp"
#include "fakeapi/types/codec.hpp"
#include "fakeapi/types/scalars.hpp"

namespace fakeapi::protobuf {
namespace {

namespace json = boost::json;

json::array load(std::string const& name) {
  std::ifstream file(SOURCE_FOLDER "/tests/data/fakeapi/" + name);
  json::parse_options options;
  options.max_depth = 100;
  return json::parse(std::string(std::istreambuf_iterator<char>(file), {}), {}, options).as_array();
}

/// What the server's core makes of it.
json::value canonical(json::value value) {
  json::object& object = value.as_object();
  std::string const api_version(object.at("apiVersion").as_string());
  auto const slash = api_version.find('/');
  std::string const group = slash == std::string::npos ? "" : api_version.substr(0, slash);
  std::string const version = slash == std::string::npos ? api_version : api_version.substr(slash + 1);
  auto const* type = types::find_kind(group, version, std::string(object.at("kind").as_string()));
  EXPECT_NE(type, nullptr) << api_version;
  types::Decoding decoding;
  decoding.modern = true;
  auto const error = types::canonicalize(*type, value, decoding);
  EXPECT_FALSE(error) << types::to_text(*error);
  return value;
}

void compare(std::string const& name, std::size_t least) {
  std::size_t compared = 0;
  for (auto const& recorded : load(name)) {
    auto const decoded = decode(types::from_base64(recorded.at("proto").as_string()));
    ASSERT_TRUE(decoded) << recorded.at("path") << ": " << decoded.error();
    EXPECT_EQ(canonical(*decoded), canonical(recorded.at("json"))) << recorded.at("path");
    ++compared;
  }
  EXPECT_GE(compared, least);
}

TEST(RecordedProtobuf, of_the_real_server_is_the_same_object_as_its_JSON) { compare("protobuf-1.20.json", 24); }

TEST(RecordedProtobuf, of_kubectl_is_the_object_that_its_dry_run_shows) { compare("protobuf-kubectl-1.33.json", 14); }

TEST(RecordedProtobuf, cut_off_anywhere_gives_an_error_or_an_object_but_nothing_worse) {
  for (auto const* name : {"protobuf-1.20.json", "protobuf-kubectl-1.33.json"}) {
    for (auto const& recorded : load(name)) {
      auto const body = types::from_base64(recorded.at("proto").as_string());
      for (std::size_t length = 0; length < body.size(); ++length) {
        auto const decoded = decode(std::string_view(body).substr(0, length));
        if (!decoded) EXPECT_NE(decoded.error(), "");
      }
    }
  }
}

TEST(RecordedProtobuf, with_any_byte_changed_gives_an_error_or_an_object_but_nothing_worse) {
  for (auto const& recorded : load("protobuf-kubectl-1.33.json")) {
    auto const body = types::from_base64(recorded.at("proto").as_string());
    for (std::size_t at = 4; at < body.size(); ++at) {
      for (int const change : {1, 2, 4, 7, 0x80, 0xff}) {
        std::string changed = body;
        changed[at] = static_cast<char>(changed[at] ^ change);
        auto const decoded = decode(changed);
        if (!decoded) EXPECT_NE(decoded.error(), "");
      }
    }
  }
}

}  // namespace
}  // namespace fakeapi::protobuf
