// Who sends a request.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fakeapi::authorization {

inline constexpr std::string_view anonymous_user = "system:anonymous";
inline constexpr std::string_view unauthenticated_group = "system:unauthenticated";
inline constexpr std::string_view authenticated_group = "system:authenticated";
/// May do everything, whatever the roles say.
inline constexpr std::string_view masters_group = "system:masters";
inline constexpr std::string_view service_account_prefix = "system:serviceaccount:";

struct User {
  std::string name;
  std::string uid;
  std::vector<std::string> groups;
  /// Ordered by key.
  std::vector<std::pair<std::string, std::vector<std::string>>> extra;

  bool in_group(std::string_view group) const;
  /// The user of requests that bring no credentials.
  static User anonymous();
  /// A service account with its two groups.
  static User service_account(std::string_view namespace_, std::string_view name);
  friend bool operator==(User const&, User const&) = default;
};

/// The groups that a server adds itself: every user but the anonymous one is in system:authenticated.
User authenticated(User user);

/// Namespace and name in "system:serviceaccount:NAMESPACE:NAME"; empty if it is no such name.
std::pair<std::string, std::string> split_service_account(std::string_view user_name);

}  // namespace fakeapi::authorization
