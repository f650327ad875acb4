// base64 as RFC 4648 §4 has it, the form in which Kubernetes writes bytes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace api {

/// What `text` stands for; line breaks in it do not count. Nothing if it is not base64 with its padding.
std::optional<std::string> decode_base64(std::string_view text);

/// With padding, without line breaks.
std::string encode_base64(std::string_view bytes);

}  // namespace api
