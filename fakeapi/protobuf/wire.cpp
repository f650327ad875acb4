#include "fakeapi/protobuf/wire.hpp"

#include <utility>
#include <vector>

namespace fakeapi::protobuf {
namespace {

constexpr std::size_t deepest_group = 32;

}  // namespace

std::nullopt_t WireReader::fail(std::string what) {
  error_ = std::move(what) + " at byte " + std::to_string(size_ - rest_.size());
  rest_ = {};
  return std::nullopt;
}

std::optional<std::uint64_t> WireReader::next_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return fail("unexpected end");
    auto const byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  return fail("a number of more than 64 bits");
}

std::optional<std::uint64_t> WireReader::next_fixed(std::size_t bytes) {
  if (rest_.size() < bytes) return fail("unexpected end");
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(bytes);
  return value;
}

std::optional<WireField> WireReader::read_field() {
  auto const tag = next_varint();
  if (!tag) return std::nullopt;
  constexpr std::uint64_t largest_number = (1U << 29) - 1;
  std::uint64_t const number = *tag >> 3;
  if (number == 0 || number > largest_number) return fail("illegal field number " + std::to_string(number));
  WireField field;
  field.number = static_cast<std::uint32_t>(number);
  field.type = static_cast<WireType>(*tag & 7);
  std::optional<std::uint64_t> value;
  switch (field.type) {
    case WireType::varint:
      value = next_varint();
      break;
    case WireType::fixed64:
      value = next_fixed(8);
      break;
    case WireType::fixed32:
      value = next_fixed(4);
      break;
    case WireType::bytes: {
      value = next_varint();
      if (!value) return std::nullopt;
      if (*value > rest_.size()) {
        return fail("a length of " + std::to_string(*value) + " where " + std::to_string(rest_.size()) +
                    " bytes are left");
      }
      field.bytes = rest_.substr(0, static_cast<std::size_t>(*value));
      rest_.remove_prefix(field.bytes.size());
      return field;
    }
    case WireType::start_group:
    case WireType::end_group:
      return field;
    default:
      return fail("illegal wire type " + std::to_string(*tag & 7));
  }
  if (!value) return std::nullopt;
  field.number_value = *value;
  return field;
}

// To the end of a group, past those within it.
bool WireReader::skip_group(std::uint32_t number) {
  std::vector<std::uint32_t> open{number};
  while (!open.empty()) {
    if (open.size() > deepest_group) {
      fail("groups within groups");
      return false;
    }
    if (rest_.empty()) {
      fail("a group that does not end");
      return false;
    }
    auto const field = read_field();
    if (!field) return false;
    if (field->type == WireType::start_group) open.push_back(field->number);
    if (field->type != WireType::end_group) continue;
    if (field->number != open.back()) {
      fail("a group that ends as another one");
      return false;
    }
    open.pop_back();
  }
  return true;
}

std::optional<WireField> WireReader::next() {
  while (!rest_.empty()) {
    auto field = read_field();
    if (!field) return std::nullopt;
    if (field->type == WireType::end_group) return fail("the end of a group that has not begun");
    if (field->type != WireType::start_group) return field;
    if (!skip_group(field->number)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace fakeapi::protobuf
