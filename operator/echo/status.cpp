#include "operator/echo/status.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <span>

namespace echo {

namespace json = boost::json;

namespace {

/// The members of a status and of a condition, in the order in which they are stored.
constexpr std::array<std::string_view, 5> status_fields{"observedGeneration", "replicas", "readyReplicas", "selector",
                                                        "conditions"};
constexpr std::size_t conditions_place = 4;
constexpr std::array<std::string_view, 6> condition_fields{
    "type", "status", "observedGeneration", "lastTransitionTime", "reason", "message"};

std::string_view condition_status(bool holds) { return holds ? "True" : "False"; }

json::array const* conditions_of(json::value const* stored) {
  auto const* conditions = api::find_path(stored, {"conditions"});
  return conditions == nullptr ? nullptr : conditions->if_array();
}

json::value const* find_condition(json::value const* stored, ConditionType type) {
  auto const* conditions = conditions_of(stored);
  if (conditions == nullptr) return nullptr;
  for (auto const& condition : *conditions) {
    if (api::find_string(&condition, {"type"}) == to_string(type)) return &condition;
  }
  return nullptr;
}

bool says(json::value const& stored, ConditionType type, Condition const& condition, std::int64_t generation) {
  return api::find_string(&stored, {"type"}) == to_string(type) &&
         api::find_string(&stored, {"status"}) == condition_status(condition.holds) &&
         api::find_integer(&stored, {"observedGeneration"}) == generation &&
         api::find_string(&stored, {"reason"}) == condition.reason.view() &&
         api::find_string(&stored, {"message"}) == condition.message.view();
}

}  // namespace

std::string_view to_string(ConditionType type) {
  switch (type) {
    case ConditionType::ready:
      return "Ready";
    case ConditionType::progressing:
      return "Progressing";
    case ConditionType::degraded:
      return "Degraded";
  }
  return "";
}

bool says(json::value const* stored, EchoStatus const& status) {
  if (stored == nullptr) return false;
  auto const* conditions = conditions_of(stored);
  if (conditions == nullptr || conditions->size() != condition_count) return false;
  if (api::find_integer(stored, {"observedGeneration"}) != status.observed_generation) return false;
  if (api::find_integer(stored, {"replicas"}) != status.replicas) return false;
  if (api::find_integer(stored, {"readyReplicas"}) != status.ready_replicas) return false;
  if (api::find_string(stored, {"selector"}) != status.selector) return false;
  for (std::size_t index = 0; index < condition_count; ++index) {
    auto const type = static_cast<ConditionType>(index);
    if (!says((*conditions)[index], type, status.conditions[index], status.observed_generation)) return false;
  }
  return true;
}

bool holds(json::value const* stored, ConditionType type) {
  auto const* condition = find_condition(stored, type);
  return condition != nullptr && api::find_string(condition, {"status"}) == condition_status(true);
}

namespace {

/// Whether an object has these members, in this order.
bool has_form(json::value const& value, std::span<std::string_view const> names) {
  auto const* const object = value.if_object();
  return object != nullptr &&
         std::ranges::equal(*object, names, {}, [](auto const& member) { return std::string_view(member.key()); });
}

/// Whether a stored status is one that to_json() could have made, whatever its values are.
bool has_our_form(json::value const& stored) {
  if (!has_form(stored, status_fields)) return false;
  auto const* const conditions = stored.get_object().begin()[conditions_place].value().if_array();
  if (conditions == nullptr || conditions->size() != condition_count) return false;
  for (std::size_t index = 0; index < condition_count; ++index) {
    auto const& condition = (*conditions)[index];
    if (!has_form(condition, condition_fields)) return false;
    auto const* const type = condition.get_object().begin()->value().if_string();
    if (type == nullptr || *type != to_string(static_cast<ConditionType>(index))) return false;
  }
  return true;
}

void set(json::value& value, std::int64_t number) { value = number; }
void set(json::value& value, std::string_view text) {
  if (auto* const string = value.if_string()) {
    if (*string != text) string->assign(text);
  } else {
    value = json::string(text);
  }
}

/// The usual case of to_json(): what has not changed since is copied, which is a good deal cheaper than making it.
json::value changed(json::value const& before, EchoStatus const& status, api::Timestamp now) {
  json::value stored(before);
  auto* const fields = stored.get_object().begin();
  set(fields[0].value(), status.observed_generation);
  set(fields[1].value(), status.replicas);
  set(fields[2].value(), status.ready_replicas);
  set(fields[3].value(), status.selector);
  auto& conditions = fields[conditions_place].value().get_array();
  for (std::size_t index = 0; index < condition_count; ++index) {
    Condition const& condition = status.conditions[index];
    auto* const parts = conditions[index].get_object().begin();
    std::string_view const value = condition_status(condition.holds);
    auto const* const held = parts[1].value().if_string();
    bool const unchanged = held != nullptr && *held == value && parts[3].value().is_string();
    if (!unchanged) set(parts[3].value(), api::format_timestamp(now));
    set(parts[1].value(), value);
    set(parts[2].value(), status.observed_generation);
    set(parts[4].value(), condition.reason.view());
    set(parts[5].value(), condition.message.view());
  }
  return stored;
}

}  // namespace

json::value to_json(EchoStatus const& status, json::value const* before, api::Timestamp now) {
  if (before != nullptr && has_our_form(*before)) return changed(*before, status, now);
  json::array conditions;
  conditions.reserve(condition_count);
  for (std::size_t index = 0; index < condition_count; ++index) {
    auto const type = static_cast<ConditionType>(index);
    Condition const& condition = status.conditions[index];
    std::string_view const value = condition_status(condition.holds);
    json::object entry(6);
    entry.emplace("type", json::string(to_string(type)));
    entry.emplace("status", json::string(value));
    entry.emplace("observedGeneration", status.observed_generation);
    auto const* const was = find_condition(before, type);
    auto const since = api::find_string(was, {"lastTransitionTime"});
    bool const unchanged = since && api::find_string(was, {"status"}) == value;
    entry.emplace("lastTransitionTime", unchanged ? json::string(*since) : json::string(api::format_timestamp(now)));
    entry.emplace("reason", json::string(condition.reason.view()));
    entry.emplace("message", json::string(condition.message.view()));
    conditions.push_back(json::value(std::move(entry)));
  }
  json::object stored(5);
  stored.emplace("observedGeneration", status.observed_generation);
  stored.emplace("replicas", status.replicas);
  stored.emplace("readyReplicas", status.ready_replicas);
  stored.emplace("selector", json::string(status.selector));
  stored.emplace("conditions", std::move(conditions));
  return json::value(std::move(stored));
}

std::optional<EchoStatus> read_status(json::value const& stored) {
  auto const generation = api::find_integer(&stored, {"observedGeneration"});
  auto const replicas = api::find_integer(&stored, {"replicas"});
  auto const ready_replicas = api::find_integer(&stored, {"readyReplicas"});
  auto const selector = api::find_string(&stored, {"selector"});
  if (!generation || !replicas || !ready_replicas || !selector) return std::nullopt;
  EchoStatus status{*generation, *replicas, *ready_replicas, std::string(*selector), {}};
  for (std::size_t index = 0; index < condition_count; ++index) {
    auto const* const condition = find_condition(&stored, static_cast<ConditionType>(index));
    auto const value = api::find_string(condition, {"status"});
    auto const reason = api::find_string(condition, {"reason"});
    auto const message = api::find_string(condition, {"message"});
    if (!value || !reason || !message) return std::nullopt;
    status.conditions[index] = {*value == condition_status(true), std::string(*reason), std::string(*message)};
  }
  if (!says(&stored, status)) return std::nullopt;
  return status;
}

}  // namespace echo
