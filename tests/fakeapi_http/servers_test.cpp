// Several API servers over one store, each with caches that may lag: what a client sees that goes from one to the
// other.
#include <optional>

#include "fakeapi/serve/caches.hpp"
#include "fakeapi/serve/kubeconfig.hpp"
#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "tests/fakeapi_http/fixture.hpp"
#include "tests/fakeapi_http/raw_client.hpp"

namespace fakeapi_http {
namespace {

namespace asio = boost::asio;
using fakeapi::serve::caches_path;

// The usual face never lags; this one is that of a second server.
class ServersTest : public FaceTest {
 protected:
  ~ServersTest() override { process.kill(); }

  void start(seams::Duration lag, fakeapi::Profile profile = fakeapi::Profile::v1_20) {
    if (late_) {
      late_->end_watches();
      pass(1ms);
    }
    late_.reset();  // they look at the old store
    caches_.reset();
    fakeapi::ServerOptions options;
    options.profile = profile;
    serve(std::move(options));
    define();
    caches_ = std::make_unique<fakeapi::serve::Caches>(server(), process.clock(), lag);
    fakeapi::http::FaceOptions face_options;
    face_options.frontend = &caches_->frontend();
    face_options.own_paths = [this](seams::HttpRequest const& request, std::string_view path) {
      std::optional<seams::HttpResponse> answer;
      if (path == caches_path) answer = fakeapi::serve::answer_caches(server(), *caches_, *late_, request);
      return answer;
    };
    late_ = std::make_unique<fakeapi::http::Face>(server(), environment(), std::move(face_options));
  }

  std::shared_ptr<Writer> begin_late(std::string method, std::string target, std::string body = {}) {
    return begin_at(*late_, {std::move(method), std::move(target), std::move(body)});
  }
  std::shared_ptr<Writer> late(std::string method, std::string target, std::string body = {}) {
    auto writer = begin_late(std::move(method), std::move(target), std::move(body));
    for (int i = 0; i < 40 && !writer->finished; ++i) pass(100ms);
    EXPECT_TRUE(writer->finished) << "no answer";
    return writer;
  }
  std::vector<std::string> listed(std::string const& query = "?resourceVersion=0") {
    auto const writer = begin_late("GET", echoes + query);
    pass(1ms);
    std::vector<std::string> names;
    for (auto const& item : json(writer->body).at("items").as_array())
      names.emplace_back(item.at("metadata").at("name").as_string());
    return names;
  }
  boost::json::value move(std::string const& body) {
    auto const writer = begin_late("POST", std::string(caches_path), body);
    pass(1ms);
    EXPECT_EQ(writer->status, 200) << writer->body;
    return json(writer->body);
  }
  boost::json::value told() {
    auto const writer = begin_late("GET", std::string(caches_path));
    pass(1ms);
    return json(writer->body);
  }
  static std::size_t events(Writer const& stream) { return lines(stream.body).size(); }

