// Which form an answer has.
#include "operator/http/encoding.hpp"
#include "tests/fakeapi_http/fixture.hpp"

namespace fakeapi_http {
namespace {

class NegotiationTest : public FaceTest {
 protected:
  void SetUp() override { define(); }
  std::shared_ptr<Writer> accept(std::string const& target, std::string const& form) {
    return get(target, {{"Accept", form}});
  }
};

std::string const table = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json";

TEST_F(NegotiationTest, custom_resources_have_their_members_by_name_and_others_as_declared) {
  create_echo("a");
  auto const custom = get(echoes + "/a")->body;
  EXPECT_TRUE(
      custom.starts_with(R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"creationTimestamp":")"))
      << custom;
  EXPECT_TRUE(custom.ends_with(R"("spec":{"replicas":1,"text":"hi"}})"
                               "\n"))
      << custom;
  auto const built_in = get("/api/v1/namespaces/default")->body;
  EXPECT_TRUE(built_in.starts_with(R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":"default","uid":")"))
      << built_in;
}

TEST_F(NegotiationTest, items_of_typed_lists_have_no_type_and_those_of_custom_resources_have) {
  create_echo("a");
  auto const custom = get(echoes)->body;
  EXPECT_TRUE(custom.starts_with(
      R"({"apiVersion":"demo.example.com/v1","items":[{"apiVersion":"demo.example.com/v1","kind":"Echo",)"))
      << custom;
  EXPECT_NE(custom.find(R"(],"kind":"EchoList","metadata":{"continue":"","resourceVersion":")"), std::string::npos)
      << custom;
  auto const typed = get("/api/v1/namespaces")->body;
  EXPECT_TRUE(typed.starts_with(R"({"kind":"NamespaceList","apiVersion":"v1","metadata":{"resourceVersion":")"))
      << typed;
  EXPECT_NE(typed.find(R"("items":[{"metadata":{"name":"default",)"), std::string::npos) << typed;
  EXPECT_FALSE(json(typed).at("metadata").as_object().contains("continue"));
}

TEST_F(NegotiationTest, pages_tell_how_many_are_left) {
  create_echo("a");
  create_echo("b");
  auto const custom = json(get(echoes + "?limit=1")->body).at("metadata");
  EXPECT_EQ(custom.at("remainingItemCount"), 1);
  EXPECT_FALSE(custom.at("continue").as_string().empty());
  auto const rest = get(echoes + "?limit=1&continue=" + std::string(custom.at("continue").as_string()));
  EXPECT_EQ(json(rest->body).at("items").at(0).at("metadata").at("name"), "b");
  auto const typed = json(get("/api/v1/namespaces?limit=1")->body).at("metadata");
  EXPECT_EQ(typed.at("remainingItemCount"), 3);
}

TEST_F(NegotiationTest, a_table_has_columns_and_rows_with_metadata) {
  create_echo("a");
  auto const answer = accept(echoes, table);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->headers.get("Content-Type"), "application/json");
  auto const body = json(answer->body);
  EXPECT_EQ(body.at("kind"), "Table");
  EXPECT_EQ(body.at("apiVersion"), "meta.k8s.io/v1");
  EXPECT_EQ(body.at("columnDefinitions").at(0).at("name"), "Name");
  EXPECT_EQ(body.at("rows").at(0).at("cells").at(0), "a");
  EXPECT_EQ(body.at("rows").at(0).at("object").at("kind"), "PartialObjectMetadata");
  EXPECT_EQ(body.at("rows").at(0).at("object").at("metadata").at("name"), "a");
  EXPECT_FALSE(body.at("metadata").at("resourceVersion").as_string().empty());
  auto const one = json(accept(echoes + "/a", table)->body);
  EXPECT_EQ(one.at("rows").as_array().size(), 1U);
}

TEST_F(NegotiationTest, rows_have_what_was_asked_for) {
  create_echo("a");
  auto const object = json(accept(echoes + "?includeObject=Object", table)->body);
  EXPECT_EQ(object.at("rows").at(0).at("object").at("spec").at("text"), "hi");
  auto const none = json(accept(echoes + "?includeObject=None", table)->body);
  EXPECT_TRUE(none.at("rows").at(0).at("object").is_null());
  auto const beta = json(accept(echoes, "application/json;as=Table;g=meta.k8s.io;v=v1beta1")->body);
  EXPECT_EQ(beta.at("apiVersion"), "meta.k8s.io/v1beta1");
  EXPECT_EQ(beta.at("rows").at(0).at("object").at("apiVersion"), "meta.k8s.io/v1beta1");
  auto const bad = accept(echoes + "?includeObject=Foo", table);
  EXPECT_EQ(bad->status, 400);
}

TEST_F(NegotiationTest, partial_metadata_is_of_one_object_or_of_a_list) {
  create_echo("a");
  auto const one = json(accept(echoes + "/a", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")->body);
  EXPECT_EQ(one.at("kind"), "PartialObjectMetadata");
  EXPECT_FALSE(one.as_object().contains("spec"));
  auto const many = json(accept(echoes, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")->body);
  EXPECT_EQ(many.at("kind"), "PartialObjectMetadataList");
  EXPECT_EQ(many.at("items").at(0).at("kind"), "PartialObjectMetadata");
  auto const mixed_up = accept(echoes, "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
  EXPECT_EQ(mixed_up->status, 406);
  EXPECT_EQ(json(mixed_up->body).at("message"),
            "you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)");
}

TEST_F(NegotiationTest, what_is_not_to_be_had_is_a_406_in_indented_json) {
  std::string const types =
      "only the following media types are accepted: application/json, application/yaml, "
      "application/vnd.kubernetes.protobuf";
  auto const custom = accept(echoes, "text/plain");
  EXPECT_EQ(custom->status, 406);
  EXPECT_EQ(custom->body,
            "{\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {},\n  \"status\": \"Failure\",\n"
            "  \"message\": \"" +
                types + "\",\n  \"reason\": \"NotAcceptable\",\n  \"code\": 406\n}");
  auto const built_in = accept("/api/v1/namespaces", "text/plain");
  EXPECT_EQ(built_in->status, 406);
  EXPECT_EQ(json(built_in->body).at("message"), "406: Not Acceptable");
  EXPECT_TRUE(json(built_in->body).at("details").as_object().empty());
  auto const foo = accept("/api/v1/namespaces", "application/json;as=Foo;g=meta.k8s.io;v=v1");
  EXPECT_EQ(foo->status, 406);
  EXPECT_EQ(json(foo->body).at("message"), boost::json::value(types));
}

TEST_F(NegotiationTest, the_next_form_is_taken_where_the_first_is_not_to_be_had) {
  create_echo("a");
  for (std::string const form : {"application/vnd.kubernetes.protobuf,application/json",
                                 "application/json;as=Foo;g=meta.k8s.io;v=v1,application/json", "*/*", "application/*",
                                 "text/html;q=0.9,*/*;q=0.1"}) {
    auto const answer = accept(echoes + "/a", form);
    EXPECT_EQ(answer->status, 200) << form;
    EXPECT_EQ(json(answer->body).at("kind"), "Echo") << form;
  }
}

TEST_F(NegotiationTest, yaml_is_written_as_the_real_server_writes_it) {
  auto const body = R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a","labels":{"on":"yes"}},
      "spec":{"text":"hi","items":[{"name":"x"},{"name":"12"}],"raw":{"list":[[1,2],[]],"lines":"a\nb\n","empty":{}}}})";
  ASSERT_EQ(post(echoes, body)->status, 201);
  auto const answer = accept(echoes + "/a", "application/yaml");
  EXPECT_EQ(answer->headers.get("Content-Type"), "application/yaml");
  EXPECT_NE(answer->body.find("apiVersion: demo.example.com/v1\nkind: Echo\nmetadata:\n  creationTimestamp: \"2026-"),
            std::string::npos)
      << answer->body;
  EXPECT_NE(answer->body.find("  labels:\n    \"on\": \"yes\"\n"), std::string::npos) << answer->body;
  EXPECT_NE(
      answer->body.find("spec:\n  items:\n  - name: x\n    v: 7\n  - name: \"12\"\n    v: 7\n  raw:\n    empty: {}\n"
                        "    lines: |\n      a\n      b\n    list:\n    - - 1\n      - 2\n    - []\n  replicas: 1\n"
                        "  text: hi\n"),
      std::string::npos)
      << answer->body;
  auto const missing = accept(echoes + "/nope", "application/yaml");
  EXPECT_EQ(missing->status, 404);
  EXPECT_TRUE(missing->body.starts_with("apiVersion: v1\ncode: 404\n")) << missing->body;
}

TEST_F(NegotiationTest, people_get_indented_json) {
  create_echo("a");
  EXPECT_TRUE(get(echoes + "/a?pretty=true")->body.starts_with("{\n  \"apiVersion\""));
  EXPECT_TRUE(get(echoes + "/a", {{"User-Agent", "curl/8.0"}})->body.starts_with("{\n  \"apiVersion\""));
  EXPECT_TRUE(get(echoes + "/a?pretty=false", {{"User-Agent", "curl/8.0"}})->body.starts_with("{\"apiVersion\""));
}

TEST_F(NegotiationTest, large_answers_are_compressed_for_who_likes_it) {
  for (int i = 0; i < 400; ++i) create_echo("echo-" + std::to_string(i), std::string(90, 'x'));
  auto const plain = get(echoes);
  ASSERT_GT(plain->body.size(), 128U * 1024);
  auto const small = get(echoes, {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(small->headers.get("Content-Encoding"), "gzip");
  EXPECT_EQ(small->headers.get("Vary"), "Accept-Encoding");
  EXPECT_LT(small->body.size(), plain->body.size() / 4);
  EXPECT_EQ(http::gunzip(small->body, 1U << 24).value(), plain->body);
  EXPECT_FALSE(get(echoes + "/echo-0", {{"Accept-Encoding", "gzip"}})->headers.has("Content-Encoding"));
}

TEST_F(NegotiationTest, text_that_a_browser_would_take_for_markup_is_escaped) {
  auto const body = R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},
                        "spec":{"text":"hi","raw":{"html":"<b>&\u2028\u0001\\\"","half":1.5,"large":1e21,"small":1e-7}}})";
  auto const created = post(echoes, body);
  ASSERT_EQ(created->status, 201) << created->body;
  EXPECT_NE(created->body.find(
                R"("raw":{"half":1.5,"html":"\u003cb\u003e\u0026\u2028\u0001\\\"","large":1e+21,"small":1e-7})"),
            std::string::npos)
      << created->body;
}

TEST_F(NegotiationTest, numbers_are_written_as_go_writes_them_and_read_as_they_are_written) {
  auto const body = R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},
                        "spec":{"text":"hi","raw":{"a":2.0,"b":1152921504606846976.0,"c":1e20,"d":-1e-7}}})";
  auto const created = post(echoes, body);
  ASSERT_EQ(created->status, 201) << created->body;
  EXPECT_NE(created->body.find(R"({"a":2,"b":1152921504606847000,"c":100000000000000000000,"d":-1e-7})"),
            std::string::npos)
      << created->body;
  // What was shown changes nothing when it is sent back.
  auto const put = send({"PUT", echoes + "/a", created->body, {{"Content-Type", "application/json"}}, {}});
  EXPECT_EQ(put->status, 200);
  EXPECT_EQ(put->body, created->body);
}

TEST_F(NegotiationTest, a_quality_that_is_no_number_is_none) {
  EXPECT_EQ(accept("/api/v1/namespaces", "application/json;q=nan,application/yaml;q=0.1")->headers.get("Content-Type"),
            "application/yaml");
}

}  // namespace
}  // namespace fakeapi_http
