// What a request is about, from its method and URL alone: what authorization asks and routing starts from.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/face/http/url.hpp"

namespace fakeapi::http {

/// k8s.io/apiserver's RequestInfo.
struct RequestInfo {
  bool is_resource = false;
  std::string verb;  ///< "get", "list", "watch", …; of what is no resource the method in lower case
  std::string path;
  std::string group;
  std::string version;
  std::string namespace_;
  std::string resource;
  std::string subresource;
  std::string name;
  /// From the resource on: RESOURCE, NAME, SUBRESOURCE and what follows.
  std::vector<std::string> parts;
  /// A path below /watch/, the older form of ?watch=true.
  bool legacy_watch = false;
  /// The URL names a namespace.
  bool in_namespace = false;
  /// The URL cannot be understood; the text says why.
  std::string error;
};

RequestInfo resolve(std::string_view method, Url const& url);

/// A parameter that is a boolean: absent, "0" and "false" in any case are not set, everything else is.
bool is_set(Query const& query, std::string_view name);

}  // namespace fakeapi::http
