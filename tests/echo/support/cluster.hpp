// As much of an API server, a Deployment controller and a garbage collector as one Echo needs. Written for these tests
// alone: simple enough to be seen to be right.
#pragma once
#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "operator/api/api.hpp"
#include "operator/api/kinds.hpp"
#include "operator/api/patch.hpp"
#include "tests/echo/support/objects.hpp"

namespace echo_tests {

inline api::Error error_of(api::Reason reason, int code, std::string message = "no") {
  api::Error error;
  error.reason = reason;
  error.code = code;
  error.message = std::move(message);
  return error;
}
/// An answer that never came.
inline api::Error lost_answer() {
  api::Error error = error_of(api::Reason::connection_failed, 0, "reset");
  error.outcome_unknown = true;
  return error;
}

class Cluster {
 public:
  using Objects = std::map<api::ObjectKey, api::ObjectPtr>;

  bool echo_has_status = true;
  int writes = 0;  ///< carried out

  api::ObjectPtr find(api::Resource const& resource, api::ObjectKey const& key) const {
    auto const of_resource = objects_.find(resource);
    if (of_resource == objects_.end()) return nullptr;
    auto const found = of_resource->second.find(key);
    return found == of_resource->second.end() ? nullptr : found->second;
  }
  Objects const& all(api::Resource const& resource) { return objects_[resource]; }

  /// As it is, with a resourceVersion.
  api::ObjectPtr put(api::Resource const& resource, api::Object object) {
    object.metadata.resource_version = api::ResourceVersion{++revision_};
    auto stored = std::make_shared<api::Object const>(std::move(object));
    objects_[resource][stored->key()] = stored;
    return stored;
  }
  void erase(api::Resource const& resource, api::ObjectKey const& key) {
    ++revision_;
    objects_[resource].erase(key);
  }
  /// Somebody changes an object, resourceVersion and generation following.
  template <class Change>
  api::ObjectPtr edit(api::Resource const& resource, api::ObjectKey const& key, Change&& change) {
    auto const before = find(resource, key);
    api::Object after = *before;
    change(after);
    return store(resource, *before, std::move(after));
  }

  api::Result<api::Response> execute(api::Request const& request) {
    auto const present = find(request.resource, request.key);
    switch (request.verb) {
      case api::Verb::get:
        if (!present) return not_found();
        return api::Response(present);
      case api::Verb::create:
        return create(request.resource, *std::get<api::ObjectPtr>(request.body));
      case api::Verb::patch:
        if (!present || (request.subresource == api::Subresource::status && !echo_has_status)) return not_found();
        return patch(request, *present);
      case api::Verb::delete_:
        if (!present) return not_found();
        return remove(request, *present);
      default:
        return std::unexpected(error_of(api::Reason::method_not_allowed, 405));
    }
  }

  /// Somebody deletes an Echo.
  void delete_echo(api::ObjectKey const& key, std::string const& policy_finalizer = "") {
    auto const before = find(echo::echoes, key);
    if (!before) return;
    api::Object after = *before;
    if (!policy_finalizer.empty()) add_finalizer(after, policy_finalizer);
    if (after.metadata.finalizers.empty()) return erase(echo::echoes, key);
    if (!after.metadata.terminating()) ++after.metadata.generation;
    after.metadata.deletion_timestamp = some_time(60);
    put(echo::echoes, std::move(after));
  }

  static void add_finalizer(api::Object& object, std::string const& finalizer) {
    auto finalizers = *object.metadata.finalizers;
    finalizers.push_back(finalizer);
    object.metadata.finalizers = finalizers;
  }

  /// The Deployment controller does one thing: it sees the spec, makes or ends pods, or one pod becomes ready. False if
  /// there was nothing to do.
  bool deployment_controller_step(api::ObjectKey const& key) {
    auto const deployment = find(api::deployments, key);
    if (!deployment || deployment->metadata.terminating()) return false;
    echo::Rollout const now(*deployment);
    auto const set = [&](std::int64_t observed, std::int64_t replicas, std::int64_t ready) {
      api::Object after = *deployment;
      after.status = deployment_status(observed, replicas, replicas, ready, ready);
      put(api::deployments, std::move(after));
      return true;
    };
    std::int64_t const generation = deployment->metadata.generation;
    std::int64_t const wanted = now.spec_replicas;
    if (!now.observed) return set(generation, now.replicas, now.ready);
    if (now.replicas != wanted) return set(generation, wanted, std::min(now.ready, wanted));
    if (now.ready != wanted) return set(generation, wanted, now.ready + (now.ready < wanted ? 1 : -1));
    if (now.updated != wanted || now.available != wanted) return set(generation, wanted, wanted);
    return false;
  }
  void roll_out(api::ObjectKey const& key) {
    while (deployment_controller_step(key)) {
    }
  }

