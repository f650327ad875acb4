#include "fakeapi/semantics/definition_status.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

namespace fakeapi {
namespace {

namespace json = boost::json;

std::vector<std::string> texts(json::value const* names, std::string_view key) {
  std::vector<std::string> all;
  auto const* list = api::find_path(names, {key});
  if (list == nullptr || !list->is_array()) return all;
  for (auto const& entry : list->get_array()) {
    if (entry.is_string()) all.emplace_back(std::string_view(entry.get_string()));
  }
  return all;
}

std::string text(json::value const* names, std::string_view key) {
  return std::string(api::find_string(names, {key}).value_or(""));
}

json::value const* find_condition(api::SharedJson const& status, std::string_view type) {
  auto const* conditions = api::find_path(status.get(), {"conditions"});
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  auto const& list = conditions->get_array();
  auto const found = std::ranges::find_if(
      list, [&](json::value const& condition) { return api::find_string(&condition, {"type"}) == type; });
  return found == list.end() ? nullptr : &*found;
}

std::string_view word(bool holds) { return holds ? "True" : "False"; }

}  // namespace

DefinitionNames DefinitionNames::read(json::value const* names) {
  return {text(names, "plural"), text(names, "singular"), texts(names, "shortNames"),
          text(names, "kind"),   text(names, "listKind"), texts(names, "categories")};
}

json::object DefinitionNames::write() const {
  json::object names;
  names["plural"] = plural;
  if (!singular.empty()) names["singular"] = singular;
  if (!short_names.empty()) names["shortNames"] = json::value_from(short_names);
  names["kind"] = kind;
  if (!list_kind.empty()) names["listKind"] = list_kind;
  if (!categories.empty()) names["categories"] = json::value_from(categories);
  return names;
}

bool condition_holds(api::Object const& definition, std::string_view type) {
  return api::find_string(find_condition(definition.status, type), {"status"}) == "True";
}

bool has_condition(api::Object const& definition, DefinitionCondition const& condition) {
  auto const* found = find_condition(definition.status, condition.type);
  return found != nullptr && api::find_string(found, {"status"}) == word(condition.holds) &&
         api::find_string(found, {"reason"}) == condition.reason &&
         api::find_string(found, {"message"}) == condition.message;
}

void set_condition(json::object& status, DefinitionCondition const& condition, api::Timestamp now) {
  auto& conditions = status["conditions"];
  if (!conditions.is_array()) conditions.emplace_array();
  auto& list = conditions.get_array();
  auto const old = std::ranges::find_if(
      list, [&](json::value const& other) { return api::find_string(&other, {"type"}) == condition.type; });
  json::object made;
  made["type"] = condition.type;
  made["status"] = word(condition.holds);
  made["lastTransitionTime"] = api::format_timestamp(now);
  made["reason"] = condition.reason;
  made["message"] = condition.message;
  if (old == list.end()) {
    list.emplace_back(std::move(made));
    return;
  }
  if (api::find_string(&*old, {"status"}) == word(condition.holds)) {
    if (auto const* time = api::find_path(&*old, {"lastTransitionTime"})) made["lastTransitionTime"] = *time;
  }
  *old = std::move(made);
}

}  // namespace fakeapi
