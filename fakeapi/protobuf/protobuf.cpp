#include "fakeapi/protobuf/protobuf.hpp"

#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/protobuf/message.hpp"
#include "fakeapi/protobuf/wire.hpp"
#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi::protobuf {
namespace {

namespace json = boost::json;

constexpr std::string_view magic("k8s\0", 4);

/// runtime.Unknown: what is in the envelope.
struct Unknown {
  std::string_view api_version;
  std::string_view kind;
  std::string_view raw;
  std::string_view content_encoding;
  std::string_view content_type;
};

std::expected<void, std::string> read_type(std::string_view bytes, Unknown& unknown) {
  WireReader reader(bytes);
  while (auto const field = reader.next()) {
    if (field->type != WireType::bytes) continue;
    if (field->number == 1) unknown.api_version = field->bytes;
    if (field->number == 2) unknown.kind = field->bytes;
  }
  if (!reader.error().empty()) return std::unexpected("typeMeta: " + reader.error());
  return {};
}

std::expected<Unknown, std::string> open(std::string_view bytes) {
  Unknown unknown;
  WireReader reader(bytes);
  while (auto const field = reader.next()) {
    if (field->number <= 4 && field->type != WireType::bytes) {
      return std::unexpected("the envelope's field " + std::to_string(field->number) + " has a wrong wire type");
    }
    if (field->number == 1) {
      if (auto read = read_type(field->bytes, unknown); !read) return std::unexpected(std::move(read.error()));
    }
    if (field->number == 2) unknown.raw = field->bytes;
    if (field->number == 3) unknown.content_encoding = field->bytes;
    if (field->number == 4) unknown.content_type = field->bytes;
  }
  if (!reader.error().empty()) return std::unexpected(reader.error());
  return unknown;
}

}  // namespace

std::expected<json::value, std::string> decode(std::string_view bytes) {
  if (!bytes.starts_with(magic)) {
    return std::unexpected("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  auto const unknown = open(bytes.substr(magic.size()));
  if (!unknown) return std::unexpected(unknown.error());
  if (!unknown->content_encoding.empty() || !unknown->content_type.empty()) {
    return std::unexpected("an object that is encoded once more, as " + go_value::text(unknown->content_encoding) +
                           " " + go_value::text(unknown->content_type));
  }
  auto const slash = unknown->api_version.find('/');
  bool const grouped = slash != std::string_view::npos;
  auto const group = grouped ? unknown->api_version.substr(0, slash) : std::string_view();
  auto const version = grouped ? unknown->api_version.substr(slash + 1) : unknown->api_version;
  auto const* type = types::find_kind(group, version, unknown->kind);
  // Some kinds belong to groups of any name.
  if (type == nullptr || !is_utf8(unknown->api_version)) {
    return std::unexpected("no kind " + go_value::text(unknown->kind) + " is registered for version " +
                           go_value::text(unknown->api_version));
  }
  auto fields = decode_message(unknown->raw, *type);
  if (!fields) return std::unexpected(std::move(fields.error()));
  json::object object{{"apiVersion", unknown->api_version}, {"kind", unknown->kind}};
  for (auto& [name, value] : fields->as_object()) object[name] = std::move(value);
  return object;
}

}  // namespace fakeapi::protobuf
