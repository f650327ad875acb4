// The codec of the objects of one kind, which keep spec, status and the other fields apart.
#pragma once
#include <optional>
#include <string_view>

#include "fakeapi/types/codec.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::types {

/// Immutable.
class KindCodec {
 public:
  /// `kind` must be one.
  explicit KindCodec(Type const& kind);

  /// Makes an object's fields besides apiVersion, kind and metadata canonical. Leaves alone (same pointers) what is,
  /// and does not even look at what is the stored object's. `stored` may be null. An error changes nothing.
  std::optional<TypeError> admit(api::Object& object, api::Object const* stored, Decoding const& decoding) const;

  Type const& type() const { return type_; }
  /// What stands for a status that was not sent; null: nothing.
  api::SharedJson const& absent_status() const { return status_.absent; }

 private:
  struct Part {
    Field const* field = nullptr;  // null: the kind has no such field
    api::SharedJson absent;        // what stands there when nothing was sent; null: nothing
  };

  Part make_part(std::string_view name) const;
  static std::optional<TypeError> admit_part(Type const& kind, Part const& part, std::string_view name,
                                             api::SharedJson& value, api::SharedJson const* stored,
                                             Decoding const& decoding);

  std::optional<TypeError> admit_rest(api::SharedJson& rest, Decoding const& decoding) const;

  Type const& type_;
  Part spec_;
  Part status_;
  Type rest_type_;  // the kind without what Objects keep elsewhere
  api::SharedJson absent_rest_;
};

}  // namespace fakeapi::types
