// Definitions and custom resources as a kube-apiserver 1.20.2 answered them: tests/data/fakeapi, one case a line. The
// order in which a real server tells several faults is that of chance, so they are compared sorted.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using Texts = std::vector<std::string>;

boost::json::value recorded(std::string const& name) {
  std::ifstream file(SOURCE_FOLDER "/tests/data/fakeapi/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  boost::json::parse_options options;
  options.max_depth = 64;
  return boost::json::parse(text.str(), {}, options);
}

Texts sorted_causes(api::Error const& error) {
  Texts texts;
  for (auto const& cause : error.causes) texts.push_back(cause.field + ": " + cause.message);
  std::ranges::sort(texts);
  return texts;
}

Texts texts_of(boost::json::value const& list) {
  Texts texts;
  for (auto const& entry : list.as_array()) texts.emplace_back(std::string_view(entry.as_string()));
  std::ranges::sort(texts);
  return texts;
}

api::Object definition_with(boost::json::value const& schema) {
  api::Object made = object(tutorial_definition());
  boost::json::value spec(*made.spec);
  spec.at("versions").as_array()[0].at("schema").as_object()["openAPIV3Schema"] = schema;
  made.spec = api::share(std::move(spec));
  return made;
}

TEST(RecordedDefinitions, are_taken_or_refused_for_the_same_reasons) {
  auto const cases = recorded("definition-schemas.json");
  ASSERT_GE(cases.as_array().size(), 90U);
  for (auto const& entry : cases.as_array()) {
    Scene scene("");
    auto const created = scene.create(api::custom_resource_definitions, definition_with(entry.at("schema")));
    Texts const found = created ? Texts() : sorted_causes(created.error());
    EXPECT_EQ(found, texts_of(entry.at("causes"))) << entry;
  }
}

// 1.0 is shown as 1.
bool alike(boost::json::value const& a, boost::json::value const& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  if (a.is_object() && b.is_object()) {
    auto const& left = a.get_object();
    auto const& right = b.get_object();
    return left.size() == right.size() && std::ranges::all_of(left, [&](auto const& member) {
             auto const* other = right.if_contains(member.key());
             return other != nullptr && alike(member.value(), *other);
           });
  }
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), alike);
  return a == b;
}

TEST(RecordedObjects, are_stored_the_same_or_refused_for_the_same_reasons) {
  auto const groups = recorded("custom-resources.json");
  for (auto const& group : groups.as_array()) {
    Scene scene("");
    auto const definition = scene.create(api::custom_resource_definitions, definition_with(group.at("schema")));
    ASSERT_TRUE(definition) << definition.error().message;
    for (auto const& entry : group.at("cases").as_array()) {
      auto sent = echo("");
      sent.metadata.generate_name = "x-";
      sent.spec = api::share(entry.at("given"));
      auto const created = scene.create(echoes, sent);
      if (auto const* stored = entry.as_object().if_contains("stored")) {
        ASSERT_TRUE(created) << entry << "\n" << created.error().message;
        EXPECT_TRUE(alike(shown(*created, "spec"), *stored)) << entry << "\n" << shown(*created, "spec");
      } else if (auto const* causes = entry.as_object().if_contains("causes")) {
        EXPECT_EQ(created ? Texts{"taken"} : sorted_causes(created.error()), texts_of(*causes)) << entry;
      } else {
        ASSERT_FALSE(created) << entry;
        EXPECT_EQ(created.error().code, entry.at("code").as_int64()) << created.error().message;
      }
    }
  }
}

}  // namespace
}  // namespace fakeapi::testing
