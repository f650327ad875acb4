#include "operator/api/read_only.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "operator/api/kinds.hpp"

namespace {

/// Answers everything and remembers it.
class Recorder final : public api::Api {
 public:
  std::vector<std::string> asked;

  api::AsyncResult<api::Response> call(api::Request request) override {
    asked.push_back(request.to_string());
    co_return api::Response(api::ObjectList{});
  }
  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override {
    asked.push_back(request.to_string());
    co_return nullptr;
  }
};

struct ReadOnly : testing::Test {
  boost::asio::io_context context{1};
  Recorder behind;
  api::ReadOnlyApi api{behind};

  static api::Request request(api::Verb verb, api::Resource const& resource, api::Subresource subresource) {
    api::Request made;
    made.verb = verb;
    made.resource = resource;
    made.subresource = subresource;
    made.key = {"default", "a"};
    return made;
  }
  std::optional<api::Result<api::Response>> call(api::Request made) {
    std::optional<api::Result<api::Response>> answer;
    boost::asio::co_spawn(context, api.call(std::move(made)),
                          [&](std::exception_ptr const&, api::Result<api::Response> got) { answer = std::move(got); });
    context.restart();
    context.run();
    return answer;
  }
};

TEST_F(ReadOnly, no_write_of_any_verb_resource_or_subresource_passes_and_every_read_does) {
  using enum api::Subresource;
  std::uint64_t writes = 0;
  for (unsigned number = 0; number < api::verb_count; ++number) {
    auto const verb = static_cast<api::Verb>(number);
    if (verb == api::Verb::watch) continue;
    for (auto const& resource :
         {api::deployments, api::events, api::leases, api::namespaces, api::Resource{"example.com", "v1", "echoes"},
          api::Resource{"authorization.k8s.io", "v1", "subjectaccessreviews"}}) {
      for (auto const subresource : {none, status, scale, binding, finalize, eviction}) {
        behind.asked.clear();
        auto const answer = call(request(verb, resource, subresource));
        ASSERT_TRUE(answer);
        EXPECT_EQ(behind.asked.empty(), api::is_write(verb)) << request(verb, resource, subresource).to_string();
        EXPECT_EQ(answer->has_value(), !api::is_write(verb));
        if (!api::is_write(verb)) continue;
        ++writes;
        EXPECT_TRUE(answer->error().is(api::Reason::method_not_allowed));
        EXPECT_FALSE(answer->error().outcome_unknown) << "it is known: nothing";
      }
    }
  }
  EXPECT_EQ(api.held_back(), writes);
}

TEST_F(ReadOnly, whether_something_is_allowed_can_be_asked_and_nothing_else_of_reviews) {
  for (unsigned number = 0; number < api::verb_count; ++number) {
    auto const verb = static_cast<api::Verb>(number);
    if (!api::is_write(verb)) continue;
    behind.asked.clear();
    (void)call(request(verb, api::self_subject_access_reviews, api::Subresource::none));
    EXPECT_EQ(behind.asked.empty(), verb != api::Verb::create);
  }
}

TEST_F(ReadOnly, watches_pass) {
  bool opened = false;
  auto made = request(api::Verb::watch, api::deployments, api::Subresource::none);
  boost::asio::co_spawn(
      context, api.open_watch(std::move(made)),
      [&](std::exception_ptr const&, api::Result<std::unique_ptr<api::Watch>> got) { opened = got.has_value(); });
  context.run();
  EXPECT_TRUE(opened);
}

}  // namespace
