// Lists and reads by resourceVersion (fakeapi.md: LIS).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "fakeapi/semantics/continue_token.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using api::ResourceVersion;
using api::ResourceVersionMatch;
using Names = std::vector<std::string>;

Names names(Result<api::ObjectList> const& list) {
  Names all;
  for (auto const& item : list->items) all.push_back(item->metadata.name);
  return all;
}

struct List : ::testing::Test {
  List() {
    for (auto const* name : {"c", "a", "e", "b", "d"}) {
      auto made = echo(name);
      made.metadata.labels = api::StringMap{{"name", name}};
      if (std::string_view("ace").contains(*name))
        made.metadata.labels = api::StringMap{{"odd", "yes"}, {"name", name}};
      EXPECT_TRUE(scene.create(echoes, made));
    }
    full = ResourceVersion(scene.server.revision());
  }
  Scene scene;
  ResourceVersion full{};
};
using Read = List;

constexpr char future_revision[] = "etcdserver: mvcc: required revision is a future revision";

TEST_F(List, is_in_the_order_of_keys_at_the_revision_of_the_store) {
  auto const found = scene.list(echoes);
  EXPECT_EQ(names(found), (Names{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(found->resource_version, full);
  EXPECT_EQ(found->continue_token, "");
  EXPECT_FALSE(found->remaining_item_count);
}

TEST_F(List, of_a_thousand_objects_is_in_the_order_of_keys) {
  Scene many;
  for (int i = 999; i >= 0; --i) ASSERT_TRUE(many.create(echoes, echo("n" + std::to_string(i))));
  auto const found = names(many.list(echoes));
  EXPECT_EQ(found.size(), 1000U);
  EXPECT_TRUE(std::ranges::is_sorted(found));
}

TEST_F(List, from_the_cache_ignores_the_limit) {
  auto const found = scene.list(echoes, {.resource_version = ResourceVersion::none, .limit = 2});
  EXPECT_EQ(found->items.size(), 5U);
  EXPECT_EQ(found->continue_token, "");
}

TEST_F(List, that_is_not_older_than_a_revision_is_the_latest) {
  auto const early = ResourceVersion(api::to_number(full) - 3);
  EXPECT_EQ(names(scene.list(echoes, {.resource_version = early})).size(), 5U);
  auto const found =
      scene.list(echoes, {.resource_version = early, .match = ResourceVersionMatch::not_older_than, .limit = 2});
  EXPECT_EQ(names(found), (Names{"a", "b"}));
  EXPECT_EQ(found->resource_version, full);
}

TEST_F(List, at_exactly_a_revision_is_the_old_state) {
  auto const early = ResourceVersion(api::to_number(full) - 3);
  ASSERT_TRUE(scene.remove(echoes, "c"));
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 9}})")));
  auto const found = scene.list(echoes, {.resource_version = early, .match = ResourceVersionMatch::exact});
  EXPECT_EQ(names(found), (Names{"a", "c"}));
  EXPECT_EQ(found->resource_version, early);
  EXPECT_EQ(shown(found->items[0], "spec"), json(R"({"replicas": 1})"));
}

TEST_F(List, with_a_revision_and_a_limit_is_exact_as_of_old) {
  auto const early = ResourceVersion(api::to_number(full) - 3);
  EXPECT_EQ(names(scene.list(echoes, {.resource_version = early, .limit = 500})), (Names{"a", "c"}));
}

TEST_F(List, refuses_a_match_that_means_nothing) {
  auto const without = scene.list(echoes, {.match = ResourceVersionMatch::exact});
  expect_error(without, 422, Reason::invalid,
               "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is "
               "forbidden unless resourceVersion is provided");
  EXPECT_EQ(without.error().kind, "ListOptions");
  EXPECT_EQ(without.error().group, "meta.k8s.io");
  expect_error(
      scene.list(echoes, {.resource_version = ResourceVersion::none, .match = ResourceVersionMatch::exact}), 422,
      Reason::invalid,
      "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is "
      "forbidden for resourceVersion \"0\"");
}

TEST_F(List, from_the_future_times_out_or_fails) {
  auto const future = ResourceVersion(api::to_number(full) + 5);
  auto const late = scene.list(echoes, {.resource_version = future});
  expect_error(late, 504, Reason::timeout,
               "Timeout: Too large resource version: " + std::to_string(api::to_number(future)) +
                   ", current: " + std::to_string(api::to_number(full)));
  EXPECT_TRUE(late.error().is_too_large_resource_version());
  EXPECT_EQ(late.error().retry_after, std::chrono::seconds(1));
  expect_error(scene.list(echoes, {.resource_version = future, .match = ResourceVersionMatch::exact}), 500,
               Reason::unknown, future_revision);
}

