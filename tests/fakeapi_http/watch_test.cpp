// Watches as streams.
#include "tests/fakeapi_http/fixture.hpp"

namespace fakeapi_http {
namespace {

class WatchTest : public FaceTest {
 protected:
  void SetUp() override { define(); }

  std::shared_ptr<Writer> watch(std::string const& query = "", seams::HttpHeaders headers = {}) {
    auto const writer = begin({"GET", echoes + "?watch=true" + query, {}, std::move(headers), {}});
    pass(1ms);
    return writer;
  }
  /// "ADDED a", one for each event; of bookmarks the revision.
  static std::vector<std::string> told(Writer const& writer) {
    std::vector<std::string> events;
    for (auto const& line : lines(writer.body)) {
      auto const event = json(line);
      auto text = std::string(event.at("type").as_string());
      auto const& metadata = event.at("object").at("metadata").as_object();
      if (auto const* name = metadata.if_contains("name")) text += " " + std::string(name->as_string());
      events.push_back(text);
    }
    return events;
  }
  using Events = std::vector<std::string>;
};

TEST_F(WatchTest, sends_its_head_before_there_is_anything_to_tell) {
  auto const stream = watch();
  EXPECT_TRUE(stream->started);
  EXPECT_EQ(stream->status, 200);
  EXPECT_EQ(stream->headers.get("Content-Type"), "application/json");
  EXPECT_EQ(stream->body, "");
  EXPECT_FALSE(stream->finished);
}

TEST_F(WatchTest, tells_what_there_is_and_then_what_happens) {
  create_echo("a");
  auto const stream = watch();
  EXPECT_EQ(told(*stream), (Events{"ADDED a"}));
  create_echo("b");
  send({"PATCH", echoes + "/a", R"({"spec":{"text":"x"}})", {{"Content-Type", "application/merge-patch+json"}}});
  send({"DELETE", echoes + "/a"});
  pass(1ms);
  EXPECT_EQ(told(*stream), (Events{"ADDED a", "ADDED b", "MODIFIED a", "DELETED a"}));
  EXPECT_TRUE(
      stream->body.starts_with(R"({"type":"ADDED","object":{"apiVersion":"demo.example.com/v1","kind":"Echo",)"));
}

TEST_F(WatchTest, begins_after_a_revision) {
  create_echo("a");
  auto const revision = std::string(json(get(echoes)->body).at("metadata").at("resourceVersion").as_string());
  create_echo("b");
  EXPECT_EQ(told(*watch("&resourceVersion=" + revision)), (Events{"ADDED b"}));
}

TEST_F(WatchTest, of_the_older_form_works_too) {
  create_echo("a");
  auto const all = begin({"GET", "/apis/demo.example.com/v1/watch/namespaces/default/echoes"});
  auto const one = begin({"GET", "/apis/demo.example.com/v1/watch/namespaces/default/echoes/b"});
  pass(1ms);
  create_echo("b");
  pass(1ms);
  EXPECT_EQ(told(*all), (Events{"ADDED a", "ADDED b"}));
  EXPECT_EQ(told(*one), (Events{"ADDED b"}));
}

TEST_F(WatchTest, of_a_name_sees_nothing_else) {
  create_echo("a");
  create_echo("b");
  EXPECT_EQ(told(*watch("&fieldSelector=metadata.name%3Da")), (Events{"ADDED a"}));
}

TEST_F(WatchTest, tells_a_gone_object_at_the_revision_of_its_end) {
  create_echo("a");
  auto const stream = watch();
  send({"DELETE", echoes + "/a"});
  pass(1ms);
  auto const events = lines(stream->body);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(json(events[1]).at("object").at("metadata").at("resourceVersion"),
            boost::json::value(std::to_string(server().revision())));
}

TEST_F(WatchTest, an_object_that_leaves_the_selector_is_told_as_it_was) {
  auto const body = [](std::string const& color) { return R"({"metadata":{"labels":{"color":")" + color + R"("}}})"; };
  create_echo("a");
  auto const paint = [&](std::string const& color) {
    send({"PATCH", echoes + "/a", body(color), {{"Content-Type", "application/merge-patch+json"}}});
  };
  paint("red");
  auto const red = watch("&labelSelector=color%3Dred");
  auto const all = watch();
  paint("blue");
  pass(1ms);
  EXPECT_EQ(told(*red), (Events{"ADDED a", "DELETED a"}));
  // Both are of the same revision, and yet not the same text.
  EXPECT_EQ(json(lines(red->body)[1]).at("object").at("metadata").at("labels").at("color"), "red");
  EXPECT_EQ(json(lines(all->body)[1]).at("object").at("metadata").at("labels").at("color"), "blue");
  EXPECT_EQ(json(lines(red->body)[1]).at("object").at("metadata").at("resourceVersion"),
            json(lines(all->body)[1]).at("object").at("metadata").at("resourceVersion"));
}

TEST_F(WatchTest, of_history_that_is_gone_is_one_error_and_then_over) {
  create_echo("a");
  create_echo("b");
  server().compact(server().revision());
  auto const stream = watch("&resourceVersion=1");
  EXPECT_EQ(stream->status, 200);
  std::string const message = "too old resource version: 1 (" + std::to_string(server().revision()) + ")";
  EXPECT_EQ(stream->body, R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":)"
                          R"("Failure","message":")" +
                              message +
                              R"j(","reason":"Expired","code":410}})j"
                              "\n");
  EXPECT_TRUE(stream->finished);
}

