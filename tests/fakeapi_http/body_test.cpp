// What bodies may be, and how a real server of 1.20.2 refused them.
#include "tests/fakeapi_http/fixture.hpp"

namespace fakeapi_http {
namespace {

class BodyTest : public FaceTest {
 protected:
  void SetUp() override { define(); }
  std::shared_ptr<Writer> send_as(std::string const& type, std::string const& body, std::string const& method = "POST",
                                  std::string const& target = echoes) {
    seams::HttpHeaders headers;
    if (!type.empty()) headers.add("Content-Type", type);
    return send({method, target, body, headers});
  }
  void expect(std::shared_ptr<Writer> const& answer, int status, std::string const& message) {
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(json(answer->body).at("message"), boost::json::value(message));
  }
};

std::string const good =
    R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},"spec":{"text":"hi"}})";
std::string const unrecognized = "the object provided is unrecognized (must be of type Echo): ";
std::string const no_kind = "couldn't get version/kind; json parse error: ";
std::string const type_meta =
    R"(struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" })";

TEST_F(BodyTest, without_a_content_type_is_json) {
  EXPECT_EQ(send_as("", good)->status, 201);
  EXPECT_EQ(send_as("application/json; charset=utf-8", good)->status, 409);
}

TEST_F(BodyTest, of_an_unknown_type_is_a_415) {
  expect(send_as("text/plain", good), 415,
         "the body of the request was in an unknown format - accepted media types include: application/json, "
         "application/yaml, application/vnd.kubernetes.protobuf");
}

TEST_F(BodyTest, in_yaml_is_taken) {
  auto const created = send_as(
      "application/yaml", "apiVersion: demo.example.com/v1\nkind: Echo\nmetadata:\n  name: a\nspec:\n  text: hi\n");
  EXPECT_EQ(created->status, 201) << created->body;
  auto const bad = send_as("application/yaml", "a: [");
  EXPECT_EQ(bad->status, 400);
}

TEST_F(BodyTest, in_protobuf_is_taken_where_a_field_table_knows_the_kind) {
  std::string const type = "application/vnd.kubernetes.protobuf";
  // Namespace "team" of v1: typeMeta {v1, Namespace}, raw {metadata {name: "team"}}.
  std::string const body("k8s\0\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x08\x0a\x06\x0a\x04team", 31);
  EXPECT_EQ(send_as(type, body, "POST", "/api/v1/namespaces")->status, 201);
  EXPECT_EQ(get("/api/v1/namespaces/team")->status, 200);
  expect(send_as(type, std::string("k8s\0abc", 7)), 400, unrecognized + "unexpected EOF (6b387300616263)");
}

TEST_F(BodyTest, that_is_no_json_is_refused_in_the_words_of_go) {
  expect(send_as("", "{bad"), 400,
         unrecognized + no_kind + "invalid character 'b' looking for beginning of object key string ({bad)");
  expect(send_as("", ""), 400, unrecognized + no_kind + "unexpected end of JSON input (<empty>)");
  expect(send_as("", "{\"a\" 1}"), 400, unrecognized + no_kind + "invalid character '1' after object key ({\"a\" 1})");
  expect(send_as("", "{\"a\":1 2}"), 400,
         unrecognized + no_kind + "invalid character '2' after object key:value pair ({\"a\":1 2})");
  expect(send_as("", "[1"), 400, unrecognized + no_kind + "unexpected end of JSON input (5b31)");
  expect(send_as("", "[1 2]"), 400, unrecognized + no_kind + "invalid character '2' after array element (5b3120325d)");
  expect(send_as("", "{\"a\":tru}"), 400,
         unrecognized + no_kind + "invalid character '}' in literal true (expecting 'e') ({\"a\":tru})");
  expect(send_as("", "{} x"), 400, unrecognized + no_kind + "invalid character 'x' after top-level value ({} x)");
  expect(send_as("", "{\"a\":\"\\x\"}"), 400,
         unrecognized + no_kind + "invalid character 'x' in string escape code ({\"a\":\"\\x\"})");
  expect(send_as("", "{\"a\":01}"), 400,
         unrecognized + no_kind + "invalid character '1' after object key:value pair ({\"a\":01})");
}

TEST_F(BodyTest, with_a_number_that_is_too_large_is_refused) {
  std::string const long_one = "1" + std::string(400, '0');
  for (std::string const& number :
       {std::string("1e400"), std::string("-1e400"), long_one, std::string("1e30551610551616")}) {
    auto const body = "{\"a\":[" + number + "]}";
    auto const refused = send_as("", body);
    EXPECT_EQ(refused->status, 400);
    EXPECT_NE(refused->body.find("strconv.ParseFloat: parsing \\\"" + number + "\\\": value out of range"),
              std::string::npos)
        << refused->body;
  }
  auto const small = "{" + good.substr(1, good.size() - 3) + R"(,"raw":{"a":1e-400}}})";
  EXPECT_EQ(send_as("", small)->status, 201);
}

TEST_F(BodyTest, that_is_no_object_is_refused) {
  expect(send_as("", "[1]"), 400,
         unrecognized + no_kind + "json: cannot unmarshal array into Go value of type " + type_meta + " (5b315d)");
  expect(send_as("", R"({"kind":1})"), 400,
         unrecognized + no_kind +
             "json: cannot unmarshal number into Go struct field .kind of type string ({\"kind\":1})");
}

