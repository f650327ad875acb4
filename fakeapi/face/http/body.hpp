// The bodies of writes: JSON, YAML or protobuf to objects and patches.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/semantics/kind.hpp"
#include "operator/api/error.hpp"
#include "operator/api/object.hpp"
#include "operator/api/patch.hpp"
#include "operator/seams/http_service.hpp"

namespace fakeapi::http {

/// The longest body, in bytes.
inline constexpr std::size_t max_body = std::size_t{3} * 1024 * 1024;

enum class MediaType : std::uint8_t { json, yaml, protobuf };

/// The media type of a body that is an object; JSON if the client does not say. The error is a 415.
std::expected<MediaType, api::Error> media_type(std::string_view content_type);

/// Content-Type without its parameters.
std::string_view bare_media_type(std::string_view content_type);

/// A body as JSON. The error is what is wrong with it, in the words of the decoder.
std::expected<boost::json::value, std::string> decode_body(std::string_view body, MediaType type);

struct ObjectBody {
  api::Object object;
  /// Keys that the body has twice, if that was asked for.
  std::vector<std::string> duplicate_fields;
};

/// What a body is expected to be, for the texts of errors and for what is not said.
struct Expected {
  std::string_view kind;     ///< "Echo"
  std::string_view version;  ///< "v1"
  bool built_in = false;     ///< a missing kind and apiVersion are no error
  bool is_new = false;       ///< a create: a resourceVersion that is no number is not looked at
};

/// Reads an object.
std::expected<ObjectBody, api::Error> read_object(std::string_view body, MediaType type, Expected const& expected,
                                                  bool find_duplicates);

/// The media types of patches that a kind takes.
enum class PatchType : std::uint8_t { json, merge, strategic, apply };
std::expected<PatchType, api::Error> patch_type(std::string_view content_type, bool built_in);

/// Reads a patch. The error comes about when the patch is applied: an object that is missing is told before it.
std::expected<api::Patch, api::Error> read_patch(std::string_view body, PatchType type, bool force);

}  // namespace fakeapi::http
