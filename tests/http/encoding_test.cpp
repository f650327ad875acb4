#include "operator/http/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace {

constexpr std::size_t megabyte = 1'000'000;

std::string why_not(std::string_view bytes, std::size_t limit = megabyte) {
  auto const plain = http::gunzip(bytes, limit);
  return plain ? "" : plain.error();
}

TEST(Gzip, gives_equal_bytes_for_equal_bytes_and_makes_repetition_small) {
  std::string const text(100'000, 'x');
  EXPECT_EQ(http::gzip(text), http::gzip(text));
  EXPECT_LT(http::gzip(text).size(), 1000U);
  EXPECT_EQ(http::gunzip(http::gzip(text), megabyte).value(), text);
  EXPECT_EQ(http::gunzip(http::gzip(""), megabyte).value(), "");
}

TEST(Gunzip, stops_at_its_limit) {
  std::string const bomb = http::gzip(std::string(10 * megabyte, '\0'), 9);
  EXPECT_LT(bomb.size(), 20'000U);
  EXPECT_EQ(why_not(bomb), "more than 1000000 bytes");
  std::string const exact = http::gzip(std::string(1000, 'x'));
  EXPECT_EQ(why_not(exact, 1000), "");
  EXPECT_EQ(why_not(exact, 999), "more than 999 bytes");
  EXPECT_EQ(why_not(http::gzip(""), 0), "");
  EXPECT_EQ(why_not(http::gzip("x"), 0), "more than 0 bytes");
}

TEST(Gunzip, tells_what_is_the_matter) {
  std::string const good = http::gzip("some text that is long enough to be cut");
  EXPECT_EQ(why_not(""), "the compressed bytes end too early");
  EXPECT_EQ(why_not(good.substr(0, good.size() - 1)), "the compressed bytes end too early");
  EXPECT_EQ(why_not(good + "x"), "something follows the compressed bytes");
  EXPECT_EQ(why_not("this is no gzip"), "the compressed bytes are damaged");
  auto damaged = good;
  damaged[damaged.size() - 5] = static_cast<char>(damaged[damaged.size() - 5] ^ 1);
  EXPECT_EQ(why_not(damaged), "the compressed bytes are damaged");
}

TEST(AcceptEncoding, allows_gzip_where_it_is_named_and_not_refused) {
  for (auto const* header : {"gzip", "deflate, gzip", "GZIP", "gzip;q=0.5", "br;q=1.0, gzip;q=0.8, *;q=0.1", "*",
                             " gzip ; q=1", "identity, *"})
    EXPECT_TRUE(http::accepts_gzip(header)) << header;
  for (auto const* header : {"", "identity", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "xgzip", "gzipx"})
    EXPECT_FALSE(http::accepts_gzip(header)) << header;
}

RC_GTEST_PROP(GzipProperties, gives_back_what_went_in, (std::string const& text)) {
  for (int level : {1, 4, 9}) RC_ASSERT(http::gunzip(http::gzip(text, level), text.size()).value() == text);
}

RC_GTEST_PROP(GzipProperties, never_gives_more_than_the_limit_or_breaks_on_any_bytes, (std::string const& bytes)) {
  std::string const damaged = http::gzip(bytes).substr(0, 10) + bytes;
  auto const plain = http::gunzip(damaged, 10);
  RC_ASSERT(!plain || plain->size() <= 10U);
}

}  // namespace
