// RFC 6901 pointers, read one token at a time.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace api::detail {

/// Walks the tokens of a pointer. "" has none; every other pointer starts with "/".
class JsonPointer {
 public:
  /// The text must outlive the pointer.
  explicit JsonPointer(std::string_view text) : rest_(text), valid_(text.empty() || text.front() == '/') {}

  bool valid() const { return valid_; }
  /// Whether all tokens have been taken.
  bool at_end() const { return rest_.empty(); }
  /// What has not been taken yet: a pointer relative to where the walk is.
  std::string_view rest() const { return rest_; }

  /// The next token, unescaped; there must be one. Valid until the next call.
  std::string_view next() {
    std::string_view const after_slash = rest_.substr(1);
    std::size_t const end = std::min(after_slash.find('/'), after_slash.size());
    std::string_view const token = after_slash.substr(0, end);
    rest_ = after_slash.substr(end);
    if (token.find('~') == std::string_view::npos) return token;
    buffer_.clear();
    for (std::size_t i = 0; i < token.size(); ++i) {
      bool const escape = token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
      buffer_.push_back(!escape ? token[i] : token[++i] == '0' ? '~' : '/');
    }
    return buffer_;
  }

 private:
  std::string_view rest_;
  bool valid_;
  std::string buffer_;
};

/// The array index that a token stands for (digits without leading zeros), or nothing.
inline std::optional<std::size_t> array_index(std::string_view token) {
  constexpr std::size_t most_digits = 9;
  if (token.empty() || token.size() > most_digits || (token.size() > 1 && token.front() == '0')) return std::nullopt;
  std::size_t index = 0;
  for (char const c : token) {
    if (c < '0' || c > '9') return std::nullopt;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index;
}

}  // namespace api::detail
