// DELETE.
#include <algorithm>

#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

std::optional<api::Error> check_preconditions(Kind const& kind, api::ObjectMeta const& metadata,
                                              api::Preconditions const& preconditions) {
  if (!preconditions.uid.empty() && preconditions.uid != metadata.uid) {
    return status::precondition_failed(kind, metadata.name,
                                       "the UID in the precondition (" + preconditions.uid +
                                           ") does not match the UID in record (" + metadata.uid +
                                           "). The object might have been deleted and then recreated");
  }
  auto const wanted = preconditions.resource_version;
  if (wanted != api::ResourceVersion::none && wanted != metadata.resource_version) {
    return status::precondition_failed(
        kind, metadata.name,
        "the ResourceVersion in the precondition (" + std::to_string(api::to_number(wanted)) +
            ") does not match the ResourceVersion in record (" +
            std::to_string(api::to_number(metadata.resource_version)) + "). The object might have been modified");
  }
  return std::nullopt;
}

// The finalizers after the propagation policy has put in or taken out the garbage collector's own.
api::Shared<std::vector<std::string>> propagated(Kind const& kind, api::ObjectMeta const& metadata,
                                                 api::PropagationPolicy policy) {
  if (!kind.strategy->garbage_collected || policy == api::PropagationPolicy::unset) return metadata.finalizers;
  bool const orphan = policy == api::PropagationPolicy::orphan;
  bool const foreground = policy == api::PropagationPolicy::foreground;
  bool const had_orphan = metadata.has_finalizer(orphan_finalizer);
  bool const had_foreground = metadata.has_finalizer(foreground_finalizer);
  if (orphan == had_orphan && foreground == had_foreground) return metadata.finalizers;
  std::vector<std::string> finalizers;
  for (auto const& finalizer : *metadata.finalizers) {
    if (finalizer != orphan_finalizer && finalizer != foreground_finalizer) finalizers.push_back(finalizer);
  }
  if (orphan) finalizers.emplace_back(orphan_finalizer);
  if (foreground) finalizers.emplace_back(foreground_finalizer);
  return finalizers;
}

Result<api::Response> keep(Call const& call, api::ObjectPtr const& stored, api::Object next) {
  Kind const& kind = call.kind();
  if (api::same_content(next, *stored)) return api::Response(present(kind, stored));
  if (call.dry_run()) return api::Response(present(kind, std::make_shared<api::Object const>(std::move(next))));
  return api::Response(present(kind, call.state.put(*call.served, std::move(next), call.context)));
}

}  // namespace

Result<api::Response> delete_object(Call const& call) {
  static api::DeleteOptions const defaults;
  Kind const& kind = call.kind();
  Strategy const& strategy = *kind.strategy;
  auto const& key = call.request.key;
  auto const* given = std::get_if<api::DeleteOptions>(&call.request.options);
  auto const& options = given != nullptr ? *given : defaults;
  if (key.name.empty()) return std::unexpected(status::bad_request("name must be provided"));
  if (strategy.undeletable != nullptr) {
    if (char const* const why = strategy.undeletable(key.name)) {
      return std::unexpected(status::forbidden(kind, key.name, why));
    }
  }
  api::ObjectPtr const stored = call.state.log.find(call.served->index, key);
  if (!stored) return std::unexpected(status::not_found(kind, key.name));
  if (auto error = check_preconditions(kind, stored->metadata, options.preconditions)) {
    return std::unexpected(*std::move(error));
  }
  auto const now = to_timestamp(call.context.now);
  auto finalizers = propagated(kind, stored->metadata, options.propagation);

  if (strategy.begin_deletion != nullptr) {
    api::Object next = *stored;
    next.metadata.finalizers = std::move(finalizers);
    if (!stored->metadata.terminating()) strategy.begin_deletion(next, now);
    bool const stays = strategy.stays != nullptr && strategy.stays(next);
    if (stays || !next.metadata.finalizers.empty()) return keep(call, stored, std::move(next));
  } else if (!finalizers.empty()) {
    api::Object next = *stored;
    next.metadata.finalizers = std::move(finalizers);
    if (!stored->metadata.terminating()) {
      next.metadata.deletion_timestamp = now;
      if (next.metadata.generation > 0) ++next.metadata.generation;
    }
    next.metadata.deletion_grace_period_seconds = 0;
    return keep(call, stored, std::move(next));
  }
  api::Deleted answer{stored->metadata.uid};
  if (!call.dry_run()) call.state.erase(*call.served, key, call.context);
  return api::Response(std::move(answer));
}

}  // namespace fakeapi
