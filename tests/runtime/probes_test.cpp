#include "operator/runtime/probes.hpp"

#include <gtest/gtest.h>

namespace {

struct Probes : ::testing::Test {
  std::string cache_trouble;
  runtime::ProbeService service{{{"ping", [] { return std::string(); }}},
                                {{"ping", [] { return std::string(); }}, {"cache", [this] { return cache_trouble; }}}};

  std::string ask(std::string const& target, std::string const& method = "GET") {
    seams::HttpRequest request;
    request.method = method;
    request.target = target;
    auto const response = service.answer(request);
    return std::to_string(response.status) + " " + (response.body ? *response.body : "");
  }
};

TEST_F(Probes, say_ok_and_nothing_else_when_all_is_well) {
  EXPECT_EQ(ask("/healthz"), "200 ok");
  EXPECT_EQ(ask("/readyz"), "200 ok");
  EXPECT_EQ(ask("/readyz/"), "200 ok");
  EXPECT_EQ(ask("/readyz", "HEAD"), "200 ok");
}

TEST_F(Probes, name_what_is_not_well_and_why) {
  cache_trouble = "list echoes.example.com: Forbidden (403)";
  EXPECT_EQ(ask("/readyz"),
            "500 [+]ping ok\n[-]cache failed: list echoes.example.com: Forbidden (403)\nreadyz check failed\n");
  EXPECT_EQ(ask("/healthz"), "200 ok") << "a server out of reach is no reason to be restarted";
}

TEST_F(Probes, tell_of_each_check_when_asked_to) {
  EXPECT_EQ(ask("/readyz?verbose"), "200 [+]ping ok\n[+]cache ok\nreadyz check passed\n");
  EXPECT_EQ(ask("/readyz/cache"), "200 ok");
  cache_trouble = "broken";
  EXPECT_EQ(ask("/readyz/cache"), "500 broken\n");
  EXPECT_EQ(ask("/readyz/ping?verbose"), "200 ok");
}

TEST_F(Probes, leave_out_what_is_excluded) {
  cache_trouble = "broken";
  EXPECT_EQ(ask("/readyz?exclude=cache"), "200 ok");
  EXPECT_EQ(ask("/readyz?verbose&exclude=cache"), "200 [+]ping ok\n[+]cache excluded: ok\nreadyz check passed\n");
}

TEST_F(Probes, refuse_other_paths_and_methods) {
  EXPECT_TRUE(ask("/").starts_with("404 "));
  EXPECT_TRUE(ask("/readyzz").starts_with("404 "));
  EXPECT_TRUE(ask("/readyz/none").starts_with("404 "));
  EXPECT_TRUE(ask("/readyz", "POST").starts_with("405 "));
  EXPECT_TRUE(ask("/readyz/cache", "DELETE").starts_with("405 "));
}

}  // namespace
