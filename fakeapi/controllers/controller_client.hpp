// How a built-in controller speaks to the server: as a client of its own, at the time of its clock.
#pragma once
#include <cstdint>
#include <string_view>

#include "fakeapi/server.hpp"
#include "operator/api/request.hpp"
#include "operator/seams/clock.hpp"

namespace fakeapi {

/// Writes carry the resourceVersion that their object has, or the preconditions they are given. A thin effect: no
/// decisions, no retries.
class ControllerClient {
 public:
  /// `manager` names the writer in managedFields; it must be a constant.
  ControllerClient(Server& server, seams::Clock& clock, Actor actor, std::string_view manager)
      : server_(server), clock_(clock), actor_(actor), manager_(manager) {}

  Server& server() { return server_; }
  seams::WallTime now() const { return clock_.wall_now(); }
  /// The same, in the whole seconds of timestamps.
  api::Timestamp timestamp() const { return std::chrono::floor<std::chrono::seconds>(now()); }

  Result<api::ObjectPtr> get(api::Resource const& resource, api::ObjectKey key);
  Result<api::ObjectList> list(api::Resource const& resource, std::string namespace_);
  Result<api::ObjectPtr> create(api::Resource const& resource, api::Object object,
                                api::Subresource subresource = api::Subresource::none);
  Result<api::ObjectPtr> update(api::Resource const& resource, api::Object object,
                                api::Subresource subresource = api::Subresource::none);
  Result<api::ObjectPtr> merge_patch(api::Resource const& resource, api::ObjectKey key, boost::json::value document);
  /// An object that is not there any more is as good as deleted.
  Result<void> remove(api::Resource const& resource, api::ObjectKey key, api::DeleteOptions options);
  Result<void> remove_collection(api::Resource const& resource, std::string namespace_, api::DeleteOptions each);

  /// Writes that the server has refused, other than deletions of what was gone already.
  std::uint64_t refused() const { return refused_; }

 private:
  Result<api::Response> execute(api::Request const& request);
  Result<api::ObjectPtr> execute_for_object(api::Request const& request);

  Server& server_;
  seams::Clock& clock_;
  Actor actor_;
  std::string_view manager_;
  std::uint64_t refused_ = 0;
};

/// A refusal that will not change: nothing can be created in a namespace that is being deleted.
bool namespace_is_terminating(api::Error const& error);

}  // namespace fakeapi