TEST_F(WatchTest, ends_when_its_time_is_up) {
  auto const stream = watch("&timeoutSeconds=5");
  pass(4s);
  EXPECT_FALSE(stream->finished);
  pass(2s);
  EXPECT_TRUE(stream->finished);
}

TEST_F(WatchTest, without_a_timeout_ends_after_half_an_hour) {
  auto const stream = watch();
  pass(29min);
  EXPECT_FALSE(stream->finished);
  pass(2min);
  EXPECT_TRUE(stream->finished);
}

TEST_F(WatchTest, has_bookmarks_when_there_is_news_that_it_did_not_tell) {
  create_echo("a");
  auto const stream = watch("&allowWatchBookmarks=true&labelSelector=color%3Dred");
  pass(2min);
  EXPECT_EQ(stream->body, "") << "no progress, no bookmark";
  create_echo("b");
  pass(61s);
  EXPECT_EQ(
      stream->body,
      R"({"type":"BOOKMARK","object":{"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"resourceVersion":")" +
          std::to_string(server().revision()) + "\"}}}\n");
  auto const first = stream->body;
  pass(1min);
  EXPECT_EQ(stream->body, first + first) << "and once more a minute later";
}

TEST_F(WatchTest, has_no_bookmarks_unless_it_wants_them) {
  auto const stream = watch("&labelSelector=color%3Dred");
  create_echo("b");
  pass(5min);
  EXPECT_EQ(stream->body, "");
}

TEST_F(WatchTest, has_a_bookmark_just_before_its_time_is_up) {
  auto const stream = watch("&allowWatchBookmarks=true&timeoutSeconds=20&labelSelector=color%3Dred");
  create_echo("b");
  pass(17s);
  EXPECT_EQ(stream->body, "");
  pass(1s);
  EXPECT_EQ(lines(stream->body).size(), 1U);
  pass(3s);
  EXPECT_TRUE(stream->finished);
  EXPECT_EQ(lines(stream->body).size(), 1U) << "the last one";
}

TEST_F(WatchTest, that_is_over_in_two_seconds_has_no_bookmark) {
  auto const stream = watch("&allowWatchBookmarks=true&timeoutSeconds=2&labelSelector=color%3Dred");
  create_echo("b");
  pass(3s);
  EXPECT_TRUE(stream->finished);
  EXPECT_EQ(stream->body, "");
}

TEST_F(WatchTest, that_is_quiet_has_a_bookmark_each_minute_and_one_before_its_time_is_up) {
  create_echo("a");
  auto const wanting = watch("&allowWatchBookmarks=true&timeoutSeconds=200");
  auto const other = watch("&timeoutSeconds=200");
  ASSERT_EQ(told(*wanting), (Events{"ADDED a"}));
  create_echo("b");
  pass(1ms);
  auto const before = lines(wanting->body).size();
  std::vector<int> seconds;
  for (int second = 1; second <= 201; ++second) {
    pass(1s);
    if (lines(wanting->body).size() > before + seconds.size()) seconds.push_back(second);
  }
  EXPECT_EQ(seconds, (std::vector<int>{60, 120, 180, 198}));
  EXPECT_TRUE(wanting->finished);
  EXPECT_EQ(told(*wanting), (Events{"ADDED a", "ADDED b", "BOOKMARK", "BOOKMARK", "BOOKMARK", "BOOKMARK"}));
  EXPECT_EQ(told(*other), (Events{"ADDED a", "ADDED b"}));
}

