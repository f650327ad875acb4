#include "fakeapi/authorization/authorization.hpp"

#include <algorithm>

namespace fakeapi::authorization {

Decision authorize(Server const& /*server*/, User const& user, Attributes const& /*attributes*/) {
  return {std::ranges::find(user.groups, "system:masters") != user.groups.end(), ""};
}

}  // namespace fakeapi::authorization