TEST_F(BodyTest, without_a_kind_is_refused_for_custom_resources) {
  expect(send_as("", R"({"metadata": {"name": "a"}, "spec": {"text": "hi"}})"), 400,
         R"(Echo in version "v1" cannot be handled as a Echo: unmarshalerDecoder: Object 'Kind' is missing in )"
         R"('{"metadata": {"name": "a"}, "spec": {"text": "hi"}}', error found in #10 byte of ...|t": "hi"}}|..., )"
         R"(bigger context ...|"metadata": {"name": "a"}, "spec": {"text": "hi"}}|...)");
}

TEST_F(BodyTest, of_a_built_in_kind_may_leave_its_type_out) {
  EXPECT_EQ(send_as("", R"({"metadata":{"name":"team"}})", "POST", "/api/v1/namespaces")->status, 201);
}

TEST_F(BodyTest, of_more_than_three_mebibytes_is_a_413) {
  expect(send_as("", std::string(3 * 1024 * 1024 + 1, ' ')), 413, "Request entity too large: limit is 3145728");
  auto const refused = fakeapi::http::refusal(413, "Payload Too Large");
  EXPECT_EQ(json(*refused.body).at("reason"), "RequestEntityTooLarge");
}

TEST_F(BodyTest, may_be_nested_a_hundred_levels_and_more) {
  std::string nested = "1";
  for (int i = 0; i < 300; ++i) nested = "{\"a\":" + nested + "}";
  auto const answer = send_as("", R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},)"
                                  R"("spec":{"text":"hi","raw":)" +
                                      nested + "}}");
  EXPECT_EQ(answer->status, 201) << answer->body.substr(0, 300);
  auto const too_deep = send_as("", std::string(5000, '['));
  EXPECT_EQ(too_deep->status, 400);
}

TEST_F(BodyTest, with_a_resource_version_that_is_no_number_stumbles_on_update_only) {
  std::string const odd =
      R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a","resourceVersion":"abc"},"spec":{"text":"hi"}})";
  EXPECT_EQ(send_as("", odd)->status, 201);
  expect(send_as("", odd, "PUT", echoes + "/a"), 500, R"(strconv.ParseUint: parsing "abc": invalid syntax)");
}

class PatchBodyTest : public BodyTest {
 protected:
  void SetUp() override {
    BodyTest::SetUp();
    ASSERT_EQ(send_as("", good)->status, 201);
  }
  std::shared_ptr<Writer> patch(std::string const& type, std::string const& body, std::string const& name = "a") {
    return send_as(type, body, "PATCH", echoes + "/" + name);
  }
};

TEST_F(PatchBodyTest, of_each_type_is_applied) {
  EXPECT_EQ(json(patch("application/merge-patch+json", R"({"spec":{"text":"x"}})")->body).at("spec").at("text"), "x");
  EXPECT_EQ(json(patch("application/merge-patch+json; charset=utf-8", R"({"spec":{"text":"z"}})")->body)
                .at("spec")
                .at("text"),
            "z");
  EXPECT_EQ(json(patch("application/json-patch+json", R"([{"op":"replace","path":"/spec/text","value":"y"}])")->body)
                .at("spec")
                .at("text"),
            "y");
}

TEST_F(PatchBodyTest, of_another_type_is_a_415) {
  std::string const custom =
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
      "application/merge-patch+json, application/apply-patch+yaml";
  expect(patch("application/json", "{}"), 415, custom);
  expect(patch("application/strategic-merge-patch+json", "{}"), 415, custom);
  auto const built_in = send_as("application/json", "{}", "PATCH", "/api/v1/namespaces/default");
  expect(built_in, 415, "415: Unsupported Media Type");
  EXPECT_TRUE(json(built_in->body).at("details").as_object().empty());
}

TEST_F(PatchBodyTest, that_is_no_json_is_refused_each_type_in_its_way) {
  auto const merge = patch("application/merge-patch+json", "{bad");
  expect(merge, 500, "Invalid JSON Patch");
  EXPECT_FALSE(json(merge->body).as_object().contains("reason"));
  auto const array = patch("application/merge-patch+json", "[1]");
  expect(array, 422,
         " \"\" is invalid: patch: Invalid value: \"[1]\": " + no_kind +
             "json: cannot unmarshal array into Go value of type " + type_meta);
  expect(patch("application/json-patch+json", "{}"), 400,
         "json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  expect(patch("application/json-patch+json", "[{]"), 400,
         "invalid character ']' looking for beginning of object key string");
}

TEST_F(PatchBodyTest, with_an_operation_that_fails_is_a_422_that_says_nothing) {
  std::string const message = "the server rejected our request due to an error in our request";
  for (std::string const operation :
       {R"([{"op":"test","path":"/spec/text","value":"no"}])", R"([{"op":"remove","path":"/spec/nope"}])",
        R"([{"op":"add","path":"/no/such/parent","value":1}])", R"([{"op":"bogus","path":"/spec/text"}])",
        R"([{"op":"add"}])"}) {
    auto const answer = patch("application/json-patch+json", operation);
    expect(answer, 422, message);
    EXPECT_TRUE(json(answer->body).at("details").as_object().empty());
  }
}

TEST_F(PatchBodyTest, of_too_many_operations_is_a_413) {
  std::string many = "[";
  for (int i = 0; i < 10001; ++i) many += std::string(i == 0 ? "" : ",") + R"({"op":"remove","path":"/x"})";
  expect(patch("application/json-patch+json", many + "]"), 413,
         "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001");
}

TEST_F(PatchBodyTest, for_an_object_that_is_missing_is_a_404_however_bad_it_is) {
  for (std::string const body : {"{}", "{bad"}) {
    auto const answer = patch("application/merge-patch+json", body, "nope");
    expect(answer, 404, "echoes.demo.example.com \"nope\" not found");
  }
}

}  // namespace
}  // namespace fakeapi_http
