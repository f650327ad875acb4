// Texts that are made once and kept.
#include "fakeapi/face/http/text_cache.hpp"

#include <gtest/gtest.h>

#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi_http {
namespace {

using fakeapi::http::TextCache;
using fakeapi::http::TextForm;

std::shared_ptr<fakeapi::Kind const> kind() { return fakeapi::built_in_kinds(fakeapi::Profile::v1_20).front(); }

api::Object named(std::string name, std::uint64_t revision) {
  api::Object object;
  object.api_version = "v1";
  object.kind = "Namespace";
  object.metadata.name = std::move(name);
  object.metadata.resource_version = api::ResourceVersion(revision);
  return object;
}

TEST(TextCache, gives_the_same_text_for_the_same_revision) {
  TextCache cache;
  auto const first = cache.text(kind(), named("a", 1), TextForm::whole);
  EXPECT_EQ(
      *first,
      R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"1","creationTimestamp":null}})"
      "\n");
  EXPECT_EQ(cache.text(kind(), named("a", 1), TextForm::whole), first);
  EXPECT_NE(cache.text(kind(), named("a", 2), TextForm::whole), first);
  EXPECT_NE(cache.text(kind(), named("a", 1), TextForm::partial), first);
  EXPECT_NE(cache.text(kind(), named("a", 1), TextForm::gone), first);
  EXPECT_EQ(cache.size(), 4U);
}

TEST(TextCache, keeps_nothing_that_has_no_revision) {
  TextCache cache;
  EXPECT_NE(cache.text(kind(), named("a", 0), TextForm::whole), cache.text(kind(), named("a", 0), TextForm::whole));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(TextCache, forgets_what_was_used_longest_ago) {
  TextCache cache(4096);
  auto const first = cache.text(kind(), named("a", 1), TextForm::whole);
  for (std::uint64_t revision = 2; revision < 1000; ++revision) {
    cache.text(kind(), named("b", revision), TextForm::whole);
    EXPECT_EQ(cache.text(kind(), named("a", 1), TextForm::whole), first);
    EXPECT_LE(cache.bytes(), 4096U);
  }
  EXPECT_GT(cache.size(), 10U);
  EXPECT_LT(cache.size(), 30U);
}

TEST(TextCache, a_text_that_would_push_out_all_others_is_not_kept) {
  TextCache cache(4096);
  cache.text(kind(), named(std::string(2000, 'x'), 1), TextForm::whole);
  EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace fakeapi_http
