// How each place of an object is merged: one view over the compiled-in types and over the schemas of definitions.
//
// A MergeSchema is a small value that points into a types::Type or a Schema, which must outlive it; nothing is built or
// cached. It answers for strategic merge patch (the struct tags patchStrategy and patchMergeKey) and for server-side
// apply (who can own what), as Kubernetes derives both from its OpenAPI.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/types/type.hpp"

namespace fakeapi::patch {

/// What of the machinery changed between the servers of the two profiles.
struct Rules {
  /// Free-form objects are merged by their keys, not owned as a whole; empty objects and lists can be owned.
  bool modern = false;
};

class MergeSchema {
 public:
  /// What a scalar here may be; `none`: no scalar may be here.
  enum class Scalar : std::uint8_t { none, any, number, text, boolean };
  enum class List : std::uint8_t { none, atomic, set, map };
  enum class Map : std::uint8_t { none, atomic, granular };

  /// A place below, by name.
  struct Member;
  /// What a strategic merge patch has to know of a field.
  struct PatchField;

  /// Anything, owned as a whole.
  static MergeSchema untyped();
  /// Anything; objects are merged by their keys, lists are owned as a whole.
  static MergeSchema deduced();
  static MergeSchema of(types::Type const& type, Rules rules);
  /// Objects of a definition; `metadata` is the type of theirs. Null `root`: fields are not restricted.
  static MergeSchema of_custom(Schema const* root, types::Type const* metadata, Rules rules);

  Scalar scalar() const;
  List list() const;
  Map map() const;

  /// Of lists: what the items are.
  MergeSchema items() const;
  /// Of lists of List::map: the fields that tell the items apart.
  std::size_t key_count() const;
  std::string_view key(std::size_t at) const;
  /// The value that such a field has where it is absent, if there is one.
  std::optional<boost::json::value> key_default(std::string_view key) const;

  /// Of maps: the place of this name, or nothing if the schema has none.
  std::optional<Member> member(std::string_view name) const;

  /// The field of a structure; the error is that of the server's reflection. Only of compiled-in types.
  std::expected<PatchField, std::string> patch_field(std::string_view name) const;
  /// The kind of Go value that stands here ("struct", "slice"). Only of compiled-in types.
  std::string_view go_kind() const;

  /// Nothing is known of the values: what they are is seen from them.
  bool is_deduced() const { return source_ == Source::deduced; }
  Rules rules() const { return rules_; }

 private:
  enum class Source : std::uint8_t { untyped, deduced, type, custom, custom_root };
  static MergeSchema of_field(types::Field const& field, Rules rules);
  MergeSchema below(Schema const& schema, bool preserve) const;
  MergeSchema unknown(bool preserve) const;
  bool has_custom_fields() const;

  Source source_ = Source::untyped;
  Rules rules_;
  bool preserve_ = false;                // an object above keeps unknown fields
  types::Type const* type_ = nullptr;    // of custom resources: that of metadata
  types::Field const* field_ = nullptr;  // the field that has type_
  Schema const* schema_ = nullptr;
};

struct MergeSchema::Member {
  MergeSchema schema;
  bool declared = false;  ///< by name, not as one of any others
};

struct MergeSchema::PatchField {
  MergeSchema schema;
  bool merge = false;          ///< lists are merged, not replaced
  std::string_view merge_key;  ///< "": a list of scalars
};

}  // namespace fakeapi::patch
