// What form of an answer the client wants.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "fakeapi/face/http/url.hpp"
#include "operator/api/error.hpp"
#include "operator/seams/http_service.hpp"

namespace fakeapi::http {

enum class Encoding : std::uint8_t { json, yaml };
inline std::string_view content_type(Encoding encoding) {
  return encoding == Encoding::json ? "application/json" : "application/yaml";
}

/// What becomes of the objects.
enum class Transform : std::uint8_t { none, table, partial_metadata, partial_metadata_list };
/// includeObject: what stands beside the cells of a row.
enum class IncludeObject : std::uint8_t { metadata, object, none };

struct Form {
  Encoding encoding = Encoding::json;
  bool pretty = false;
  Transform transform = Transform::none;
  bool beta = false;  ///< of a transform: meta.k8s.io/v1beta1
  IncludeObject include = IncludeObject::metadata;

  std::string_view meta_version() const { return beta ? "meta.k8s.io/v1beta1" : "meta.k8s.io/v1"; }
};

/// The best form that the Accept header and the query allow. The error is a 406, or a 400 on a bad includeObject.
/// Compiled-in kinds refuse in other words than custom resources.
std::expected<Form, api::Error> negotiate(seams::HttpHeaders const& headers, Query const& query, bool built_in);

/// The form of a failure: without any transform, indented JSON if the client takes none of the forms there are.
struct ErrorForm {
  Encoding encoding = Encoding::json;
  bool pretty = false;
};
ErrorForm negotiate_error(seams::HttpHeaders const& headers, Query const& query);

/// Whether the client wants gzip.
bool accepts_gzip(seams::HttpHeaders const& headers);

}  // namespace fakeapi::http
