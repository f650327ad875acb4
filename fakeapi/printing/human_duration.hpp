// Durations as kubectl prints ages: "91s", "6m44s", "3d4h".
#pragma once
#include <optional>
#include <string>

#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::printing {

/// Two or three significant figures; "<invalid>" for what lies more than a second in the future.
std::string human_duration(seams::Duration duration);

/// The time since `then`; "<unknown>" if there is no such time.
std::string age(std::optional<api::Timestamp> then, seams::WallTime now);

}  // namespace fakeapi::printing
