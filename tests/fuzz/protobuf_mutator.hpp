// Changes to protobuf messages that leave the lengths right, which the fuzzer's own, made byte by byte, seldom do.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/protobuf/wire.hpp"
#include "tests/fakeapi_protobuf/encoder.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace fuzz {

struct MessageField;
using Message = std::vector<MessageField>;

/// One field; bytes that can be read as a message are taken for one.
struct MessageField {
  fakeapi::protobuf::WireField wire;
  std::string bytes{};
  std::optional<Message> message{};
};

inline std::optional<Message> read_message(std::string_view bytes, int depth = 0) {
  constexpr int deepest = 80;
  Message message;
  fakeapi::protobuf::WireReader reader(bytes);
  while (auto const wire = reader.next()) {
    MessageField field{.wire = *wire, .bytes = std::string(wire->bytes)};
    if (wire->type == fakeapi::protobuf::WireType::bytes && !wire->bytes.empty() && depth < deepest) {
      field.message = read_message(wire->bytes, depth + 1);
    }
    message.push_back(std::move(field));
  }
  if (!reader.error().empty()) return std::nullopt;
  return message;
}

inline std::string write_message(Message const& message) {
  using fakeapi::protobuf::WireType;
  std::string out;
  for (auto const& field : message) {
    auto const tag = (std::uint64_t{field.wire.number} << 3) | static_cast<std::uint64_t>(field.wire.type);
    if (field.wire.type == WireType::bytes) {
      out += fakeapi::protobuf::bytes_field(field.wire.number,
                                            field.message ? write_message(*field.message) : field.bytes);
    } else if (field.wire.type == WireType::varint) {
      out += fakeapi::protobuf::varint_field(field.wire.number, field.wire.number_value);
    } else {
      out += fakeapi::protobuf::varint(tag);
      int const count = field.wire.type == WireType::fixed64 ? 8 : 4;
      for (int i = 0; i < count; ++i) out += static_cast<char>(field.wire.number_value >> (8 * i));
    }
  }
  return out;
}

/// Changes one thing in a message or somewhere in it.
class MessageMutator {
 public:
  explicit MessageMutator(unsigned seed) : state_(seed * 2654435761U + 1) {}

  void change(Message& root) {
    std::vector<Message*> messages;
    collect(root, messages);
    Message& where = *messages[below(messages.size())];
    if (where.empty()) {
      insert(where, root);
      return;
    }
    auto const at = where.begin() + static_cast<std::ptrdiff_t>(below(where.size()));
    switch (below(7)) {
      case 0:
        where.erase(at);
        break;
      case 1:
        where.insert(at, MessageField(*at));
        break;
      case 2:
        at->wire.number = static_cast<std::uint32_t>(1 + below(24));
        break;
      case 3:
        insert(where, root);
        break;
      case 4: {  // into itself, deeper and deeper
        MessageField copy = *at;
        if (!at->message) at->message = Message();
        at->wire.type = fakeapi::protobuf::WireType::bytes;
        at->message->push_back(std::move(copy));
        break;
      }
      default:
        change_value(*at);
        break;
    }
  }

 private:
  std::size_t below(std::size_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::size_t>(state_ % bound);
  }

  static void collect(Message& message, std::vector<Message*>& all) {
    all.push_back(&message);
    for (auto& field : message) {
      if (field.message) collect(*field.message, all);
    }
  }

  /// A copy of some field that there is, or a new one.
  void insert(Message& where, Message const& root) {
    std::vector<Message*> messages;
    collect(const_cast<Message&>(root), messages);
    Message const& source = *messages[below(messages.size())];
    MessageField field;
    field.wire.number = static_cast<std::uint32_t>(1 + below(24));
    field.wire.type = below(2) == 0 ? fakeapi::protobuf::WireType::varint : fakeapi::protobuf::WireType::bytes;
    if (!source.empty() && below(3) != 0) field = source[below(source.size())];
    where.insert(where.begin() + static_cast<std::ptrdiff_t>(below(where.size() + 1)), std::move(field));
  }

  void change_value(MessageField& field) {
    if (field.wire.type != fakeapi::protobuf::WireType::bytes) {
      constexpr std::uint64_t edges[] = {0, 1, 2, 127, 128, 0x7fffffff, 0x80000000, ~std::uint64_t{0}};
      field.wire.number_value = below(2) == 0 ? edges[below(8)] : field.wire.number_value + below(64);
      return;
    }
    if (field.message) field.bytes = write_message(*field.message);
    field.message.reset();
    auto const size = field.bytes.size();
    field.bytes.resize(size + 32);
    field.bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(field.bytes.data()), size, field.bytes.size()));
  }

  std::uint64_t state_;
};

}  // namespace fuzz
