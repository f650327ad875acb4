#include "fakeapi/controllers/condition_list.hpp"

#include <algorithm>

namespace fakeapi {
namespace json = boost::json;
namespace {

/// More conditions than any object has; what others have added beyond is dropped.
constexpr std::size_t most_conditions = 32;

std::string_view text_of(json::value const& condition, std::string_view field) {
  return api::find_string(&condition, {field}).value_or("");
}

}  // namespace

ConditionList::ConditionList(json::value const* status) {
  auto const* const found = api::find_path(status, {"conditions"});
  if (found == nullptr || !found->is_array()) return;
  for (auto const& condition : found->get_array()) {
    if (items_.size() < most_conditions) items_.push_back(condition);
  }
}

json::value const* ConditionList::find(std::string_view type) const {
  auto const at = std::ranges::find_if(items_, [&](json::value const& each) { return text_of(each, "type") == type; });
  return at == items_.end() ? nullptr : &*at;
}

std::string_view ConditionList::text(std::string_view type, std::string_view field) const {
  auto const* const condition = find(type);
  return condition == nullptr ? std::string_view() : text_of(*condition, field);
}

void ConditionList::set(ConditionText const& condition, api::Timestamp now) {
  auto const* const current = find(condition.type);
  if (current != nullptr && text_of(*current, "status") == condition.status &&
      text_of(*current, "reason") == condition.reason) {
    return;
  }
  append(condition, now);
}

void ConditionList::renew(ConditionText const& condition, api::Timestamp now) { append(condition, now); }

void ConditionList::append(ConditionText const& condition, api::Timestamp now) {
  std::string const stamp = api::format_timestamp(now);
  std::string transition = stamp;
  if (text(condition.type, "status") == condition.status) {
    std::string_view const since = text(condition.type, "lastTransitionTime");
    if (!since.empty()) transition = since;
  }
  remove(condition.type);
  json::object out(6);
  out.emplace("type", condition.type);
  out.emplace("status", condition.status);
  out.emplace("lastUpdateTime", stamp);
  out.emplace("lastTransitionTime", transition);
  out.emplace("reason", condition.reason);
  out.emplace("message", condition.message);
  items_.push_back(std::move(out));
}

void ConditionList::put(json::object condition) {
  json::value const value(std::move(condition));
  std::string const type(text_of(value, "type"));
  if (find(type) != nullptr && text(type, "status") == text_of(value, "status") &&
      text(type, "reason") == text_of(value, "reason")) {
    return;
  }
  remove(type);
  items_.push_back(value);
}

void ConditionList::remove(std::string_view type) {
  auto const at = std::ranges::find_if(items_, [&](json::value const& each) { return text_of(each, "type") == type; });
  if (at != items_.end()) items_.erase(at);
}

}  // namespace fakeapi
