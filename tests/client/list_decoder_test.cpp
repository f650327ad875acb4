#include "operator/client/list_decoder.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/serialize.hpp>

#include "operator/http/encoding.hpp"
#include "tests/api/generators.hpp"

namespace {

namespace json = boost::json;
using client::ListDecoder;

std::expected<api::ObjectList, std::string> decode(std::string_view text, std::vector<std::string> const& trim = {}) {
  ListDecoder decoder(trim);
  decoder.feed(text);
  return decoder.finish();
}

std::string shown(api::ObjectList const& list) {
  std::string text = std::to_string(api::to_number(list.resource_version)) + " " + list.continue_token;
  if (list.remaining_item_count) text += " " + std::to_string(*list.remaining_item_count);
  for (auto const& item : list.items) text += " " + json::serialize(api::object_to_json(*item));
  return text;
}

std::string decoded(std::string_view text, std::vector<std::string> const& trim = {}) {
  auto const list = decode(text, trim);
  return list ? shown(*list) : "error: " + list.error();
}

TEST(AList, gives_its_items_and_what_it_says_of_itself) {
  EXPECT_EQ(
      decoded(R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"t",)"
              R"("remainingItemCount":3},"items":[{"metadata":{"name":"a"}},{"kind":"X","metadata":{"name":"b"}}]})"),
      R"(7 t 3 {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}} )"
      R"({"apiVersion":"v1","kind":"X","metadata":{"name":"b"}})");
}

TEST(AList, may_have_its_members_in_any_order_and_no_items) {
  EXPECT_EQ(
      decoded(
          R"({"items":[{"metadata":{"name":"a"}}],"metadata":{"resourceVersion":"7"},"apiVersion":"v1","kind":"PodList"})"),
      R"(7  {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})");
  EXPECT_EQ(decoded(R"({"items":null,"metadata":{}})"), "0 ");
  EXPECT_EQ(decoded(R"({"items":[]})"), "0 ");
  EXPECT_EQ(decoded("{}\n"), "0 ");
}

TEST(AList, leaves_out_what_is_trimmed_and_nothing_else) {
  EXPECT_EQ(decoded(R"({"items":[{"metadata":{"managedFields":[{"a":[1,{"b":"c"}]}],"name":"a"},"spec":{"metadata":)"
                    R"({"managedFields":1},"template":"x","list":[{"template":[2]}]}}]})",
                    {"metadata.managedFields", "spec.template"}),
            R"(0  {"metadata":{"name":"a"},"spec":{"metadata":{"managedFields":1},"list":[{"template":[2]}]}})");
}

TEST(AList, that_is_none_is_refused_with_the_place) {
  EXPECT_EQ(decoded(""), "error: it ends too early");
  EXPECT_EQ(decoded(R"({"items":[{"metadata":{}})"), "error: it ends too early");
  EXPECT_EQ(decoded("[]"), "error: it is no object");
  EXPECT_EQ(decoded("1 "), "error: it is no object");
  EXPECT_EQ(decoded(R"("a")"), "error: it is no object");
  EXPECT_EQ(decoded(R"({"items":{}})"), "error: items is no list");
  EXPECT_EQ(decoded(R"({"items":"a"})"), "error: items is no list");
  EXPECT_EQ(decoded(R"({"items":[{},1]})"), "error: items[1]: must be an object, not a number");
  EXPECT_EQ(decoded(R"({"items":[[]]})"), "error: items[0]: must be an object");
  EXPECT_EQ(decoded(R"({"items":[{"metadata":{"name":1}}]})"), "error: items[0]: metadata.name: must be a string");
  EXPECT_EQ(decoded("{} {}"), "error: something follows its end");
  EXPECT_TRUE(decoded("{\"items\":[}").starts_with("error: it is not JSON: "));
}

TEST(AList, as_deep_as_definitions_are_is_read_and_a_deeper_one_is_not) {
  auto const nested = [](int depth) {
    std::string text = R"({"items":[{"spec":)";
    for (int i = 0; i < depth; ++i) text += "{\"a\":";
    text += "1";
    for (int i = 0; i < depth; ++i) text += "}";
    return text + "}]}";
  };
  EXPECT_TRUE(decode(nested(500)));
  EXPECT_FALSE(decode(nested(600)));
  EXPECT_TRUE(decode(nested(500), {"spec.a"}));
}

/// Cuts a text at random and feeds the pieces.
template <class Feed>
void in_pieces(std::string_view text, Feed const& feed) {
  while (!text.empty()) {
    auto const size = std::min<std::size_t>(text.size(), static_cast<std::size_t>(1 + api::test::below(40)));
    feed(text.substr(0, size));
    text.remove_prefix(size);
  }
}

RC_GTEST_PROP(ListDecoder, makes_of_any_list_however_it_comes_what_reading_and_trimming_each_item_makes, ()) {
  std::vector<std::string> const trim{"metadata.managedFields", "spec.a", "status.list.b", "data"};
  json::array items;
  std::vector<std::string> expected;
  for (int n = api::test::below(5); n > 0; --n) {
    json::object item;
    json::object metadata{{"name", api::test::word()}};
    if (api::test::one_in(2)) metadata["managedFields"] = api::test::any_json(3);
    item["metadata"] = std::move(metadata);
    for (auto const* name : {"spec", "status", "data", "kind2"}) {
      if (api::test::one_in(2)) item[name] = api::test::any_json(4);
    }
    auto const object = api::object_from_json(item);
    if (!object) continue;
    auto const trimmed = api::trim(std::make_shared<api::Object const>(*object), trim);
    expected.push_back(json::serialize(api::object_to_json(*trimmed)));
    items.push_back(std::move(item));
  }
  json::object list{{"kind", ""}, {"metadata", {{"resourceVersion", "5"}}}};
  list["items"] = std::move(items);
  ListDecoder decoder(trim);
  in_pieces(json::serialize(list), [&](std::string_view piece) { RC_ASSERT(decoder.feed(piece)); });
  auto const decoded_list = decoder.finish();
  RC_ASSERT(decoded_list.has_value());
  std::vector<std::string> found;
  for (auto const& item : decoded_list->items) found.push_back(json::serialize(api::object_to_json(*item)));
  RC_ASSERT(found == expected);
}

RC_GTEST_PROP(ListDecoder, stands_any_text, ()) {
  // Parts of a list in any order: near enough to one to get far.
  std::string text;
  for (int n = api::test::below(30); n > 0; --n) {
    text += *rc::gen::element<std::string>("{", "}", "[", "]", ",", ":", "\"items\"", "\"metadata\"", "\"a\"", "1",
                                           "null", "true", "\"items\":[", "{\"metadata\":{", "\"managedFields\":", " ");
  }
  ListDecoder decoder({"metadata.managedFields", "a"});
  in_pieces(text, [&](std::string_view piece) { decoder.feed(piece); });
  auto const list = decoder.finish();
  RC_CLASSIFY(list.has_value(), "a list");
  RC_ASSERT(list.has_value() || !list.error().empty());
}

RC_GTEST_PROP(Inflater, gives_the_same_bytes_however_they_come, (std::string const& bytes)) {
  http::Inflater inflater(bytes.size());
  std::string out;
  in_pieces(http::gzip(bytes), [&](std::string_view piece) { RC_ASSERT(inflater.feed(piece, out).has_value()); });
  RC_ASSERT(inflater.complete());
  RC_ASSERT(out == bytes);
}

TEST(Inflater, stops_at_its_limit) {
  http::Inflater inflater(999);
  std::string out;
  EXPECT_FALSE(inflater.feed(http::gzip(std::string(1000, 'a')), out));
}

}  // namespace
