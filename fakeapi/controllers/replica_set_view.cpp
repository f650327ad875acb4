#include "fakeapi/controllers/replica_set_view.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <charconv>
#include <utility>

namespace fakeapi {
namespace json = boost::json;
namespace {

std::int64_t status_number(api::Object const& object, std::string_view field) {
  return std::max<std::int64_t>(api::find_integer(object.status.get(), {field}).value_or(0), 0);
}

}  // namespace

ReplicaSetView view_replica_set(api::ObjectPtr object) {
  ReplicaSetView view;
  view.wanted = std::max<std::int64_t>(api::find_integer(object->spec.get(), {"replicas"}).value_or(1), 0);
  view.replicas = status_number(*object, "replicas");
  view.ready = status_number(*object, "readyReplicas");
  view.available = status_number(*object, "availableReplicas");
  view.observed_generation = status_number(*object, "observedGeneration");
  view.object = std::move(object);
  return view;
}

std::optional<std::int64_t> annotated_number(api::Object const& object, std::string_view annotation) {
  std::string const* const text = object.metadata.annotations->find(annotation);
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

bool created_before(ReplicaSetView const& a, ReplicaSetView const& b) {
  auto const& left = a.object->metadata;
  auto const& right = b.object->metadata;
  if (left.creation_timestamp != right.creation_timestamp) return left.creation_timestamp < right.creation_timestamp;
  return left.name < right.name;
}

std::int64_t sum_wanted(std::vector<ReplicaSetView> const& sets) {
  std::int64_t sum = 0;
  for (auto const& set : sets) sum += set.wanted;
  return sum;
}

api::SharedJson with_replicas(api::SharedJson const& spec, std::int64_t replicas) {
  json::value copy = spec ? *spec : json::value(json::object());
  if (!copy.is_object()) copy.emplace_object();
  copy.get_object()["replicas"] = replicas;
  return api::share(std::move(copy));
}

}  // namespace fakeapi
