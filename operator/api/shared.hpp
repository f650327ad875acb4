// Immutable values that are shared, not copied.
#pragma once
#include <boost/json/value.hpp>
#include <memory>
#include <utility>

#include "operator/api/json_access.hpp"

namespace api {

/// An immutable JSON value; a null pointer means "the field is absent".
using SharedJson = std::shared_ptr<boost::json::value const>;

inline SharedJson share(boost::json::value value) {
  return std::make_shared<boost::json::value const>(std::move(value));
}

/// Equal as JSON; compares the pointers first. Absent equals only absent.
inline bool same_json(SharedJson const& a, SharedJson const& b) {
  if (a == b) return true;
  return a && b && equal_json(*a, *b);
}

/// An immutable T, shared between copies; a default-constructed T takes no memory. Changing it replaces the whole
/// value, so a copy taken earlier never changes.
template <class T>
class Shared {
 public:
  Shared() = default;
  Shared(T value) {  // implicit: a T is a Shared<T>
    if (!value.empty()) value_ = std::make_shared<T const>(std::move(value));
  }

  T const& operator*() const noexcept { return value_ ? *value_ : nothing(); }
  T const* operator->() const noexcept { return &**this; }
  bool empty() const noexcept { return !value_; }

  friend bool operator==(Shared const& a, Shared const& b) { return a.value_ == b.value_ || *a == *b; }

 private:
  static T const& nothing() noexcept {
    static T const empty{};
    return empty;
  }
  std::shared_ptr<T const> value_;
};

}  // namespace api
