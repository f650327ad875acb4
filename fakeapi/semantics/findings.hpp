// What the validator of schemas has to say, before it becomes field errors.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/schema.hpp"

namespace fakeapi {

/// Said once each, however often it was found: items of a list have no place of their own.
class Findings {
 public:
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }

  void required(FieldPath const& path);
  /// `what` follows "spec.text in body ".
  void invalid(FieldPath const& path, std::string_view value, std::string_view what);
  /// A property that may not be; `detail` is the whole text.
  void forbidden(FieldPath const& path, std::string_view value, std::string detail);
  void not_supported(FieldPath const& path, std::string_view value, std::vector<std::string> supported);
  /// About the whole of an object, without a field; `what` follows the quoted path.
  void general(FieldPath const& path, std::string_view what);
  void append(Findings const& others);

  /// Fields are those of a value at `prefix` ("": an object's own).
  void to_errors(std::string const& prefix, FieldErrors& errors) const;

 private:
  enum class Kind : std::uint8_t { required, invalid, not_supported, general };
  struct Finding {
    Kind kind;
    std::string field;
    std::string value;
    std::string detail;
    std::vector<std::string> supported;
  };
  void add(Finding finding);

  std::vector<Finding> list_;
};

}  // namespace fakeapi
