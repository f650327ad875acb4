// A text that is usually a constant.
#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace echo {

/// Either a view of a constant, which costs nothing, or a string of its own.
class Text {
 public:
  // All implicit: where a Text is wanted, each of these is one.
  constexpr Text() = default;
  /// A string literal, or anything else that lives for ever.
  constexpr Text(char const* constant) : constant_(constant) {}
  constexpr Text(std::string_view constant) : constant_(constant) {}
  constexpr Text(std::string own) : own_(std::move(own)), is_own_(true) {}

  constexpr std::string_view view() const { return is_own_ ? std::string_view(own_) : constant_; }
  friend constexpr bool operator==(Text const& a, Text const& b) { return a.view() == b.view(); }

 private:
  std::string_view constant_;
  std::string own_;
  bool is_own_ = false;
};

}  // namespace echo
