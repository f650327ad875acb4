#include "sim/echo_definition.hpp"

#include "operator/manifest/manifest.hpp"
#include "operator/seams/check.hpp"

namespace sim {

Scene scene_from_yaml(std::string_view yaml, std::string_view file) {
  auto manifests = manifest::parse(yaml, file);
  if (!manifests) throw seams::BrokenInvariant(manifests.error().to_string());
  seams::check(manifests->size() == 1 && manifests->front().object.kind == "CustomResourceDefinition",
               "a scene is one CustomResourceDefinition");
  Scene scene;
  scene.echo_definition = std::make_shared<api::Object const>(std::move(manifests->front().object));
  return scene;
}

Scene standard_scene() { return scene_from_yaml(echo_definition_yaml(), "crds/echoes.example.com.yaml"); }

}  // namespace sim
