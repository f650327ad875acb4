// Protobuf's wire form: tags and the four shapes of values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fakeapi::protobuf {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, start_group = 3, end_group = 4, fixed32 = 5 };

/// One field of a message as it stands there.
struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
  std::uint64_t number_value = 0;  ///< of varint, fixed64 and fixed32
  std::string_view bytes;          ///< of bytes
};

/// Takes a message apart. Groups, which nobody uses any more, are passed over.
class WireReader {
 public:
  explicit WireReader(std::string_view message) : rest_(message), size_(message.size()) {}

  /// The next field; nothing at the end of the message and where it cannot be read on: then error() says why.
  std::optional<WireField> next();
  std::string const& error() const { return error_; }

  /// A varint alone, as packed lists hold them.
  std::optional<std::uint64_t> next_varint();
  std::optional<std::uint64_t> next_fixed(std::size_t bytes);
  bool at_end() const { return rest_.empty(); }

 private:
  std::nullopt_t fail(std::string what);
  bool skip_group(std::uint32_t number);
  std::optional<WireField> read_field();

  std::string_view rest_;
  std::size_t size_;
  std::string error_;
};

}  // namespace fakeapi::protobuf
