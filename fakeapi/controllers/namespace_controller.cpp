#include "fakeapi/controllers/namespace_controller.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "fakeapi/controllers/resources.hpp"
#include "fakeapi/semantics/registry.hpp"

namespace fakeapi {
namespace {

struct Deletable {
  api::Resource resource;
  bool as_collection = false;
};

/// Every namespaced kind once, in one of its versions.
std::vector<Deletable> deletable_kinds(Registry const& registry) {
  std::vector<Deletable> kinds;
  std::set<std::pair<std::string, std::string>> seen;
  for (auto const& served : registry.served()) {
    Kind const& kind = *served->kind;
    auto const can = [&](std::string_view verb) { return std::ranges::find(kind.verbs, verb) != kind.verbs.end(); };
    if (!kind.namespaced || !can("delete")) continue;
    if (!seen.emplace(kind.resource.group, kind.resource.plural).second) continue;
    kinds.push_back({kind.resource, can("deletecollection")});
  }
  return kinds;
}

}  // namespace

NamespaceController::NamespaceController(Server& server, seams::Clock& clock, DelaySource& delays, Actor actor)
    : server_(server),
      client_(server, clock, actor, "kube-controller-manager"),
      queue_(clock, delays,
             {.use = DelayUse::namespace_deletion, .retries_at_once = true, .longest_retry = std::chrono::minutes(1)},
             [this](api::ObjectKey const& key) { return sync(key); }) {
  server_.for_each(api::namespaces, [this](api::ObjectPtr const& each) { consider(*each); });
  observer_ = server_.add_observer([this](Commit const& commit) {
    api::Object const& object = commit.after ? *commit.after : *commit.before;
    if (object.kind != "Namespace" || object.api_version != "v1") return;
    if (commit.after) {
      consider(*commit.after);
    } else {
      queue_.forget(commit.key);
    }
  });
}

NamespaceController::~NamespaceController() { server_.remove_observer(observer_); }

void NamespaceController::consider(api::Object const& namespace_) {
  if (namespace_.metadata.terminating()) queue_.add(namespace_.key());
}

SyncOutcome NamespaceController::sync(api::ObjectKey const& key) {
  constexpr SyncOutcome done{};
  constexpr SyncOutcome failed{.failed = true, .again_after = std::nullopt};
  auto const found = client_.get(api::namespaces, key);
  if (!found) return found.error().is(api::Reason::not_found) ? done : failed;
  api::Object const& namespace_ = **found;
  if (!namespace_.metadata.terminating() || is_finalized(namespace_)) return done;
  NamespaceContent const content = delete_content(namespace_);
  if (auto told = tell_content(namespace_, content, client_.timestamp())) {
    auto const answer = client_.update(api::namespaces, *std::move(told), api::Subresource::status);
    // One that others have written meanwhile is told the next time.
    if (!answer && answer.error().is(api::Reason::not_found)) return done;
  }
  if (!content.errors.empty()) return failed;
  if (content.estimate > 0) {
    return {.failed = false, .again_after = std::chrono::seconds(content.estimate / 2 + 1)};
  }
  auto const latest = client_.get(api::namespaces, key);
  if (!latest) return latest.error().is(api::Reason::not_found) ? done : failed;
  auto const finalized =
      client_.update(api::namespaces, without_content_finalizer(**latest), api::Subresource::finalize);
  return finalized || finalized.error().is(api::Reason::not_found) ? done : failed;
}

NamespaceContent NamespaceController::delete_content(api::Object const& namespace_) {
  NamespaceContent content;
  std::string const& name = namespace_.metadata.name;
  for (auto const& kind : deletable_kinds(server_.registry())) {
    std::int64_t grace = 0;
    if (kind.resource == pods) {
      auto const before = client_.list(kind.resource, name);
      if (before) grace = grace_of_pods(before->items, *namespace_.metadata.deletion_timestamp, client_.now());
    }
    if (!delete_kind(kind.resource, name, kind.as_collection, content.errors)) {
      content.estimate = std::max(content.estimate, grace);
      continue;
    }
    auto const left = client_.list(kind.resource, name);
    if (!left) {
      content.errors.push_back(left.error().message);
    } else {
      add_remaining(content, kind.resource, name, left->items, grace);
    }
  }
  return content;
}

bool NamespaceController::delete_kind(api::Resource const& resource, std::string const& namespace_, bool as_collection,
                                      std::vector<std::string>& errors) {
  api::DeleteOptions options;
  options.propagation = api::PropagationPolicy::background;
  if (as_collection) {
    auto const answer = client_.remove_collection(resource, namespace_, options);
    if (answer) return true;
    bool const unsupported =
        answer.error().is(api::Reason::method_not_allowed) || answer.error().is(api::Reason::not_found);
    if (!unsupported) {
      errors.push_back(answer.error().message);
      return false;
    }
  }
  auto const listed = client_.list(resource, namespace_);
  if (!listed) {
    errors.push_back(listed.error().message);
    return false;
  }
  for (auto const& object : listed->items) {
    auto const answer = client_.remove(resource, object->key(), options);
    if (answer || answer.error().is(api::Reason::method_not_allowed)) continue;
    errors.push_back(answer.error().message);
    return false;
  }
  return true;
}

}  // namespace fakeapi
