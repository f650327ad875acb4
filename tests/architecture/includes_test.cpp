// The first test of the arrows: who includes whom, and what is used outside operator/real.
#include <gtest/gtest.h>

#include <set>

#include "tests/architecture/rules.hpp"

namespace {

using architecture::parse_source;

std::vector<std::string> violations(std::string const& file, std::string_view text) {
  return architecture::violations(parse_source(file, text));
}
using Sentences = std::vector<std::string>;

TEST(Arrows, point_downwards_in_every_source_and_nothing_real_is_used_outside_operator_real) {
  auto const sources = architecture::read_sources(SOURCE_FOLDER, {"operator", "fakeapi", "sim", "bench"});
  std::set<std::string> rooms;
  for (auto const& source : sources) {
    rooms.insert(architecture::room_of(source.file));
    for (auto const& violation : architecture::violations(source)) ADD_FAILURE() << violation;
  }
  // The test sees the sources: without this it would hold of an empty folder.
  EXPECT_GE(sources.size(), 60U);
  for (auto const* room : {"operator/seams", "operator/api", "operator/manifest", "operator/runtime", "operator/echo",
                           "operator/http", "operator/real", "fakeapi", "sim"})
    EXPECT_TRUE(rooms.contains(room)) << room;
}

TEST(Arrows, have_no_exception_that_is_not_used) {
  auto const sources = architecture::read_sources(SOURCE_FOLDER, {"operator", "fakeapi", "sim", "bench"});
  EXPECT_EQ(architecture::unused_exceptions(sources), Sentences{});
}

TEST(ArrowRules, refuse_an_include_against_the_arrows) {
  EXPECT_EQ(violations("operator/api/a.hpp", "#pragma once\n#include \"operator/runtime/store.hpp\"\n"),
            Sentences{"operator/api/a.hpp:2: includes \"operator/runtime/store.hpp\": operator/api must not see "
                      "operator/runtime"});
  EXPECT_EQ(
      violations("fakeapi/face/a.cpp", "#  include <operator/client/a.hpp>\n"),
      Sentences{"fakeapi/face/a.cpp:1: includes \"operator/client/a.hpp\": fakeapi must not see operator/client"});
  EXPECT_EQ(violations("sim/a.cpp", "#include \"operator/real/real_clock.hpp\"\n"),
            Sentences{"sim/a.cpp:1: includes \"operator/real/real_clock.hpp\": sim must not see operator/real"});
}

TEST(ArrowRules, refuse_a_path_that_is_not_from_the_top_and_a_file_outside_the_rooms) {
  EXPECT_EQ(violations("sim/a.cpp", "#include \"tape.hpp\"\n"),
            Sentences{"sim/a.cpp:1: includes \"tape.hpp\", which names no room; write the path from the top"});
  EXPECT_EQ(violations("operator/new/a.cpp", ""),
            Sentences{"operator/new/a.cpp:1: lies in no room; add its folder to the table of arrows, or move it"});
}

TEST(ArrowRules, take_what_follows_the_arrows) {
  EXPECT_EQ(violations("operator/echo/a.cpp",
                       "#include \"operator/echo/b.hpp\"\n#include \"operator/runtime/c.hpp\"\n#include <map>\n"),
            Sentences{});
  EXPECT_EQ(violations("operator/api/a.cpp", "// #include \"sim/a.hpp\"\n/*\n#include \"sim/a.hpp\"\n*/\n"),
            Sentences{});
}

TEST(ArrowRules, let_a_main_include_anything) {
  EXPECT_EQ(violations("sim/local_main.cpp", "#include \"operator/real/real_clock.hpp\"\n#include <fstream>\n"),
            Sentences{});
}

TEST(ArrowRules, refuse_headers_and_names_of_the_real_world) {
  EXPECT_EQ(violations("sim/a.cpp", "#include <thread>\n#include <sys/socket.h>\n"),
            (Sentences{"sim/a.cpp:1: includes <thread>: threads belong to operator/real",
                       "sim/a.cpp:2: includes <sys/socket.h>: the system belongs to operator/real"}));
  EXPECT_EQ(violations("operator/runtime/a.cpp", "int x;\nauto t = std::chrono::system_clock::now();\n"),
            Sentences{"operator/runtime/a.cpp:2: uses system_clock::now: seams::Clock tells the time"});
  EXPECT_EQ(violations("operator/echo/a.hpp", "std::unordered_map<int, int> m;\n"),
            Sentences{"operator/echo/a.hpp:1: uses unordered_map: the order of a hash table differs between builds"});
  EXPECT_EQ(violations("operator/api/a.cpp", "#include <boost/beast/http.hpp>\n"),
            Sentences{"operator/api/a.cpp:1: includes <boost/beast/http.hpp>: HTTP is parsed in operator/http"});
  EXPECT_EQ(violations("operator/http/a.cpp", "#include <boost/beast/http.hpp>\n"), Sentences{});
  EXPECT_EQ(violations("operator/real/a.cpp", "#include <thread>\nauto t = std::chrono::system_clock::now();\n"),
            Sentences{});
}

TEST(ArrowRules, refuse_detached_everywhere) {
  for (std::string const file : {"sim/local_main.cpp", "operator/real/a.cpp", "operator/runtime/a.cpp"}) {
    auto const found = violations(file, "co_spawn(e, f(), asio::detached);\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].ends_with(":1: uses detached, which swallows exceptions; give co_spawn a handler"))
        << found[0];
  }
}

TEST(ArrowRules, look_at_code_only) {
  EXPECT_EQ(violations("sim/a.cpp",
                       "// never detached\nauto s = \"detached\"; /* std::thread\n unordered_map */\n"
                       "auto r = R\"x(\nsteady_timer \" )x\";\nint n = 1'000'000;\nbool my_detached_1;\n"),
            Sentences{});
  EXPECT_EQ(violations("sim/a.cpp", "char c = '\"'; f(detached);\nauto n = 1'0; g(\"\\\"\", detached);\n").size(), 2U);
}

}  // namespace
