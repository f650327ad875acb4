// storageVersionHash: by which clients notice that a resource is stored in another version than before.
#pragma once
#include <string>
#include <string_view>

namespace fakeapi::discovery {

/// What the real server tells of a kind stored in this version: the first eight bytes of a SHA-256, in base64.
std::string storage_version_hash(std::string_view group, std::string_view version, std::string_view kind);

}  // namespace fakeapi::discovery
