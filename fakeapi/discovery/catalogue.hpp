// What is served, put in the order in which discovery tells it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace fakeapi {
class Server;
}

namespace fakeapi::discovery {

struct Subresource {
  std::string name;  ///< "status"
  // Of what it answers; the resource's own where they are empty.
  std::string group;
  std::string version;
  std::string kind;
  std::vector<std::string_view> verbs;
};

struct Resource {
  std::string plural;
  std::string singular;  ///< "" where this server does not tell it
  std::string kind;
  bool namespaced = true;
  std::vector<std::string_view> verbs;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::string storage_hash;  ///< storageVersionHash; "" for what is not stored
  std::vector<Subresource> subresources;
};

struct Version {
  std::string name;
  std::vector<Resource> resources;
};

struct Group {
  std::string name;
  std::vector<Version> versions;  ///< the preferred one first

  /// "apps/v1", or "v1" of the core group.
  std::string group_version(Version const& version) const {
    return name.empty() ? version.name : name + "/" + version.name;
  }
};

/// The core group, then the built-in ones in the order of the real server, then those of definitions.
std::vector<Group> catalogue(Server const& server);

}  // namespace fakeapi::discovery