  using Names = std::vector<std::string>;
  std::unique_ptr<fakeapi::serve::Caches> caches_;
  std::unique_ptr<fakeapi::http::Face> late_;
};

TEST_F(ServersTest, that_lag_list_from_their_cache_what_there_was_and_from_the_store_what_there_is) {
  start(5s);
  create_echo("a");
  pass(4s);
  EXPECT_EQ(listed(), Names{});
  EXPECT_EQ(listed(""), Names{"a"});
  pass(1100ms);
  EXPECT_EQ(listed(), Names{"a"});
}

TEST_F(ServersTest, that_lag_tell_their_watches_everything_as_late_and_in_order) {
  start(5s);
  auto const stream = begin_late("GET", echoes + "?watch=true");
  for (int i = 0; i < 10; ++i) {
    create_echo("e" + std::to_string(i));
    pass(1s);
  }
  EXPECT_EQ(events(*stream), 6U) << "those of the first five seconds";
  pass(5s);
  ASSERT_EQ(events(*stream), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(json(lines(stream->body)[i]).at("object").at("metadata").at("name"),
              boost::json::value("e" + std::to_string(i)));
  }
}

TEST_F(ServersTest, that_lag_show_the_past_to_who_comes_from_one_that_does_not) {
  for (auto const profile : {fakeapi::Profile::v1_20, fakeapi::Profile::modern}) {
    start(5s, profile);
    create_echo("a");
    pass(6s);
    send({"DELETE", echoes + "/a"});
    EXPECT_EQ(json(get(echoes + "?resourceVersion=0")->body).at("items").as_array().size(), 0U);
    EXPECT_EQ(listed(), Names{"a"});
    // A watch of before gets the end of the object, too, at its time.
    auto const stream = begin_late("GET", echoes + "?watch=true");
    pass(1ms);
    EXPECT_EQ(events(*stream), 1U);
    pass(5s);
    EXPECT_EQ(events(*stream), 2U);
    EXPECT_EQ(listed(), Names{});
  }
}

TEST_F(ServersTest, that_lag_let_reads_wait_for_what_their_cache_has_yet_to_take_in) {
  for (auto const profile : {fakeapi::Profile::v1_20, fakeapi::Profile::modern}) {
    start(2s, profile);
    create_echo("a");
    auto const revision = std::to_string(server().revision());
    auto const waiting = begin_late("GET", echoes + "?resourceVersion=" + revision);
    pass(1900ms);
    EXPECT_FALSE(waiting->finished);
    pass(200ms);
    ASSERT_TRUE(waiting->finished);
    EXPECT_EQ(waiting->status, 200) << waiting->body;
    EXPECT_EQ(json(waiting->body).at("items").as_array().size(), 1U);
  }
}

TEST_F(ServersTest, that_lag_too_much_let_reads_wait_for_three_seconds) {
  start(10s);
  create_echo("a");
  auto const began = scheduler.now();
  auto const answer = begin_late("GET", echoes + "?resourceVersion=" + std::to_string(server().revision()));
  pass(2900ms);
  EXPECT_FALSE(answer->finished);
  pass(200ms);
  EXPECT_EQ(answer->status, 504);
  EXPECT_LE(scheduler.now() - began, 3100ms);
}

TEST_F(ServersTest, that_lag_tell_in_bookmarks_of_what_their_cache_has_reached) {
  start(90s, fakeapi::Profile::modern);
  auto const began = std::to_string(server().revision());
  auto const stream = begin_late("GET", echoes + "?watch=true&allowWatchBookmarks=true&labelSelector=a%3Db");
  create_echo("a");
  pass(61s);
  EXPECT_EQ(stream->body, "") << "nothing has got to the cache";
  pass(60s);
  ASSERT_EQ(events(*stream), 1U);
  EXPECT_EQ(json(stream->body).at("object").at("metadata").at("resourceVersion"),
            boost::json::value(std::to_string(server().revision())));
}

TEST_F(ServersTest, can_be_held_and_let_go) {
  start(0s);
  create_echo("a");
  EXPECT_EQ(listed(), Names{"a"});
  EXPECT_EQ(move(R"({"held": true})").at("held"), true);
  auto const stream = begin_late("GET", echoes + "?watch=true");
  create_echo("b");
  pass(10min);
  EXPECT_EQ(listed(), Names{"a"});
  EXPECT_EQ(events(*stream), 1U);
  auto const state = told();
  EXPECT_EQ(state.at("held"), true);
  EXPECT_EQ(state.at("behind").at("echoes.demo.example.com"), 1);
  EXPECT_EQ(state.at("watches"), 1);
  EXPECT_EQ(state.at("revision"), boost::json::value(std::to_string(server().revision())));
  move(R"({"held": false})");
  EXPECT_EQ(listed(), (Names{"a", "b"}));
  EXPECT_EQ(events(*stream), 2U);
  EXPECT_EQ(told().at("behind"), boost::json::value(boost::json::object()));
}

TEST_F(ServersTest, do_not_go_back_when_they_are_held) {
  start(0s, fakeapi::Profile::modern);
  create_echo("a");
  ASSERT_EQ(post("/api/v1/namespaces", R"({"metadata":{"name":"other"}})")->status, 201);
  auto const revision = [&] {
    return json(late("GET", echoes + "?resourceVersion=0")->body).at("metadata").at("resourceVersion");
  };
  auto const before = revision();
  EXPECT_EQ(before, boost::json::value(std::to_string(server().revision())));
  move(R"({"held": true})");
  EXPECT_EQ(revision(), before);
}

TEST_F(ServersTest, can_be_held_for_one_kind_only) {
  start(0s);
  EXPECT_EQ(move(R"({"held": ["namespaces"]})").at("held"), (boost::json::array{"namespaces"}));
  create_echo("a");
  ASSERT_EQ(post("/api/v1/namespaces", R"({"metadata":{"name":"other"}})")->status, 201);
  EXPECT_EQ(listed(), Names{"a"});
  auto const namespaces = late("GET", "/api/v1/namespaces?resourceVersion=0");
  EXPECT_EQ(json(namespaces->body).at("items").as_array().size(), 4U);
  move(R"({"held": ["echoes.demo.example.com"]})");
  create_echo("b");
  EXPECT_EQ(json(late("GET", "/api/v1/namespaces?resourceVersion=0")->body).at("items").as_array().size(), 5U);
  EXPECT_EQ(listed(), Names{"a"});
  move(R"({"held": []})");
  EXPECT_EQ(listed(), (Names{"a", "b"}));
}

TEST_F(ServersTest, that_were_held_with_all_kinds_may_go_on_with_some) {
  start(0s);
  move(R"({"held": true})");
  create_echo("a");
  ASSERT_EQ(post("/api/v1/namespaces", R"({"metadata":{"name":"other"}})")->status, 201);
  move(R"({"held": ["echoes.demo.example.com"]})");
  EXPECT_EQ(listed(), Names{});
  EXPECT_EQ(json(late("GET", "/api/v1/namespaces?resourceVersion=0")->body).at("items").as_array().size(), 5U);
}

TEST_F(ServersTest, that_lag_and_are_held_go_on_where_the_lag_has_them) {
  start(5s);
  move(R"({"held": true})");
  create_echo("a");
  pass(10s);
  create_echo("b");
  EXPECT_EQ(listed(), Names{});
  move(R"({"held": false})");
  EXPECT_EQ(listed(), Names{"a"});
  pass(5s);
  EXPECT_EQ(listed(), (Names{"a", "b"}));
}

TEST_F(ServersTest, can_be_given_another_lag) {
  start(0s);
  create_echo("a");
  EXPECT_EQ(move(R"({"lag": "2s"})").at("lag"), "2s");
  create_echo("b");
  EXPECT_EQ(listed(), Names{"a"});
  pass(2100ms);
  EXPECT_EQ(listed(), (Names{"a", "b"}));
  create_echo("c");
  EXPECT_EQ(listed(), (Names{"a", "b"}));
  EXPECT_EQ(move(R"({"lag": "0s"})").at("lag"), "0s");
  EXPECT_EQ(listed(), (Names{"a", "b", "c"}));
  create_echo("d");
  EXPECT_EQ(listed().size(), 4U);
}

TEST_F(ServersTest, can_end_all_watches_in_good_order) {
  start(0s);
  auto const stream = begin_late("GET", echoes + "?watch=true");
  auto const elsewhere = begin({"GET", echoes + "?watch=true"});
  pass(1ms);
  move(R"({"held": true, "endWatches": true})");
  pass(1ms);
  EXPECT_TRUE(stream->finished);
  EXPECT_FALSE(elsewhere->finished) << "another server's";
  auto const next = begin_late("GET", echoes + "?watch=true");
  pass(1s);
  EXPECT_FALSE(next->finished);
}

TEST_F(ServersTest, do_nothing_of_what_they_do_not_understand_as_a_whole) {
  start(0s);
  for (auto const* body : {"", "[]", "{}", R"({"held": "yes"})", R"({"held": ["echoes"]})", R"({"lag": "soon"})",
                           R"({"held": true, "speed": 5})"}) {
    auto const answer = late("POST", std::string(caches_path), body);
    EXPECT_EQ(answer->status, 400) << body;
    EXPECT_EQ(json(answer->body).at("kind"), "Status");
  }
  EXPECT_EQ(told().at("held"), false);
  EXPECT_EQ(late("DELETE", std::string(caches_path))->status, 405);
}

TEST_F(ServersTest, show_kinds_that_come_later_as_late) {
  start(3s);
  auto const posted = post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                           R"({"metadata":{"name":"things.new.example.com"},"spec":{"group":"new.example.com",
    "names":{"plural":"things","kind":"Thing"},"scope":"Namespaced","versions":[{"name":"v1","served":true,
    "storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})");
  ASSERT_EQ(posted->status, 201) << posted->body;
  std::string const things = "/apis/new.example.com/v1/namespaces/default/things";
  ASSERT_EQ(post(things, R"({"apiVersion":"new.example.com/v1","kind":"Thing","metadata":{"name":"a"}})")->status, 201);
  auto const count = [&] {
    return json(late("GET", things + "?resourceVersion=0")->body).at("items").as_array().size();
  };
  EXPECT_EQ(count(), 0U);
  pass(3s);
  EXPECT_EQ(count(), 1U);
}

TEST_F(ServersTest, keep_few_marks_however_much_is_written) {
  start(1s);
  auto const stream = begin_late("GET", echoes + "?watch=true");
  for (int i = 0; i < 3000; ++i) {
    create_echo("e" + std::to_string(i));
    pass(100us);
  }
  pass(1s);
  EXPECT_EQ(events(*stream), 3000U);
}

// The same, over connections.
class ConnectedServersTest : public ServersTest {
 protected:
  ~ConnectedServersTest() override { process.kill(); }

  void connect() {
    http_ = std::make_unique<http::HttpServer>(environment(), host_.listen(process.clock()), *late_);
    http_->start();
  }
  std::shared_ptr<std::string> send_bytes(std::string bytes) {
    auto received = fakeapi_http::send_bytes(host_, client_, std::move(bytes));
    pass(10ms);
    return received;
  }

  sim::Process client_{scheduler, "client"};
  http::PipeHost host_;
  std::unique_ptr<http::HttpServer> http_;
};

TEST_F(ConnectedServersTest, stream_what_is_late_when_it_is_due) {
  start(5s);
  connect();
  auto const received = send_bytes("GET " + echoes + "?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
  create_echo("a");
  pass(4s);
  EXPECT_FALSE(received->contains("ADDED")) << *received;
  pass(1100ms);
  EXPECT_TRUE(received->contains(R"({"type":"ADDED","object":{"apiVersion":"demo.example.com/v1")")) << *received;
  auto const list = send_bytes("GET " + echoes + "?resourceVersion=0 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(list->contains(R"("name":"a")")) << *list;
}

TEST(Kubeconfig, has_a_context_for_each_server) {
  using fakeapi::serve::to_yaml;
  EXPECT_EQ(to_yaml({{"https://127.0.0.1:1", "https://127.0.0.1:2"}, "PEM", "secret"}),
            R"(apiVersion: v1
kind: Config
clusters:
- name: echo-fakeapi
  cluster:
    server: https://127.0.0.1:1
    certificate-authority-data: UEVN
- name: echo-fakeapi-2
  cluster:
    server: https://127.0.0.1:2
    certificate-authority-data: UEVN
users:
- name: echo-fakeapi
  user:
    token: secret
contexts:
- name: echo-fakeapi
  context:
    cluster: echo-fakeapi
    user: echo-fakeapi
- name: echo-fakeapi-2
  context:
    cluster: echo-fakeapi-2
    user: echo-fakeapi
current-context: echo-fakeapi
)");
  EXPECT_FALSE(to_yaml({{"http://127.0.0.1:1"}, "", "secret"}).contains("authority"));
}

}  // namespace
}  // namespace fakeapi_http
