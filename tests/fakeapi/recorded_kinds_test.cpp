// New objects of every built-in kind, each with one thing changed, against what a server of 1.20.2 answered (dry runs).
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>

#include "operator/api/object.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

namespace json = boost::json;

std::string read_file(std::string const& name) {
  std::ifstream file(std::string(SOURCE_FOLDER) + "/tests/data/kinds/" + name);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Sets, or takes out, what is at a path ("spec.containers.[0].image").
void change(json::value& object, std::string_view path, json::value const* value) {
  json::value* at = &object;
  for (;;) {
    auto const dot = path.find('.');
    auto const step = path.substr(0, dot);
    bool const last = dot == std::string_view::npos;
    if (step.starts_with('[')) {
      at = &at->get_array().at(static_cast<std::size_t>(step[1] - '0'));
    } else {
      auto& members = at->get_object();
      if (last && value == nullptr) {
        members.erase(step);
        return;
      }
      at = &members[step];
      if (!last && at->is_null()) at->emplace_object();
    }
    if (last) break;
    path.remove_prefix(dot + 1);
  }
  *at = *value;
}

// What a server gives out as it likes.
void mask_given_out(json::value& object) {
  auto& metadata = object.at("metadata").get_object();
  for (char const* const name : {"uid", "resourceVersion", "creationTimestamp"}) metadata.erase(name);
  auto* spec = object.get_object().if_contains("spec");
  if (spec == nullptr || !spec->is_object()) return;
  if (spec->get_object().contains("healthCheckNodePort")) spec->get_object()["healthCheckNodePort"] = 30000;
  auto* ports = spec->get_object().if_contains("ports");
  if (ports == nullptr || !ports->is_array()) return;
  for (auto& port : ports->get_array()) {
    if (port.is_object() && port.get_object().contains("nodePort")) port.get_object()["nodePort"] = 30000;
  }
}

std::string text_at(json::value const& record, std::string_view key) {
  return std::string(api::find_string(&record, {key}).value_or(""));
}

// The place in the text is not compared: it depends on how the body was written.
std::string without_place(std::string text) {
  auto const place = text.find(", error found in #");
  return place == std::string::npos ? text : text.substr(0, place);
}

void expect_answer(Result<api::ObjectPtr> const& answer, json::value const& record, std::string const& what) {
  if (auto const* object = api::find_path(&record, {"object"})) {
    ASSERT_TRUE(answer.has_value()) << what << "\n" << answer.error().message;
    auto found = api::object_to_json(**answer);
    auto expected = *object;
    mask_given_out(found);
    mask_given_out(expected);
    EXPECT_EQ(found, expected) << what;
    return;
  }
  ASSERT_FALSE(answer.has_value()) << what;
  auto const& error = answer.error();
  EXPECT_EQ(error.code, record.at("code").get_int64()) << what << "\n" << error.message;
  EXPECT_EQ(error.kind, text_at(record, "kind")) << what;
  EXPECT_EQ(error.group, text_at(record, "group")) << what;
  json::array causes;
  for (auto const& cause : error.causes) causes.emplace_back(cause.field + ": " + cause.message);
  auto const* expected = api::find_path(&record, {"causes"});
  EXPECT_EQ(causes, expected != nullptr ? expected->get_array() : json::array()) << what;
  if (expected == nullptr) EXPECT_EQ(without_place(error.message), without_place(text_at(record, "message"))) << what;
}

TEST(RecordedKinds, AnswerAsTheRealServerDid) {
  auto const bases = json::parse(read_file("bases.json"));
  std::ifstream lines(std::string(SOURCE_FOLDER) + "/tests/data/kinds/creates.jsonl");
  Scene scene{""};
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    auto const record = json::parse(line);
    auto const& base = bases.at(text_at(record, "base"));
    auto body = base.at("object");
    change(body, text_at(record, "at"), api::find_path(&record, {"value"}));
    std::string const what = text_at(record, "base") + " " + text_at(record, "at") + " " +
                             json::serialize(api::find_path(&record, {"value"}) != nullptr ? record.at("value") : "-");
    auto read = api::object_from_json(body);
    ASSERT_TRUE(read.has_value()) << what << ": " << read.error();
    api::Request request;
    request.verb = api::Verb::create;
    auto const& resource = base.at("resource").get_array();
    request.resource = {resource[0].as_string().c_str(), resource[1].as_string().c_str(),
                        resource[2].as_string().c_str()};
    if (!base.at("cluster").get_bool()) request.key.namespace_ = "default";
    request.body = std::make_shared<api::Object const>(*std::move(read));
    api::WriteOptions options;
    options.dry_run = true;
    request.options = options;
    auto answer = scene.call(request);
    if (answer) {
      expect_answer(std::get<api::ObjectPtr>(*answer), record, what);
    } else {
      expect_answer(std::unexpected(answer.error()), record, what);
    }
    ++count;
  }
  EXPECT_GE(count, 500);
}

}  // namespace
}  // namespace fakeapi::testing