TEST_F(List, in_pages_is_consistent_while_objects_come_and_go) {
  auto first = scene.list(echoes, {.limit = 2});
  EXPECT_EQ(names(first), (Names{"a", "b"}));
  EXPECT_EQ(first->remaining_item_count, 3);
  ASSERT_TRUE(scene.create(echoes, echo("bb")));
  ASSERT_TRUE(scene.remove(echoes, "d"));
  auto second = scene.list(echoes, {.limit = 2, .continue_token = first->continue_token});
  EXPECT_EQ(names(second), (Names{"c", "d"}));
  EXPECT_EQ(second->resource_version, full);
  EXPECT_EQ(second->remaining_item_count, 1);
  auto const last = scene.list(echoes, {.continue_token = second->continue_token});
  EXPECT_EQ(names(last), (Names{"e"}));
  EXPECT_EQ(last->continue_token, "");
}

TEST_F(List, counts_what_is_left_only_without_selectors) {
  auto const page = scene.list(echoes, {.label_selector = "odd", .limit = 2});
  EXPECT_EQ(names(page), (Names{"a", "c"}));
  EXPECT_NE(page->continue_token, "");
  EXPECT_FALSE(page->remaining_item_count);
  auto const rest = scene.list(echoes, {.label_selector = "odd", .limit = 2, .continue_token = page->continue_token});
  EXPECT_EQ(names(rest), (Names{"e"}));
  EXPECT_EQ(rest->continue_token, "");
}

TEST_F(List, takes_no_revision_along_with_a_token) {
  auto const page = scene.list(echoes, {.limit = 2});
  expect_error(scene.list(echoes, {.resource_version = full, .continue_token = page->continue_token}), 400,
               Reason::bad_request, "specifying resource version is not allowed when using continue");
}

TEST_F(List, refuses_a_token_that_it_did_not_give_out) {
  for (auto const* token : {"!", "YWJj", "e30", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIuLi94In0"}) {
    auto const refused = scene.list(echoes, {.limit = 2, .continue_token = token});
    ASSERT_FALSE(refused) << token;
    EXPECT_EQ(refused.error().code, 400);
    EXPECT_TRUE(refused.error().message.starts_with("invalid continue token: continue key is not valid: "));
  }
}

TEST_F(List, gives_a_way_on_when_a_token_has_expired) {
  auto const page = scene.list(echoes, {.limit = 2});
  ASSERT_TRUE(scene.create(echoes, echo("bb")));
  scene.server.compact(scene.server.revision());
  auto const expired = scene.list(echoes, {.limit = 2, .continue_token = page->continue_token});
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error().code, 410);
  EXPECT_EQ(expired.error().reason, Reason::expired);
  EXPECT_TRUE(expired.error().message.starts_with(
      "The provided continue parameter is too old to display a consistent list result."));
  auto const rest = scene.list(echoes, {.continue_token = expired.error().continue_token});
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(names(rest), (Names{"bb", "c", "d", "e"}));
  EXPECT_EQ(api::to_number(rest->resource_version), scene.server.revision());
}

TEST_F(List, at_a_compacted_revision_is_gone) {
  ASSERT_TRUE(scene.create(echoes, echo("f")));
  scene.server.compact(scene.server.revision());
  expect_error(scene.list(echoes, {.resource_version = full, .match = ResourceVersionMatch::exact}), 410,
               Reason::expired, "The resourceVersion for the provided list is too old.");
  EXPECT_TRUE(scene.list(echoes, {.resource_version = full}));  // not older than: no history needed
}

TEST_F(List, understands_label_selectors) {
  EXPECT_EQ(names(scene.list(echoes, {.label_selector = "odd=yes"})), (Names{"a", "c", "e"}));
  EXPECT_EQ(names(scene.list(echoes, {.label_selector = "odd!=yes"})), (Names{"b", "d"}));
  EXPECT_EQ(names(scene.list(echoes, {.label_selector = "name in (a,b),!odd"})), (Names{"b"}));
  auto const refused = scene.list(echoes, {.label_selector = "a in ("});
  EXPECT_EQ(refused.error().code, 400);
  EXPECT_EQ(refused.error().reason, Reason::bad_request);
}

