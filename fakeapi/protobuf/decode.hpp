// Bodies in Kubernetes' protobuf form (application/vnd.kubernetes.protobuf), decoded into the JSON that the same object
// has, by the table of types.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>

#include "fakeapi/types/type.hpp"

namespace fakeapi::protobuf {

/// Whether a body begins as such bodies do ("k8s" and a zero).
bool is_protobuf(std::string_view body);

/// The object in a body, apiVersion and kind first. `api_version` and `kind` stand for those that the envelope leaves
/// out. The error says what is wrong and where. Never fails in any other way, whatever the bytes.
std::expected<boost::json::value, std::string> decode(std::string_view body, std::string_view api_version = {},
                                                      std::string_view kind = {});

/// One message of a known type, without an envelope.
std::expected<boost::json::value, std::string> decode_message(std::string_view bytes, types::Type const& type);

}  // namespace fakeapi::protobuf
