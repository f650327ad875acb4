#include "fakeapi/controllers/deployment_conditions.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace fakeapi {
namespace json = boost::json;
namespace {

/// More conditions than a Deployment ever has; what others have added beyond is dropped.
constexpr std::size_t most_conditions = 16;

json::array const* find_conditions(json::value const* status) {
  json::value const* const conditions = api::find_path(status, {"conditions"});
  return conditions == nullptr ? nullptr : conditions->if_array();
}

std::string_view text(json::value const& condition, std::string_view field) {
  return api::find_string(&condition, {field}).value_or("");
}

json::value const* find(json::value const* status, std::string_view type) {
  auto const* const conditions = find_conditions(status);
  if (conditions == nullptr) return nullptr;
  auto const at =
      std::ranges::find_if(*conditions, [&](json::value const& each) { return text(each, "type") == type; });
  return at == conditions->end() ? nullptr : &*at;
}

}  // namespace

Conditions::Conditions(json::value const* status, api::Timestamp now) : now_(api::format_timestamp(now)) {
  auto const* const conditions = find_conditions(status);
  if (conditions == nullptr) return;
  entries_.reserve(std::min(conditions->size() + 1, most_conditions));
  for (auto const& condition : *conditions) {
    if (entries_.size() == most_conditions) break;
    entries_.push_back({&condition, {}, {}});
  }
}

void Conditions::set(Condition condition, bool renew) {
  std::string_view last_transition_time = now_;
  auto const at = std::ranges::find_if(entries_, [&](Entry const& entry) {
    return entry.unchanged != nullptr && text(*entry.unchanged, "type") == condition.type;
  });
  if (at != entries_.end()) {
    bool const same_status = text(*at->unchanged, "status") == condition.status;
    if (same_status && text(*at->unchanged, "reason") == condition.reason && !renew) return;
    auto const since = text(*at->unchanged, "lastTransitionTime");
    if (same_status && !since.empty()) last_transition_time = since;
    entries_.erase(at);
  }
  entries_.push_back({nullptr, std::move(condition), last_transition_time});
}

std::string_view Conditions::progressing_reason() const {
  for (auto const& entry : entries_) {
    if (entry.unchanged == nullptr && entry.changed.type == "Progressing") return entry.changed.reason;
    if (entry.unchanged != nullptr && text(*entry.unchanged, "type") == "Progressing") {
      return text(*entry.unchanged, "reason");
    }
  }
  return "";
}

json::array Conditions::to_json() const {
  json::array out;
  out.reserve(entries_.size());
  for (auto const& entry : entries_) {
    if (entry.unchanged != nullptr) {
      out.push_back(*entry.unchanged);
      continue;
    }
    json::object condition(6);
    condition.emplace("type", entry.changed.type);
    condition.emplace("status", entry.changed.status);
    condition.emplace("lastUpdateTime", now_);
    condition.emplace("lastTransitionTime", entry.last_transition_time);
    condition.emplace("reason", entry.changed.reason);
    condition.emplace("message", entry.changed.message);
    out.push_back(std::move(condition));
  }
  return out;
}

bool has_condition(json::value const* status, std::string_view type) { return find(status, type) != nullptr; }

bool conditions_say_complete(json::value const* status) {
  auto const* const available = find(status, "Available");
  auto const* const progressing = find(status, "Progressing");
  return available != nullptr && text(*available, "status") == "True" && progressing != nullptr &&
         text(*progressing, "reason") == "NewReplicaSetAvailable";
}

}  // namespace fakeapi