TEST_F(WatchTest, of_a_later_server_has_bookmarks_when_other_kinds_have_news) {
  fakeapi::ServerOptions options;
  options.profile = fakeapi::Profile::modern;
  serve(std::move(options));
  define();
  auto const stream = watch("&allowWatchBookmarks=true");
  pass(61s);
  EXPECT_EQ(stream->body, "") << "no progress, no bookmark";
  ASSERT_EQ(post("/api/v1/namespaces", R"({"metadata":{"name":"other"}})")->status, 201);
  pass(1min);
  ASSERT_EQ(told(*stream), Events{"BOOKMARK"});
  EXPECT_EQ(json(stream->body).at("object").at("metadata").at("resourceVersion"),
            boost::json::value(std::to_string(server().revision())));
}

TEST_F(WatchTest, as_a_table_tells_its_columns_once) {
  create_echo("a");
  auto const stream = watch("", {{"Accept", "application/json;as=Table;g=meta.k8s.io;v=v1"}});
  create_echo("b");
  pass(1ms);
  auto const events = lines(stream->body);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(json(events[0]).at("object").at("kind"), "Table");
  EXPECT_TRUE(json(events[0]).at("object").at("columnDefinitions").is_array());
  EXPECT_TRUE(json(events[1]).at("object").at("columnDefinitions").is_null());
  EXPECT_EQ(json(events[1]).at("object").at("rows").at(0).at("cells").at(0), "b");
}

TEST_F(WatchTest, of_metadata_only) {
  create_echo("a");
  auto const stream = watch("", {{"Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}});
  EXPECT_EQ(json(lines(stream->body)[0]).at("object").at("kind"), "PartialObjectMetadata");
}

TEST_F(WatchTest, is_not_to_be_had_in_yaml) {
  auto const answer = get(echoes + "?watch=true", {{"Accept", "application/yaml"}});
  EXPECT_EQ(answer->status, 406);
  EXPECT_NE(answer->body.find("application/json;stream=watch"), std::string::npos);
}

TEST_F(WatchTest, ends_in_good_order_when_the_server_ends) {
  auto const stream = watch();
  stream->drain();
  pass(1ms);
  EXPECT_TRUE(stream->finished);
}

TEST_F(WatchTest, is_given_up_when_the_client_is_gone) {
  auto const stream = watch();
  stream->disconnect();
  pass(1ms);
  EXPECT_TRUE(stream->finished);
}

TEST_F(WatchTest, ends_when_its_definition_is_deleted) {
  create_echo("a");
  auto const stream = watch();
  send({"DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/echoes.demo.example.com"});
  pass(1ms);
  EXPECT_EQ(told(*stream).back(), "DELETED a");
  EXPECT_TRUE(stream->finished);
}

TEST_F(WatchTest, of_a_slow_client_holds_no_queue_and_many_events_go_in_one_piece) {
  auto const stream = watch();
  stream->hold();
  for (int i = 0; i < 100; ++i) create_echo("e" + std::to_string(i));
  pass(1s);
  EXPECT_EQ(stream->writes, 1U);
  stream->let_go();
  pass(1s);
  EXPECT_EQ(lines(stream->body).size(), 100U);
  EXPECT_LE(stream->writes, 3U);
}

TEST_F(WatchTest, many_watchers_get_the_same_events_in_the_same_order) {
  std::vector<std::shared_ptr<Writer>> streams;
  for (int i = 0; i < 50; ++i) streams.push_back(watch());
  for (int i = 0; i < 20; ++i) create_echo("e" + std::to_string(i));
  pass(1s);
  ASSERT_EQ(lines(streams[0]->body).size(), 20U);
  for (auto const& stream : streams) EXPECT_EQ(stream->body, streams[0]->body);
}

class RevisionTest : public FaceTest {};

TEST_F(RevisionTest, a_read_of_a_revision_yet_to_come_waits_for_it) {
  define();
  create_echo("a");
  auto const next = std::to_string(server().revision() + 1);
  for (auto const& path : {echoes + "/a", echoes}) {
    auto const began = scheduler.now();
    auto const late = get(path + "?resourceVersion=1000");
    EXPECT_EQ(scheduler.now() - began, 3s);
    EXPECT_EQ(late->status, 504);
    EXPECT_EQ(json(late->body).at("message"),
              boost::json::value("Timeout: Too large resource version: 1000, current: " +
                                 std::to_string(server().revision())));
    EXPECT_EQ(late->headers.get("Retry-After"), "1");
  }
  auto const waiting = begin({"GET", echoes + "?resourceVersion=" + next});
  pass(1s);
  EXPECT_FALSE(waiting->finished);
  create_echo("b");
  pass(1ms);
  EXPECT_TRUE(waiting->finished);
  EXPECT_EQ(waiting->status, 200);
  EXPECT_EQ(json(waiting->body).at("items").as_array().size(), 2U);
}

}  // namespace
}  // namespace fakeapi_http
