// A server that keeps account of fields, and writers with names.
#pragma once
#include <string>
#include <string_view>

#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {

class Writers {
 public:
  explicit Writers(std::string_view definition, Profile profile = Profile::v1_20);

  /// Server-side apply of an object given as JSON text; its name and namespace say where.
  Result<api::ObjectPtr> apply(api::Resource const& resource, std::string_view text, std::string const& manager,
                               bool force = false, api::Subresource subresource = api::Subresource::none);
  Result<api::ObjectPtr> create(api::Resource const& resource, api::Object object, std::string const& manager);
  Result<api::ObjectPtr> update(api::Resource const& resource, api::Object object, std::string const& manager,
                                api::Subresource subresource = api::Subresource::none);
  Result<api::ObjectPtr> patch(api::Resource const& resource, std::string const& name, api::Patch patch,
                               std::string const& manager, api::Subresource subresource = api::Subresource::none);
  api::Object get(api::Resource const& resource, std::string const& name);

  Result<api::ObjectPtr> call(api::Request request, std::string const& manager);

  Server server;
  seams::WallTime now{std::chrono::seconds(1795454649)};
  Report report;  ///< of the last call
  bool dry_run = false;
};

/// Who owns what: "mgr1 Apply {…}", one line for each entry, in order.
std::string owners(api::Object const& object);
inline std::string owners(Result<api::ObjectPtr> const& result) {
  return result ? owners(**result) : result.error().to_string();
}

}  // namespace fakeapi::testing
