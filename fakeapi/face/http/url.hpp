// The target of a request: its path and its query, decoded as Go's net/url decodes them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fakeapi::http {

/// The parameters of a query in the order of their coming. Pairs that cannot be decoded are left out, and so are empty
/// ones ("?&limit=5").
class Query {
 public:
  using Pair = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The first value of a parameter, or null.
  std::string const* find(std::string_view name) const;
  /// The same; "" where there is none.
  std::string_view get(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  bool empty() const { return pairs_.empty(); }

 private:
  std::vector<Pair> pairs_;
};

struct Url {
  std::string path;
  Query query;
};

/// Nothing if the path cannot be decoded: such a request is refused before anybody looks at it.
std::optional<Url> parse_url(std::string_view target);

}  // namespace fakeapi::http
