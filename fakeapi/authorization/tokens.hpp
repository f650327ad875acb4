// Bearer tokens in a table, as kube-apiserver's --token-auth-file has them.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakeapi/authorization/authorization.hpp"

namespace fakeapi::authorization {

class TokenTable {
 public:
  TokenTable() = default;
  /// Reads lines of `token,user,uid,"group1,group2"`; the groups may be left out. The error names the line.
  static std::expected<TokenTable, std::string> parse(std::string_view csv);

  void add(std::string token, User user);
  /// Whose token this is, with the group that the server adds; nothing for one that nobody has (401). The time it takes
  /// does not tell how much of a wrong token was right.
  std::optional<User> find(std::string_view token) const;
  bool empty() const { return entries_.empty(); }

 private:
  std::vector<std::pair<std::string, User>> entries_;
};

/// The token in an `Authorization: Bearer …` field, or "".
std::string_view bearer_token(std::string_view authorization);

}  // namespace fakeapi::authorization
