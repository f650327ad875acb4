// The scale subresource: autoscaling/v1 Scale.
#include <boost/json/object.hpp>

#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi {

namespace json = boost::json;

Result<api::Object> scale_of(Kind const& kind, api::Object const& object) {
  auto view = kind.strategy->read_scale(kind, object);
  if (!view) return std::unexpected(std::move(view.error()));
  api::Object scale;
  scale.api_version = "autoscaling/v1";
  scale.kind = "Scale";
  scale.metadata.name = object.metadata.name;
  scale.metadata.namespace_ = object.metadata.namespace_;
  scale.metadata.uid = object.metadata.uid;
  scale.metadata.resource_version = object.metadata.resource_version;
  scale.metadata.creation_timestamp = object.metadata.creation_timestamp;
  json::object spec;
  if (*view->spec_replicas != 0) spec["replicas"] = *view->spec_replicas;  // omitempty
  scale.spec = api::share(std::move(spec));
  json::object status;
  status["replicas"] = view->status_replicas;
  if (!view->selector.empty()) status["selector"] = view->selector;
  scale.status = api::share(std::move(status));
  return scale;
}

api::Error subresource_not_found(Call const& call) {
  Kind const& kind = call.kind();
  auto error = status::not_found(kind, call.request.key.name);
  bool const reads_scale = call.request.subresource == api::Subresource::scale && call.request.verb == api::Verb::get;
  if (!reads_scale || !kind.strategy->built_in) return error;
  // Compiled-in kinds name the path, to who reads.
  error.kind = kind.resource.plural + "/scale";
  error.message = error.kind + (error.group.empty() ? "" : "." + error.group) + " \"" + error.name + "\" not found";
  return error;
}

}  // namespace fakeapi
