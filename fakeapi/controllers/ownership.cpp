#include "fakeapi/controllers/ownership.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace fakeapi {
namespace json = boost::json;
namespace {

json::array const* array_at(json::value const* value, std::string_view key) {
  auto const* const found = api::find_path(value, {key});
  return found == nullptr ? nullptr : found->if_array();
}

bool matches_expression(json::value const& expression, api::StringMap const& labels) {
  auto const key = api::find_string(&expression, {"key"});
  auto const op = api::find_string(&expression, {"operator"});
  if (!key || !op) return false;
  std::string const* const value = labels.find(*key);
  if (*op == "Exists") return value != nullptr;
  if (*op == "DoesNotExist") return value == nullptr;
  auto const* const values = array_at(&expression, "values");
  bool const listed =
      value != nullptr && values != nullptr && std::ranges::any_of(*values, [&](json::value const& each) {
        return each.is_string() && std::string_view(each.get_string()) == *value;
      });
  if (*op == "In") return listed;
  return *op == "NotIn" && !listed;
}

json::array references_json(std::vector<api::OwnerReference> const& references) {
  json::array out;
  for (auto const& reference : references) out.push_back(to_json(reference));
  return out;
}

/// Replaces the owner references of an object that is still the one that was looked at.
Result<api::ObjectPtr> write_references(ControllerClient& client, api::Resource const& resource,
                                        api::Object const& object, std::vector<api::OwnerReference> const& references) {
  json::object metadata(3);
  metadata.emplace("uid", object.metadata.uid);
  metadata.emplace("resourceVersion", std::to_string(api::to_number(object.metadata.resource_version)));
  metadata.emplace("ownerReferences", references_json(references));
  json::object document(1);
  document.emplace("metadata", std::move(metadata));
  return client.merge_patch(resource, object.key(), json::value(std::move(document)));
}

}  // namespace

json::object to_json(api::OwnerReference const& reference) {
  json::object item(6);
  item.emplace("apiVersion", reference.api_version);
  item.emplace("kind", reference.kind);
  item.emplace("name", reference.name);
  item.emplace("uid", reference.uid);
  if (reference.controller) item.emplace("controller", *reference.controller);
  if (reference.block_owner_deletion) item.emplace("blockOwnerDeletion", *reference.block_owner_deletion);
  return item;
}

bool selects(json::value const* selector, api::StringMap const& labels) {
  if (selector == nullptr || !selector->is_object()) return false;
  if (auto const* const wanted = api::find_path(selector, {"matchLabels"}); wanted != nullptr && wanted->is_object()) {
    for (auto const& [key, value] : wanted->get_object()) {
      std::string const* const label = labels.find(std::string_view(key));
      if (label == nullptr || !value.is_string() || std::string_view(value.get_string()) != *label) return false;
    }
  }
  auto const* const expressions = array_at(selector, "matchExpressions");
  return expressions == nullptr || std::ranges::all_of(*expressions, [&](json::value const& expression) {
           return matches_expression(expression, labels);
         });
}

bool selects_everything(json::value const* selector) {
  if (selector == nullptr || !selector->is_object()) return false;
  auto const* const labels = api::find_path(selector, {"matchLabels"});
  auto const* const expressions = array_at(selector, "matchExpressions");
  bool const no_labels = labels == nullptr || !labels->is_object() || labels->get_object().empty();
  return no_labels && (expressions == nullptr || expressions->empty());
}

Claims claim(api::Object const& controller, json::value const* selector,
             std::vector<api::ObjectPtr> const& candidates) {
  Claims claims;
  bool const idle = controller.metadata.terminating();
  for (auto const& candidate : candidates) {
    auto const* const owner = candidate->metadata.controller();
    if (owner != nullptr && owner->uid != controller.metadata.uid) continue;
    bool const selected = selects(selector, *candidate->metadata.labels);
    if (owner != nullptr) {
      if (selected) {
        claims.owned.push_back(candidate);
      } else if (!idle) {
        claims.to_release.push_back(candidate);
      }
    } else if (selected && !idle && !candidate->metadata.terminating()) {
      claims.to_adopt.push_back(candidate);
    }
  }
  return claims;
}

api::OwnerReference controller_reference(api::Object const& controller) {
  return {controller.api_version, controller.kind, controller.metadata.name, controller.metadata.uid, true, true};
}

std::optional<std::vector<api::ObjectPtr>> settle_claims(ControllerClient& client, api::Object const& controller,
                                                         api::Resource const& owner_resource,
                                                         api::Resource const& resource, Claims claims) {
  bool refused = false;
  for (auto const& object : claims.to_release) {
    std::vector<api::OwnerReference> kept;
    for (auto const& reference : *object->metadata.owner_references) {
      if (reference.uid != controller.metadata.uid) kept.push_back(reference);
    }
    auto const answer = write_references(client, resource, *object, kept);
    bool const settled = answer || answer.error().is(api::Reason::not_found) || answer.error().is(api::Reason::invalid);
    refused = refused || !settled;
  }
  if (!claims.to_adopt.empty()) {
    auto const fresh = client.get(owner_resource, controller.key());
    bool const may_adopt =
        fresh && (*fresh)->metadata.uid == controller.metadata.uid && !(*fresh)->metadata.terminating();
    if (!may_adopt) return std::nullopt;
  }
  for (auto const& object : claims.to_adopt) {
    std::vector<api::OwnerReference> references = *object->metadata.owner_references;
    // A reference to it that was no controller reference becomes one.
    std::erase_if(references, [&](auto const& each) { return each.uid == controller.metadata.uid; });
    references.push_back(controller_reference(controller));
    auto const answer = write_references(client, resource, *object, references);
    if (answer) {
      claims.owned.push_back(object);
    } else if (!answer.error().is(api::Reason::not_found)) {
      refused = true;
    }
  }
  if (refused) return std::nullopt;
  return std::move(claims.owned);
}

}  // namespace fakeapi
