#include "fakeapi/controllers/namespace_plan.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>

#include "fakeapi/controllers/condition_list.hpp"
#include "fakeapi/controllers/pod_view.hpp"

namespace fakeapi {
namespace json = boost::json;
namespace {

constexpr std::string_view content_finalizer = "kubernetes";
/// How long something with finalizers is given.
constexpr std::int64_t finalizer_seconds = 15;

std::string join(std::vector<std::string> const& parts) {
  std::string out;
  for (auto const& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string listed(std::map<std::string, std::int64_t> const& counts, std::string_view between) {
  std::vector<std::string> parts;
  for (auto const& [name, count] : counts) {
    parts.push_back(name + std::string(between) + std::to_string(count) + " resource instances");
  }
  std::ranges::sort(parts);
  return join(parts);
}

/// The five conditions, in the order in which they are first written.
std::array<ConditionText, 5> conditions_of(NamespaceContent const& content) {
  std::array<ConditionText, 5> conditions{
      ConditionText{"NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered",
                    "All resources successfully discovered"},
      ConditionText{"NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions",
                    "All legacy kube types successfully parsed"},
      ConditionText{"NamespaceDeletionContentFailure", "False", "ContentDeleted",
                    "All content successfully deleted, may be waiting on finalization"},
      ConditionText{"NamespaceContentRemaining", "False", "ContentRemoved", "All content successfully removed"},
      ConditionText{"NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers",
                    "All content-preserving finalizers finished"}};
  if (!content.errors.empty()) {
    std::vector<std::string> errors = content.errors;
    std::ranges::sort(errors);
    conditions[2] = {
        conditions[2].type, "True", "ContentDeletionFailed",
        "Failed to delete all resource types, " + std::to_string(errors.size()) + " remaining: " + join(errors)};
  }
  if (!content.remaining.empty()) {
    conditions[3] = {conditions[3].type, "True", "SomeResourcesRemain",
                     "Some resources are remaining: " + listed(content.remaining, " has ")};
  }
  if (!content.by_finalizer.empty()) {
    conditions[4] = {conditions[4].type, "True", "SomeFinalizersRemain",
                     "Some content in the namespace has finalizers remaining: " + listed(content.by_finalizer, " in ")};
  }
  return conditions;
}

json::array const* finalizers_of(api::Object const& namespace_) {
  auto const* const found = api::find_path(namespace_.spec.get(), {"finalizers"});
  return found == nullptr ? nullptr : found->if_array();
}

}  // namespace

void add_remaining(NamespaceContent& content, api::Resource const& resource, std::string const& namespace_,
                   std::vector<api::ObjectPtr> const& left, std::int64_t grace) {
  if (left.empty()) return;
  content.remaining[resource.plural + "." + resource.group] += static_cast<std::int64_t>(left.size());
  bool held = false;
  for (auto const& object : left) {
    for (auto const& finalizer : *object->metadata.finalizers) {
      ++content.by_finalizer[finalizer];
      held = true;
    }
  }
  std::int64_t const estimate = grace != 0 ? grace : held ? finalizer_seconds : 0;
  content.estimate = std::max(content.estimate, estimate);
  if (estimate != 0) return;
  content.errors.push_back("unexpected items still remain in namespace: " + namespace_ + " for gvr: " + resource.group +
                           "/" + resource.version + ", Resource=" + resource.plural);
}

std::int64_t grace_of_pods(std::vector<api::ObjectPtr> const& pods, api::Timestamp deleted, seams::WallTime now) {
  std::int64_t seconds = 0;
  for (auto const& pod : pods) {
    if (has_ended(*pod)) continue;
    seconds = std::max(seconds, api::find_integer(pod->spec.get(), {"terminationGracePeriodSeconds"}).value_or(0));
  }
  return now - deleted >= std::chrono::seconds(seconds) ? 0 : seconds;
}

std::optional<api::Object> tell_content(api::Object const& namespace_, NamespaceContent const& content,
                                        api::Timestamp now) {
  json::object status;
  if (namespace_.status && namespace_.status->is_object()) status = namespace_.status->get_object();
  json::array conditions;
  if (auto const* const before = status.if_contains("conditions"); before != nullptr && before->is_array()) {
    conditions = before->get_array();
  }
  bool changed = false;
  for (auto const& wanted : conditions_of(content)) {
    auto const at = std::ranges::find_if(
        conditions, [&](json::value const& each) { return api::find_string(&each, {"type"}) == wanted.type; });
    auto const present = [&](std::string_view field) {
      return at == conditions.end() ? std::string_view() : api::find_string(&*at, {field}).value_or("");
    };
    bool const same_status = present("status") == wanted.status;
    if (same_status && present("reason") == wanted.reason && present("message") == wanted.message) continue;
    changed = true;
    json::object condition(5);
    condition.emplace("type", wanted.type);
    condition.emplace("status", wanted.status);
    condition.emplace("lastTransitionTime",
                      same_status ? std::string(present("lastTransitionTime")) : api::format_timestamp(now));
    condition.emplace("reason", wanted.reason);
    condition.emplace("message", wanted.message);
    if (at == conditions.end()) {
      conditions.push_back(std::move(condition));
    } else {
      *at = std::move(condition);
    }
  }
  if (!changed) return std::nullopt;
  status["conditions"] = std::move(conditions);
  api::Object next = namespace_;
  next.status = api::share(json::value(std::move(status)));
  return next;
}

bool is_finalized(api::Object const& namespace_) {
  auto const* const finalizers = finalizers_of(namespace_);
  return finalizers == nullptr || finalizers->empty();
}

api::Object without_content_finalizer(api::Object const& namespace_) {
  std::set<std::string> kept;
  if (auto const* const finalizers = finalizers_of(namespace_)) {
    for (auto const& each : *finalizers) {
      if (each.is_string() && each.get_string() != content_finalizer) kept.emplace(std::string_view(each.get_string()));
    }
  }
  json::array out;
  for (auto const& finalizer : kept) out.emplace_back(finalizer);
  json::object spec;
  if (namespace_.spec && namespace_.spec->is_object()) spec = namespace_.spec->get_object();
  spec["finalizers"] = std::move(out);
  api::Object next = namespace_;
  next.spec = api::share(json::value(std::move(spec)));
  return next;
}

}  // namespace fakeapi
