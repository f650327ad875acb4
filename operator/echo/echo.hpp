// The Echo resource: its names in the API, and a typed view of one Echo.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "operator/api/object.hpp"
#include "operator/api/resource.hpp"

namespace echo {

inline constexpr std::string_view group = "example.com";
inline constexpr std::string_view api_version = "example.com/v1";
inline constexpr std::string_view kind = "Echo";
inline api::Resource const echoes{"example.com", "v1", "echoes"};

/// On every Echo for which something exists that the operator has to delete.
inline constexpr std::string_view finalizer = "echoes.example.com/finalizer";

/// What the containers run if nothing else is said, and where they answer.
inline constexpr std::string_view default_image = "inanimate/echo-server:latest";
inline constexpr std::int64_t container_port = 8080;

/// Finalizers of the garbage collector: put on an object that is deleted with propagationPolicy Orphan or Foreground.
inline constexpr std::string_view orphan_finalizer = "orphan";
inline constexpr std::string_view foreground_finalizer = "foregroundDeletion";

/// One Echo. A view: the object must outlive it.
class Echo {
 public:
  explicit Echo(api::Object const& object) : object_(&object) {}

  api::Object const& object() const { return *object_; }
  std::string const& name() const { return object_->metadata.name; }
  std::string const& namespace_() const { return object_->metadata.namespace_; }
  std::string const& uid() const { return object_->metadata.uid; }
  std::int64_t generation() const { return object_->metadata.generation; }
  boost::json::value const* status() const { return object_->status.get(); }

  /// spec.replicas, if it is an int32 of 0 or more. The tutorial's definition of Echo lets negative ones through.
  std::optional<std::int64_t> replicas() const {
    auto const replicas = api::find_integer(object_->spec.get(), {"replicas"});
    if (!replicas || *replicas < 0 || *replicas > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    return replicas;
  }

  /// spec.image, which is none if it is left out or null.
  std::optional<std::string_view> image() const { return api::find_string(object_->spec.get(), {"image"}); }
  /// spec.image is left out, or a text that is not empty.
  bool image_is_valid() const {
    auto const* const value = api::find_path(object_->spec.get(), {"image"});
    return value == nullptr || value->is_null() || (value->is_string() && !value->get_string().empty());
  }
  /// spec.paused is true: its Deployment is to be left as it is. Anything but a truth value does not count.
  bool paused() const {
    auto const* const value = api::find_path(object_->spec.get(), {"paused"});
    return value != nullptr && value->is_bool() && value->get_bool();
  }

  /// False where the definition was installed with scope: Cluster.
  bool namespaced() const { return !namespace_().empty(); }
  bool terminating() const { return object_->metadata.terminating(); }
  bool has_finalizer() const { return object_->metadata.has_finalizer(finalizer); }
  /// It is being deleted, and whoever deleted it wants its Deployment to stay.
  bool orphans_dependents() const { return object_->metadata.has_finalizer(orphan_finalizer); }
  /// Somebody else's finalizer keeps it, one of which nobody knows how long.
  bool has_foreign_finalizer() const {
    for (auto const& entry : *object_->metadata.finalizers) {
      if (entry != finalizer && entry != orphan_finalizer && entry != foreground_finalizer) return true;
    }
    return false;
  }

 private:
  api::Object const* object_;
};

}  // namespace echo
