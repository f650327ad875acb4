// What the operator would do about one Echo now, and why, for a person to read.
#pragma once
#include <string>

#include "operator/echo/plan.hpp"

namespace echo {

/// Several lines: what the Echo wants, what is there, what that comes to, and each action with the fields that it
/// changes. Pure. `observation.echo` is not null.
std::string explain(Observation const& observation);

/// What a situation means, in a sentence.
std::string_view meaning_of(Situation situation);

}  // namespace echo