  /// The garbage collector does one thing for the Deployment of that name. False if there was nothing to do.
  bool garbage_collector_step(api::ObjectKey const& key) {
    auto const echo = find(echo::echoes, key);
    auto const deployment = find(api::deployments, key);
    if (echo && echo->metadata.terminating()) {
      bool const orphan = echo->metadata.has_finalizer("orphan");
      if (!orphan && !echo->metadata.has_finalizer("foregroundDeletion")) return false;
      bool const owned = deployment && owns(*echo, *deployment);
      if (owned && orphan) {
        api::Object freed = *deployment;
        freed.metadata.owner_references = std::vector<api::OwnerReference>{};
        put(api::deployments, std::move(freed));
      } else if (owned) {
        erase(api::deployments, key);
      } else {
        api::Object after = *echo;
        auto finalizers = *after.metadata.finalizers;
        std::erase(finalizers, orphan ? "orphan" : "foregroundDeletion");
        after.metadata.finalizers = finalizers;
        store(echo::echoes, *echo, std::move(after));
      }
      return true;
    }
    if (!deployment || deployment->metadata.owner_references.empty()) return false;
    auto owners = *deployment->metadata.owner_references;
    auto const dangling = std::erase_if(owners, [&](auto const& reference) {
      return reference.kind == echo::kind && (!echo || echo->metadata.uid != reference.uid);
    });
    if (dangling == 0) return false;
    if (owners.empty()) {
      erase(api::deployments, key);
    } else {
      edit(api::deployments, key, [&](api::Object& kept) { kept.metadata.owner_references = owners; });
    }
    return true;
  }

 private:
  static std::unexpected<api::Error> not_found() { return std::unexpected(error_of(api::Reason::not_found, 404)); }

  static bool owns(api::Object const& echo, api::Object const& deployment) {
    return std::ranges::any_of(*deployment.metadata.owner_references,
                               [&](auto const& reference) { return reference.uid == echo.metadata.uid; });
  }

  api::Result<api::Response> create(api::Resource const& resource, api::Object object) {
    if (find(resource, object.key())) return std::unexpected(error_of(api::Reason::already_exists, 409));
    object.metadata.uid = resource.plural + "-" + std::to_string(revision_ + 1);
    object.metadata.generation = 1;
    if (resource == api::deployments) fill_in_defaults(object);
    ++writes;
    return api::Response(put(resource, std::move(object)));
  }

  api::Result<api::Response> patch(api::Request const& request, api::Object const& before) {
    auto after = api::apply_patch(before, std::get<api::Patch>(request.body));
    if (!after) return std::unexpected(std::move(after.error()));
    if (after->metadata.resource_version != before.metadata.resource_version) {
      return std::unexpected(error_of(api::Reason::conflict, 409));
    }
    if (request.subresource == api::Subresource::status) {
      api::SharedJson const status = after->status;
      *after = before;
      after->status = status;
    } else if (echo_has_status || request.resource != echo::echoes) {
      after->status = before.status;
    }
    ++writes;
    return api::Response(store(request.resource, before, *std::move(after)));
  }

  api::Result<api::Response> remove(api::Request const& request, api::Object const& before) {
    auto const& wanted = std::get<api::DeleteOptions>(request.options).preconditions;
    bool const same = (wanted.uid.empty() || wanted.uid == before.metadata.uid) &&
                      (wanted.resource_version == api::ResourceVersion::none ||
                       wanted.resource_version == before.metadata.resource_version);
    if (!same) return std::unexpected(error_of(api::Reason::conflict, 409));
    ++writes;
    if (before.metadata.finalizers.empty()) {
      std::string const uid = before.metadata.uid;
      erase(request.resource, request.key);
      return api::Response(api::Deleted{uid});
    }
    api::Object after = before;
    after.metadata.deletion_timestamp = some_time(60);
    return api::Response(put(request.resource, std::move(after)));
  }

  api::ObjectPtr store(api::Resource const& resource, api::Object const& before, api::Object after) {
    if (resource == api::deployments) fill_in_defaults(after);
    if (!api::same_json(before.spec, after.spec)) ++after.metadata.generation;
    if (after.metadata.terminating() && after.metadata.finalizers.empty()) {
      auto last = std::make_shared<api::Object const>(std::move(after));
      erase(resource, last->key());
      return last;
    }
    if (api::same_content(before, after)) return find(resource, before.key());
    return put(resource, std::move(after));
  }

  std::map<api::Resource, Objects> objects_;
  std::uint64_t revision_ = 100;
};

}  // namespace echo_tests
