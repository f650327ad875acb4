// What kinds and fields are, in a few words, for `kubectl explain`.
#pragma once
#include <span>
#include <string_view>

namespace fakeapi::openapi {

/// Of a structure by its name in OpenAPI ("io.k8s.api.apps.v1.Deployment"), or "".
std::string_view describe(std::string_view structure);
/// Of a field of a structure, or "".
std::string_view describe(std::string_view structure, std::string_view field);

/// `structure`: the end of a structure's name, "" for any; `field`: "" for the structure itself.
struct Description {
  std::string_view structure;
  std::string_view field;
  std::string_view text;
};
/// All there are.
std::span<Description const> descriptions();

}  // namespace fakeapi::openapi
