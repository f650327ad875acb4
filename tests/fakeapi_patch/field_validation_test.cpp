// fieldValidation: strict, warn, ignore; servers of 1.20 know none of them.
#include "fakeapi/semantics/field_validation.hpp"

#include <gtest/gtest.h>

#include "tests/fakeapi_patch/writers.hpp"

namespace fakeapi::testing {
namespace {

using api::FieldValidation;
using api::Reason;
using Strings = std::vector<std::string>;

class Validation : public ::testing::Test {
 protected:
  explicit Validation(Profile profile = Profile::modern) : writers(demo_definition(), profile) {}

  Result<api::ObjectPtr> call(api::Request request, FieldValidation validation) {
    api::WriteOptions write;
    write.field_manager = "m";
    write.field_validation = validation;
    request.options = std::move(write);
    report = {};
    RequestContext context;
    context.report = &report;
    context.duplicate_fields = &duplicates;
    auto answer = writers.server.execute(request, context);
    if (!answer) return std::unexpected(std::move(answer.error()));
    return std::get<api::ObjectPtr>(*answer);
  }
  Result<api::ObjectPtr> create(std::string_view text, FieldValidation validation,
                                api::Resource const& resource = demos) {
    api::Request request;
    request.verb = api::Verb::create;
    request.resource = resource;
    request.key.namespace_ = "default";
    request.body = shared(object(text));
    return call(std::move(request), validation);
  }
  Result<api::ObjectPtr> patch(api::Patch patch, FieldValidation validation) {
    api::Request request;
    request.verb = api::Verb::patch;
    request.resource = demos;
    request.key = {"default", "a"};
    request.body = std::move(patch);
    return call(std::move(request), validation);
  }

  Writers writers;
  Report report;
  Strings duplicates;
};
class Validation120 : public Validation {
 protected:
  Validation120() : Validation(Profile::v1_20) {}
};

constexpr std::string_view sloppy =
    R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a","foo":1},
  "spec":{"text":"hi","zoo":1,"bar":{"x":1},"items":[{"name":"n","q":1}],"raw":{"any":{"thing":1}}},"top":1})";

TEST_F(Validation, ThatIsStrictNamesEveryUnknownAndDuplicateField) {
  duplicates = {"spec.text"};
  expect_error(create(sloppy, FieldValidation::strict), 400, Reason::bad_request,
               "Echo in version \"v1\" cannot be handled as a Echo: strict decoding error: duplicate field "
               "\"spec.text\", unknown field \"metadata.foo\", unknown field \"spec.bar\", unknown field "
               "\"spec.items[0].q\", unknown field \"spec.zoo\", unknown field \"top\"");
  EXPECT_EQ(writers.server.find(demos, {"default", "a"}), nullptr);
}

TEST_F(Validation, WarnsWhereNothingElseWasAskedFor) {
  Strings const warnings{"unknown field \"metadata.foo\"", "unknown field \"spec.bar\"",
                         "unknown field \"spec.items[0].q\"", "unknown field \"spec.zoo\"", "unknown field \"top\""};
  ASSERT_TRUE(create(sloppy, FieldValidation::unset));
  EXPECT_EQ(report.warnings, warnings);
}

TEST_F(Validation, CanBeIgnored) {
  duplicates = {"spec.text"};
  ASSERT_TRUE(create(sloppy, FieldValidation::ignore));
  EXPECT_EQ(report.warnings, Strings());
}

TEST_F(Validation120, IsNotKnown) {
  duplicates = {"spec.text"};
  ASSERT_TRUE(create(sloppy, FieldValidation::strict));
  EXPECT_EQ(report.warnings, Strings());
}

TEST_F(Validation, KnowsTheFieldsOfBuiltInKinds) {
  auto const text = R"({"metadata":{"name":"d"},"spec":{"replicaz":1,"selector":{"matchLabels":{"app":"x"}},
      "template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i",
        "env":[{"name":"A","valu":"x"}],"resources":{"limits":{"cpu":"1"}}}],"x":1}}},"extra":{}})";
  expect_error(create(text, FieldValidation::strict, api::deployments), 400, Reason::bad_request,
               "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field "
               "\"spec.replicaz\", unknown field \"spec.template.spec.containers[0].env[0].valu\", unknown field "
               "\"spec.template.spec.x\", unknown field \"extra\"");
}

TEST_F(Validation, OfAPatchIsOfWhatItMakes) {
  ASSERT_TRUE(
      create(R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},"spec":{"text":"hi"}})",
             FieldValidation::strict));
  auto const refused = patch(merge(R"({"spec":{"foo":1}})"), FieldValidation::strict);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 422);
  EXPECT_TRUE(refused.error().message.ends_with("strict decoding error: unknown field \"spec.foo\""))
      << refused.error().message;
  ASSERT_TRUE(patch(merge(R"({"spec":{"foo":1}})"), FieldValidation::warn));
  EXPECT_EQ(report.warnings, Strings{"unknown field \"spec.foo\""});
}

TEST_F(Validation, OfAnApplyFindsDuplicatesAndLeavesTheRestToTheTypes) {
  auto const apply = [&](std::string_view spec) {
    return patch(api::ApplyPatch{api::share(json(R"({"apiVersion":"demo.example.com/v1","kind":"Echo",
                     "metadata":{"name":"a"},"spec":)" +
                                                 std::string(spec) + "}")),
                                 false},
                 FieldValidation::strict);
  };
  EXPECT_EQ(apply(R"({"text":"hi","foo":1})").error().message,
            "failed to create typed patch object: .spec.foo: field not declared in schema");
  duplicates = {"spec.text"};
  expect_error(apply(R"({"text":"hi"})"), 400, Reason::bad_request,
               "error strict decoding YAML: strict decoding error: duplicate field \"spec.text\"");
}

TEST_F(Validation, ReportsNoMoreThanAHundredFields) {
  std::string text = R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},"spec":{"text":"hi")";
  for (int i = 0; i < 200; ++i) text += ",\"f" + std::to_string(i) + "\":1";
  ASSERT_TRUE(create(text + "}}", FieldValidation::warn));
  EXPECT_EQ(report.warnings.size(), 100U);
}

}  // namespace
}  // namespace fakeapi::testing
