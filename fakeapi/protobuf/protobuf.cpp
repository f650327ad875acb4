#include "fakeapi/protobuf/protobuf.hpp"

namespace fakeapi::protobuf {

std::expected<boost::json::value, std::string> decode(std::string_view bytes) {
  if (!bytes.starts_with(std::string_view("k8s\0", 4))) {
    return std::unexpected("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  return std::unexpected("no decoder for this kind of object");
}

}  // namespace fakeapi::protobuf
