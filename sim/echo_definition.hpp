// The definitions of Echo that simulations start with.
#pragma once
#include <string_view>

#include "sim/world.hpp"

namespace sim {

/// crds/echoes.example.com.yaml, compiled in.
std::string_view echo_definition_yaml();

/// crds/examples/echo-example.yaml, compiled in.
std::string_view echo_example_yaml();

/// A cluster with our own CustomResourceDefinition.
Scene standard_scene();

/// A cluster with the one CustomResourceDefinition that this YAML text holds. Throws if it cannot be read: scenes come
/// from the program, not from people.
Scene scene_from_yaml(std::string_view yaml, std::string_view file);

}  // namespace sim
