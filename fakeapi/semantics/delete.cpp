// DELETE.
#include <algorithm>
#include <optional>

#include "fakeapi/semantics/metadata.hpp"
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

// Kinds whose deletion has a first step check preconditions on their own, and say so in words of their own.
std::optional<api::Error> check_first_preconditions(Kind const& kind, api::ObjectMeta const& metadata,
                                                    api::Preconditions const& preconditions) {
  if (!preconditions.uid.empty() && preconditions.uid != metadata.uid) {
    return status::conflict(
        kind, metadata.name,
        "Precondition failed: UID in precondition: " + preconditions.uid + ", UID in object meta: " + metadata.uid);
  }
  auto const wanted = preconditions.resource_version;
  if (wanted != api::ResourceVersion::none && wanted != metadata.resource_version) {
    return status::conflict(
        kind, metadata.name,
        "Precondition failed: ResourceVersion in precondition: " + std::to_string(api::to_number(wanted)) +
            ", ResourceVersion in object meta: " + std::to_string(api::to_number(metadata.resource_version)));
  }
  return std::nullopt;
}

Result<api::Response> keep(Call const& call, api::ObjectPtr const& stored, api::Object next) {
  if (api::same_content(next, *stored)) return api::Response(present(call, stored));
  if (call.dry_run()) return api::Response(present(call, std::make_shared<api::Object const>(std::move(next))));
  return api::Response(present(call, call.state.put(*call.served, std::move(next), call.context)));
}

api::Response gone(Call const& call, api::ObjectPtr const& last) {
  if (call.kind().strategy->returns_deleted) return api::Response(present(call, last));
  return api::Response(api::Deleted{last->metadata.uid});
}

Result<api::Response> remove(Call const& call, api::ObjectPtr const& stored) {
  if (!call.dry_run()) call.state.erase(*call.served, stored->key(), call.context);
  return gone(call, stored);
}

enum class Grace : std::uint8_t { none, begun, pending };

// rest.BeforeDelete: gives the object its time to end, which a later delete may only shorten.
Grace begin_grace(Strategy const& strategy, api::ObjectMeta const& stored, api::Object& next,
                  std::optional<std::int64_t>& asked, api::Timestamp now) {
  if (strategy.grace == nullptr) return Grace::none;
  auto& metadata = next.metadata;
  if (stored.terminating()) {
    auto const given = stored.deletion_grace_period_seconds.value_or(0);
    if (given == 0) return Grace::none;
    if (!asked || *asked >= given) {
      if (!asked) asked = given;
      return Grace::pending;
    }
    metadata.deletion_timestamp = *stored.deletion_timestamp - std::chrono::seconds(given - *asked);
    metadata.deletion_grace_period_seconds = *asked;
    return Grace::begun;
  }
  asked = strategy.grace(next, asked);
  metadata.deletion_timestamp = now + std::chrono::seconds(*asked);
  metadata.deletion_grace_period_seconds = *asked;
  if (metadata.generation > 0) ++metadata.generation;
  return Grace::begun;
}

// Marks what has to wait for finalizers alone.
void mark(api::ObjectMeta& metadata, api::Timestamp now) {
  if (!metadata.terminating() && metadata.generation > 0) ++metadata.generation;
  if (!metadata.terminating() || *metadata.deletion_timestamp > now) metadata.deletion_timestamp = now;
  metadata.deletion_grace_period_seconds = 0;
}

// `grace_period` is what the request asks for; it is filled in with what the object gets.
Result<api::Response> delete_one(Call const& call, api::ObjectKey const& key, api::DeleteOptions const& options,
                                 std::optional<std::int64_t>& grace_period) {
  Kind const& kind = call.kind();
  Strategy const& strategy = *kind.strategy;
  if (strategy.undeletable != nullptr) {
    if (char const* const why = strategy.undeletable(key.name)) {
      return std::unexpected(status::forbidden(kind, key.name, why));
    }
  }
  api::ObjectPtr const stored = call.state.log.find(call.served->index, key);
  if (!stored) return std::unexpected(status::not_found(kind, key.name));
  auto const check = strategy.begin_deletion != nullptr ? check_first_preconditions : check_preconditions;
  if (auto error = check(kind, stored->metadata, options.preconditions)) return std::unexpected(*std::move(error));
  auto const now = to_timestamp(call.context.now);
  if (strategy.begin_deletion != nullptr && !stored->metadata.terminating()) {
    api::Object next = *stored;
    strategy.begin_deletion(next, options.propagation, now);
    return keep(call, stored, std::move(next));
  }
  if (strategy.stays != nullptr && strategy.stays(*stored)) return api::Response(present(call, stored));
  auto finalizers =
      strategy.garbage_collected ? propagated(stored->metadata, options.propagation) : stored->metadata.finalizers;
  if (strategy.grace == nullptr && finalizers.empty()) return remove(call, stored);

  api::Object next = *stored;
  Grace const grace = begin_grace(strategy, stored->metadata, next, grace_period, now);
  if (grace == Grace::pending) return gone(call, stored);  // nor do finalizers change any more
  next.metadata.finalizers = std::move(finalizers);
  bool const waits = !next.metadata.finalizers.empty();
  if (grace == Grace::none) {
    if (!waits) return remove(call, stored);
    mark(next.metadata, now);
    return keep(call, stored, std::move(next));
  }
  auto kept = keep(call, stored, std::move(next));
  if (waits || *grace_period > 0 || !kept || call.dry_run()) return kept;
  // The object is told that its time is up, and removed at once.
  return remove(call, std::get<api::ObjectPtr>(*kept));
}

}  // namespace

Result<api::Response> delete_object(Call const& call) {
  static api::DeleteOptions const defaults;
  auto const& key = call.request.key;
  auto const* given = std::get_if<api::DeleteOptions>(&call.request.options);
  auto const& options = given != nullptr ? *given : defaults;
  if (key.name.empty()) return std::unexpected(status::bad_request("name must be provided"));
  auto grace_period = options.grace_period_seconds;
  return delete_one(call, key, options, grace_period);
}

Result<api::Response> delete_collection(Call const& call) {
  static api::DeleteCollectionOptions const defaults;
  auto const* given = std::get_if<api::DeleteCollectionOptions>(&call.request.options);
  auto const& options = given != nullptr ? *given : defaults;
  if (std::ranges::find(call.kind().verbs, "deletecollection") == call.kind().verbs.end()) {
    return std::unexpected(status::method_not_allowed_on_resource());
  }
  auto found = list(call, options.select);
  if (!found) return std::unexpected(std::move(found.error()));
  auto grace_period = options.each.grace_period_seconds;
  for (auto const& object : found->items) {
    // In 1.20 all deletes share one set of options: what the first object is given, the next ones are asked for.
    if (call.state.options.profile != Profile::v1_20) grace_period = options.each.grace_period_seconds;
    auto deleted = delete_one(call, object->key(), options.each, grace_period);
    if (!deleted && !deleted.error().is(api::Reason::not_found)) return std::unexpected(std::move(deleted.error()));
  }
  return api::Response(*std::move(found));
}

}  // namespace fakeapi
