#include "operator/api/api.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "operator/api/kinds.hpp"
#include "operator/seams/check.hpp"

namespace api {
namespace {

/// Remembers the last request and answers what it is told to.
class Recorder : public Api {
 public:
  AsyncResult<Response> call(Request request) override {
    last = std::move(request);
    co_return answer;
  }
  AsyncResult<std::unique_ptr<Watch>> open_watch(Request request) override {
    last = std::move(request);
    co_return std::unique_ptr<Watch>();
  }

  Request last;
  Result<Response> answer = Response();
};

template <class T>
T run(boost::asio::awaitable<T> work) {
  boost::asio::io_context context;
  std::optional<T> result;
  boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    result = std::move(value);
  });
  context.run();
  return std::move(result).value();
}

ObjectPtr named(std::string name) {
  Object object;
  object.metadata.namespace_ = "default";
  object.metadata.name = std::move(name);
  return std::make_shared<Object const>(std::move(object));
}

TEST(Api, says_each_verb_as_a_request) {
  Recorder recorder;
  ObjectPtr const object = named("a");
  recorder.answer = Response(object);

  EXPECT_EQ(run(recorder.get(deployments, object->key(), {})).value(), object);
  EXPECT_EQ(recorder.last.to_string(), "GET deployments.apps default/a");
  EXPECT_TRUE(std::holds_alternative<GetOptions>(recorder.last.options));
  EXPECT_EQ(recorder.last.write_options(), nullptr);

  WriteOptions write;
  write.field_manager = "echo";
  write.deadline = seams::MonotonicTime(std::chrono::seconds(5));
  EXPECT_EQ(run(recorder.create(deployments, object, write)).value(), object);
  EXPECT_EQ(recorder.last.to_string(), "CREATE deployments.apps default/a");
  EXPECT_EQ(std::get<ObjectPtr>(recorder.last.body), object);
  EXPECT_EQ(recorder.last.write_options()->field_manager, "echo");
  EXPECT_EQ(recorder.last.deadline(), write.deadline);

  EXPECT_EQ(run(recorder.update(deployments, object, Subresource::status, write)).value(), object);
  EXPECT_EQ(recorder.last.to_string(), "UPDATE deployments.apps default/a/status");

  EXPECT_EQ(run(recorder.patch(deployments, object->key(), JsonPatch(), Subresource::scale, write)).value(), object);
  EXPECT_EQ(recorder.last.to_string(), "PATCH deployments.apps default/a/scale");

  DeleteOptions deletion;
  deletion.preconditions.uid = "u";
  deletion.write = write;
  EXPECT_EQ(std::get<ObjectPtr>(run(recorder.delete_(deployments, object->key(), deletion)).value()), object);
  EXPECT_EQ(recorder.last.to_string(), "DELETE deployments.apps default/a");
  EXPECT_EQ(recorder.last.deadline(), write.deadline);
  recorder.answer = Response(Deleted("u"));
  EXPECT_EQ(std::get<Deleted>(run(recorder.delete_(deployments, object->key(), deletion)).value()).uid, "u");

  recorder.answer = Response(ObjectList());
  EXPECT_TRUE(run(recorder.list(deployments, "default", {})).has_value());
  EXPECT_EQ(recorder.last.to_string(), "LIST deployments.apps default/*");
  EXPECT_TRUE(run(recorder.watch(namespaces, "", {})).has_value());
  EXPECT_EQ(recorder.last.to_string(), "WATCH namespaces *");
}

TEST(Api, hands_errors_through) {
  Recorder recorder;
  Error conflict;
  conflict.reason = Reason::conflict;
  recorder.answer = std::unexpected(conflict);
  EXPECT_TRUE(run(recorder.get(deployments, {"default", "a"}, {})).error().is(Reason::conflict));
  EXPECT_TRUE(run(recorder.delete_(deployments, {"default", "a"}, {})).error().is(Reason::conflict));
}

TEST(Api, takes_an_answer_of_another_verb_for_a_bug) {
  Recorder recorder;
  recorder.answer = Response(Deleted("u"));
  EXPECT_THROW(run(recorder.get(deployments, {"default", "a"}, {})), seams::BrokenInvariant);
  recorder.answer = Response(ObjectList());
  EXPECT_THROW(run(recorder.delete_(deployments, {"default", "a"}, {})), seams::BrokenInvariant);
}

TEST(Error, keeps_the_words_of_a_status) {
  for (auto reason = Reason::bad_request; reason <= Reason::timeout;
       reason = static_cast<Reason>(static_cast<int>(reason) + 1)) {
    EXPECT_FALSE(to_string(reason).empty());
    EXPECT_EQ(reason_from_string(to_string(reason)), reason) << to_string(reason);
  }
  EXPECT_EQ(to_string(Reason::already_exists), "AlreadyExists");
  EXPECT_EQ(reason_from_string("NoSuchReason"), Reason::unknown);
  EXPECT_EQ(reason_from_string(""), Reason::unknown);
  EXPECT_EQ(reason_from_string("ConnectionFailed"), Reason::unknown) << "no word of a server";
}

TEST(Error, is_printed_with_reason_code_and_message) {
  Error error;
  error.reason = Reason::conflict;
  error.code = 409;
  error.message = "modified";
  EXPECT_EQ(error.to_string(), "Conflict (409): modified");
  error.reason = Reason::unknown;
  EXPECT_EQ(error.to_string(), "Unknown (409): modified");
  Error lost;
  lost.reason = Reason::connection_failed;
  lost.outcome_unknown = true;
  EXPECT_EQ(lost.to_string(), "ConnectionFailed (the request may have been carried out)");
}

TEST(Error, knows_a_resource_version_that_is_too_old_from_one_that_is_too_large) {
  Error gone;
  gone.code = 410;
  EXPECT_TRUE(gone.is_expired());
  EXPECT_FALSE(gone.is_too_large_resource_version());
  Error ahead;
  ahead.reason = Reason::timeout;
  ahead.code = 504;
  EXPECT_FALSE(ahead.is_too_large_resource_version());
  ahead.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  EXPECT_TRUE(ahead.is_too_large_resource_version());
  EXPECT_FALSE(ahead.is_expired());
  ahead.causes.clear();
  ahead.message = "Timeout: Too large resource version: 400, current: 391";
  EXPECT_TRUE(ahead.is_too_large_resource_version());
}

TEST(WatchEvent, has_the_words_of_the_wire) {
  EXPECT_EQ(to_string(WatchEventType::added), "ADDED");
  EXPECT_EQ(to_string(WatchEventType::modified), "MODIFIED");
  EXPECT_EQ(to_string(WatchEventType::deleted), "DELETED");
  EXPECT_EQ(to_string(WatchEventType::bookmark), "BOOKMARK");
  EXPECT_EQ(to_string(WatchEventType::error), "ERROR");
}

}  // namespace
}  // namespace api
