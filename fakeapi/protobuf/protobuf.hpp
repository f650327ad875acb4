// Kubernetes' protobuf encoding of objects, as kubectl 1.32 and later send them.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>

namespace fakeapi::protobuf {

/// The JSON of an object in a request body (the envelope `k8s\0` included), apiVersion and kind filled in from the
/// envelope. Any bytes may come; the error is what is wrong with them, for a 400.
std::expected<boost::json::value, std::string> decode(std::string_view bytes);

}  // namespace fakeapi::protobuf