TEST_F(List, understands_the_field_selectors_of_each_kind) {
  EXPECT_EQ(names(scene.list(echoes, {.field_selector = "metadata.name=b"})), (Names{"b"}));
  EXPECT_EQ(names(scene.list(echoes, {.field_selector = "metadata.name!=b,metadata.namespace=default"})),
            (Names{"a", "c", "d", "e"}));
  EXPECT_EQ(names(scene.list(api::namespaces, {.field_selector = "status.phase=Active"})).size(), 4U);
  expect_error(scene.list(echoes, {.field_selector = "spec.text=b"}), 400, Reason::bad_request,
               "field label not supported: spec.text");
  expect_error(scene.list(api::deployments, {.field_selector = "spec.x=b"}), 400, Reason::bad_request,
               "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
  ASSERT_TRUE(scene.create(api::events, object(R"({"metadata": {"name": "e1", "namespace": "default"},
    "involvedObject": {"kind": "Echo", "name": "a", "namespace": "default", "uid": "u"}, "reason": "Seen"})")));
  EXPECT_EQ(names(scene.list(api::events, {.field_selector = "involvedObject.name=a,involvedObject.uid=u"})),
            (Names{"e1"}));
  EXPECT_EQ(names(scene.list(api::events, {.field_selector = "reason=Other"})), Names());
}

TEST_F(List, of_all_namespaces_begins_with_the_first_namespace) {
  ASSERT_TRUE(scene.create(api::namespaces, object(R"({"metadata": {"name": "default-b"}})")));
  ASSERT_TRUE(scene.create(api::namespaces, object(R"({"metadata": {"name": "z"}})")));
  for (auto const* namespace_ : {"z", "default-b"}) {
    auto made = echo("x");
    made.metadata.namespace_ = namespace_;
    ASSERT_TRUE(scene.create(echoes, made));
  }
  auto page = scene.list(echoes, {.limit = 1}, "");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items[0]->metadata.namespace_, "default-b");  // '-' comes before '/'
  auto const rest = scene.list(echoes, {.continue_token = page->continue_token}, "");
  EXPECT_EQ(names(rest), (Names{"a", "b", "c", "d", "e", "x"}));
  EXPECT_EQ(names(scene.list(echoes, {}, "z")), (Names{"x"}));
  EXPECT_EQ(names(scene.list(echoes, {}, "nowhere")), Names());
}

TEST_F(List, drops_the_fields_that_are_to_be_trimmed) {
  auto const found = scene.list(echoes, {.trim = {"spec", "metadata.labels"}});
  EXPECT_EQ(found->items[0]->spec, nullptr);
  EXPECT_TRUE(found->items[0]->metadata.labels.empty());
  EXPECT_NE(scene.server.find(echoes, {"default", "a"})->spec, nullptr);
}

TEST_F(Read, of_a_future_revision_times_out) {
  api::Request request;
  request.resource = echoes;
  request.key = {"default", "a"};
  request.options = api::GetOptions{.resource_version = full};
  EXPECT_TRUE(scene.call(request));
  request.options = api::GetOptions{.resource_version = ResourceVersion(1000)};
  expect_error(scene.call(request), 504, Reason::timeout,
               "Timeout: Too large resource version: 1000, current: " + std::to_string(api::to_number(full)));
}

TEST_F(Read, of_a_missing_object_names_it) {
  auto const missing = scene.get(api::deployments, "zz");
  expect_error(missing, 404, Reason::not_found, "deployments.apps \"zz\" not found");
  EXPECT_EQ(missing.error().name, "zz");
  EXPECT_EQ(missing.error().group, "apps");
  EXPECT_EQ(missing.error().kind, "deployments");
}

TEST(ContinueToken, is_the_one_of_the_real_server) {
  // {"v":"meta.k8s.io/v1","rv":5,"start":"a\u0000"}
  EXPECT_EQ(encode_continue({5, after({"default", "a"})}, "default"),
            "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiJhXHUwMDAwIn0");
}

RC_GTEST_PROP(ContinueToken, comes_back_as_it_was_given_out, ()) {
  auto const word = rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::element('a', 'b', '-', '0')));
  ContinueToken const token{*rc::gen::inRange<std::int64_t>(1, 1000000), after({*word, *word})};
  bool const all = *rc::gen::arbitrary<bool>();
  auto const read =
      decode_continue(encode_continue(token, all ? "" : token.from.namespace_), all ? "" : token.from.namespace_);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->revision == token.revision);
  RC_ASSERT(read->from == token.from);
}

RC_GTEST_PROP(ContinueToken, of_any_text_is_read_or_refused, (std::string const& text)) {
  auto const read = decode_continue(text, "default");
  RC_ASSERT(read.has_value() || read.error().starts_with("continue key is not valid: "));
}

}  // namespace
}  // namespace fakeapi::testing
