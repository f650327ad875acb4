// The continue token of a list: base64url of {"v":"meta.k8s.io/v1","rv":R,"start":"KEY\u0000"}.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "operator/api/resource.hpp"

namespace fakeapi {

struct ContinueToken {
  std::int64_t revision = 0;  ///< -1: the latest
  api::ObjectKey from;        ///< the first key that may come
};

/// The smallest key after this one.
inline api::ObjectKey after(api::ObjectKey key) {
  key.name.push_back('\0');
  return key;
}

/// A token for a list of `namespace_` ("": all namespaces, or a cluster-scoped resource).
std::string encode_continue(ContinueToken const& token, std::string_view namespace_);

/// The inverse. Any text may come; the error is the API server's, without "invalid continue token: ".
std::expected<ContinueToken, std::string> decode_continue(std::string_view text, std::string_view namespace_);

}  // namespace fakeapi
