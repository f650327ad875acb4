// The resources that one server serves.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fakeapi/semantics/kind.hpp"
#include "fakeapi/server.hpp"
#include "fakeapi/store/log.hpp"

namespace fakeapi {

struct Definition;
struct DefinitionNames;

/// One version of a resource in one server.
struct Served {
  std::shared_ptr<Kind const> kind;
  ResourceIndex index{};
  /// The revision at which the definition came or last changed: objects written before may not fit it, and the watch
  /// cache began anew. 0 for what is compiled in.
  Revision since = 0;
  /// The definition is being deleted: nothing can be created.
  bool terminating = false;
};

class Registry {
 public:
  /// Serves the kinds that are compiled into servers of the profile; `log` gets a table for each.
  Registry(Log& log, Profile profile);

  /// Null if nothing of the name is served.
  std::shared_ptr<Served const> find(api::Resource const& resource) const;
  /// Some version of the resource, or null.
  std::shared_ptr<Served const> find(ResourceIndex index) const;
  /// Since when the resource is served as it is, see Served::since; not_served: it is not.
  Revision since(ResourceIndex index) const { return since_[static_cast<std::size_t>(index)]; }
  static constexpr Revision not_served = static_cast<Revision>(-1);
  /// Everything, each version of a resource by itself.
  std::span<std::shared_ptr<Served const> const> served() const { return served_; }
  bool is_built_in_group(std::string_view group) const;

  /// Serves what a definition defines under the names that were accepted, in place of what an earlier one of the same
  /// resource did. `revision` is that of the commit that brings it about.
  void serve(std::shared_ptr<Definition const> const& definition, DefinitionNames const& names, Revision revision,
             bool terminating);
  /// Serves a group's plural no more. Its place in the log stays.
  void remove(std::string_view group, std::string_view plural);

  Served const& namespaces() const { return *served_.front(); }
  Served const& definitions() const { return *served_[definitions_]; }

 private:
  ResourceIndex place_of(std::string_view group, std::string_view plural);

  Log& log_;
  Profile profile_;
  std::size_t definitions_ = 0;
  // First what is compiled in, which all servers of a profile share; then what definitions define. Shared with the
  // calls under way, one of which may be what removes it.
  std::vector<std::shared_ptr<Served const>> served_;
  std::size_t built_in_ = 0;        // how many of them are compiled in
  mutable std::size_t recent_ = 0;  // which of these was found last
  // Every resource that a definition has ever defined, by its place in the log after the compiled-in ones.
  std::vector<std::pair<std::string, std::string>> places_;
  std::size_t built_in_places_ = 0;
  std::vector<Revision> since_;  // by place
  // What is served of each of places_, parallel to it; null: nothing.
  std::vector<std::shared_ptr<Definition const>> defined_;
};

}  // namespace fakeapi
