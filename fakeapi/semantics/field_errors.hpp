// What is wrong with the fields of an object, collected into one 422.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/semantics/kind.hpp"
#include "operator/api/error.hpp"

namespace fakeapi {

/// How Go's field.Error prints a bad value.
namespace go_value {
/// "text" with Go's escapes.
std::string text(std::string_view value);
std::string number(std::int64_t value);
/// %v of a float64.
std::string real(double value);
}  // namespace go_value

/// Errors by field, in the order in which they were found. Nothing is allocated while there are none.
class FieldErrors {
 public:
  bool empty() const { return causes_.empty(); }

  void required(std::string field, std::string_view detail = {});
  /// `value` as printed by go_value.
  void invalid(std::string field, std::string_view value, std::string_view detail);
  void forbidden(std::string field, std::string_view detail);
  void not_supported(std::string field, std::string_view value, std::span<std::string const> supported);
  void duplicate(std::string field, std::string_view value);
  void not_found(std::string field, std::string_view value);
  void too_long(std::string field, std::string_view detail);

  void append(FieldErrors const& others) {
    causes_.insert(causes_.end(), others.causes_.begin(), others.causes_.end());
  }
  /// Appends those of a value of its own at a place: `root` at the beginning of each field becomes `path`.
  void append_at(std::string const& path, std::string_view root, FieldErrors const& others);
  /// By their texts, where the real server sorts them.
  void sort();

  /// The 422: message, details of the Kind, causes.
  api::Error to_error(std::string_view qualified_kind, std::string_view group, std::string_view kind,
                      std::string_view name) const;
  api::Error to_error(Kind const& kind, std::string_view name) const {
    return to_error(kind.qualified_kind, kind.kind_group, kind.kind, name);
  }

 private:
  void add(std::string_view reason, std::string_view type, std::string field, std::string_view value,
           std::string_view detail);
  std::vector<api::Cause> causes_;
};

}  // namespace fakeapi
