#include "operator/client/answers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "operator/http/encoding.hpp"

namespace {

using api::Reason;
using api::Verb;

api::Request request(Verb verb) {
  api::Request made;
  made.verb = verb;
  made.resource = {"example.com", "v1", "echoes"};
  made.key = {"default", "a"};
  api::ListOptions options;
  options.trim = {"metadata.managedFields"};
  if (verb == Verb::list) made.options = options;
  return made;
}

seams::HttpResponse response(int status, std::string body, seams::HttpHeaders headers = {}) {
  return {status, std::move(headers), std::make_shared<std::string const>(std::move(body))};
}

constexpr std::string_view conflict =
    R"({"kind":"Status","apiVersion":"v1","metadata":{"continue":"t"},"status":"Failure","message":"no","reason":)"
    R"("Conflict","details":{"name":"a","group":"g","kind":"echoes","uid":"u","causes":[{"reason":"r","message":"m",)"
    R"("field":"f"}],"retryAfterSeconds":3},"code":409})";

TEST(Answers, a_status_is_an_error_with_all_that_it_says) {
  auto const result = client::read_answer(request(Verb::update), response(409, std::string(conflict)));
  ASSERT_FALSE(result);
  auto const& error = result.error();
  EXPECT_EQ(error.reason, Reason::conflict);
  EXPECT_EQ(error.code, 409);
  EXPECT_EQ(error.message, "no");
  EXPECT_EQ(error.name + error.group + error.kind + error.uid, "agechoesu");
  EXPECT_EQ(error.causes, (std::vector<api::Cause>{{"r", "m", "f"}}));
  EXPECT_EQ(error.retry_after, std::chrono::seconds(3));
  EXPECT_EQ(error.continue_token, "t");
  EXPECT_FALSE(error.outcome_unknown);
}

TEST(Answers, what_a_proxy_says_is_an_error_with_the_beginning_of_its_words) {
  auto const result =
      client::read_answer(request(Verb::get), response(502, "<html>\nbad gateway" + std::string(900, '!')));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, 502);
  EXPECT_EQ(result.error().reason, Reason::unknown);
  EXPECT_TRUE(result.error().message.starts_with("<html> bad gateway!"));
  EXPECT_LE(result.error().message.size(), 310U);
}

TEST(Answers, a_time_to_come_back_is_read_from_the_header_too) {
  auto const result = client::read_answer(request(Verb::get), response(429, "slow down", {{"Retry-After", "7"}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, Reason::too_many_requests);
  EXPECT_EQ(result.error().retry_after, std::chrono::seconds(7));
}

TEST(Answers, the_outcome_of_a_write_is_unknown_after_a_5xx_and_after_what_cannot_be_read) {
  EXPECT_TRUE(client::read_answer(request(Verb::update), response(500, "oops")).error().outcome_unknown);
  EXPECT_TRUE(client::read_answer(request(Verb::update), response(200, "{")).error().outcome_unknown);
  EXPECT_FALSE(client::read_answer(request(Verb::get), response(500, "oops")).error().outcome_unknown);
  EXPECT_FALSE(client::read_answer(request(Verb::update), response(429, "")).error().outcome_unknown);
}

TEST(Answers, the_items_of_a_typed_list_get_the_kind_of_the_list) {
  auto const result = client::read_answer(
      request(Verb::list),
      response(200, R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"c",)"
                    R"("remainingItemCount":4},"items":[{"metadata":{"name":"p","managedFields":[{}]}}]})"));
  ASSERT_TRUE(result) << result.error().to_string();
  auto const& list = std::get<api::ObjectList>(*result);
  EXPECT_EQ(list.resource_version, api::ResourceVersion(12));
  EXPECT_EQ(list.continue_token, "c");
  EXPECT_EQ(list.remaining_item_count, 4);
  ASSERT_EQ(list.items.size(), 1U);
  EXPECT_EQ(list.items[0]->kind + " " + list.items[0]->api_version, "Pod v1");
  EXPECT_EQ(list.items[0]->metadata.rest, nullptr) << "managedFields was to be dropped";
}

TEST(Answers, an_item_that_is_no_object_is_named) {
  auto const result = client::read_answer(request(Verb::list), response(200, R"({"items":[{},{"metadata":3}]})"));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().message.contains("items[1]: ")) << result.error().message;
}

TEST(Answers, a_compressed_answer_is_unpacked) {
  std::string const body = R"({"kind":"Echo","apiVersion":"example.com/v1","metadata":{"name":"a"}})";
  auto const result =
      client::read_answer(request(Verb::get), response(200, http::gzip(body), {{"Content-Encoding", "gzip"}}));
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(std::get<api::ObjectPtr>(*result)->metadata.name, "a");
}

TEST(Answers, a_deletion_that_is_done_is_told_by_a_status) {
  auto const result = client::read_answer(
      request(Verb::delete_),
      response(200, R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"uid":"u"}})"));
  ASSERT_TRUE(result);
  EXPECT_EQ(std::get<api::Deleted>(*result).uid, "u");
}

TEST(Events, are_read_with_their_object_or_their_error) {
  auto const added =
      client::read_event(R"({"type":"ADDED","object":{"metadata":{"name":"a"},"spec":{"x":1}}})", {"spec"});
  ASSERT_TRUE(added);
  EXPECT_EQ(added->type, api::WatchEventType::added);
  EXPECT_EQ(added->object->metadata.name, "a");
  EXPECT_EQ(added->object->spec, nullptr);
  auto const error =
      client::read_event(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})", {});
  ASSERT_TRUE(error && error->error);
  EXPECT_TRUE(error->error->is_expired());
}

TEST(Events, of_an_unknown_form_are_errors) {
  for (auto const* line : {"", "nothing", "{}", R"({"type":"MOVED","object":{}})", R"({"type":"ADDED","object":3})"}) {
    auto const event = client::read_event(line, {});
    ASSERT_FALSE(event) << line;
    EXPECT_EQ(event.error().reason, Reason::connection_failed);
  }
}

RC_GTEST_PROP(LineCutter, gives_the_same_lines_however_the_bytes_come, ()) {
  auto const lines = *rc::gen::container<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('a', 'd'))));
  std::string text;
  for (auto const& line : lines) text += line + (*rc::gen::arbitrary<bool>() ? "\n" : "\r\n");
  client::LineCutter cutter;
  std::vector<std::string> found;
  while (!text.empty()) {
    auto const size = *rc::gen::inRange<std::size_t>(1, text.size() + 1);
    cutter.buffer().append(text, 0, size);
    text.erase(0, size);
    while (auto const line = cutter.next()) found.emplace_back(*line);
  }
  RC_ASSERT(found == lines);
  RC_ASSERT(!cutter.in_line());
  cutter.buffer() += "cut";
  RC_ASSERT(!cutter.next());
  RC_ASSERT(cutter.in_line());
}

}  // namespace
