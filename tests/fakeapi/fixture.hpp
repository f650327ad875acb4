// A server and short ways to talk to it.
#pragma once
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/server.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi::testing {

inline api::Resource const echoes{"example.com", "v1", "echoes"};
inline api::Resource const demos{"demo.example.com", "v1", "echoes"};

/// The tutorial's definition of Echo: no status, no subresources.
std::string_view tutorial_definition();
/// Ours: status and scale.
std::string_view echo_definition();
/// The one that golden/crd.yaml was recorded with, less its pattern.
std::string_view demo_definition();

inline boost::json::value json(std::string_view text) { return boost::json::parse(text); }
api::Object object(std::string_view text);
inline api::ObjectPtr shared(api::Object value) { return std::make_shared<api::Object const>(std::move(value)); }
/// The object's JSON, for comparisons.
boost::json::value shown(api::ObjectPtr const& value);
boost::json::value shown(api::ObjectPtr const& value, std::string_view field);

/// An Echo of example.com/v1 in namespace default.
api::Object echo(std::string const& name, int replicas = 1);
/// The smallest valid Deployment.
api::Object deployment(std::string const& name, int replicas = 1);

api::Patch merge(std::string_view document);
api::Patch json_patch(std::string_view operations);

/// The options of requests, each with a default, so that a test names only what it is about.
struct Listing {
  std::string label_selector = {};
  std::string field_selector = {};
  std::optional<api::ResourceVersion> resource_version = {};
  api::ResourceVersionMatch match = api::ResourceVersionMatch::unset;
  std::int64_t limit = 0;
  std::string continue_token = {};
  std::vector<std::string> trim = {};
};
struct Watching {
  std::string label_selector = {};
  std::string field_selector = {};
  std::optional<api::ResourceVersion> resource_version = {};
  std::vector<std::string> trim = {};
  std::optional<bool> send_initial_events = {};
  api::ResourceVersionMatch match = api::ResourceVersionMatch::unset;
};
struct Writing {
  bool dry_run = false;
};

/// A server with a clock that moves a second at every call.
class Scene {
 public:
  explicit Scene(std::string_view definition = echo_definition(), ServerOptions options = {});

  Result<api::Response> call(api::Request const& request);
  Result<api::ObjectPtr> create(api::Resource const& resource, api::Object value, Writing options = {});
  Result<api::ObjectPtr> update(api::Resource const& resource, api::Object value,
                                api::Subresource subresource = api::Subresource::none);
  Result<api::ObjectPtr> patch(api::Resource const& resource, std::string const& name, api::Patch patch,
                               api::Subresource subresource = api::Subresource::none, Writing options = {});
  Result<api::ObjectPtr> get(api::Resource const& resource, std::string const& name,
                             api::Subresource subresource = api::Subresource::none);
  Result<api::ObjectList> list(api::Resource const& resource, Listing options = {},
                               std::string const& namespace_ = "default");
  Result<api::Response> remove(api::Resource const& resource, std::string const& name, api::DeleteOptions options = {});
  WatchCursor watch(api::Resource const& resource, Watching options = {}, std::string const& namespace_ = "default");
  Result<std::unique_ptr<WatchCursor>> open_watch(api::Resource const& resource, Watching options = {},
                                                  std::string const& namespace_ = "default");
  Result<api::ObjectList> remove_all(api::Resource const& resource, Listing select = {}, api::DeleteOptions each = {});
  /// All events that are there.
  std::vector<api::WatchEvent> events(WatchCursor& cursor);
  /// As "ADDED a@7", where 7 is the revision.
  std::vector<std::string> told(WatchCursor& cursor);
  /// The namespace that names without one are in; "" for cluster-scoped resources.
  std::string namespace_of(api::Resource const& resource) const;

  /// By hand: what each call brings along.
  RequestContext context() const;

  Server server;
  Frontend const* frontend = nullptr;  ///< that all calls go to
  seams::WallTime now{std::chrono::seconds(1795454649)};
};

/// The answer is this error.
void expect_error(api::Error const& error, int code, api::Reason reason, std::string_view message);
template <class T>
void expect_error(Result<T> const& result, int code, api::Reason reason, std::string_view message) {
  ASSERT_FALSE(result.has_value()) << "expected: " << message;
  expect_error(result.error(), code, reason, message);
}
/// The answer is a 422 with these causes, each "field: message".
template <class T>
void expect_causes(Result<T> const& result, std::vector<std::string> const& causes) {
  ASSERT_FALSE(result.has_value());
  std::vector<std::string> found;
  for (auto const& cause : result.error().causes) found.push_back(cause.field + ": " + cause.message);
  EXPECT_EQ(result.error().code, 422);
  EXPECT_EQ(found, causes) << result.error().message;
}

}  // namespace fakeapi::testing
