// The order of preference of a group's versions.
#pragma once
#include <string_view>

namespace fakeapi::discovery {

/// Whether `a` is preferred to `b`: v10, v2, v1, v11beta2, v1beta1, v1alpha1, then all others by the alphabet.
bool version_before(std::string_view a, std::string_view b);

}  // namespace fakeapi::discovery
