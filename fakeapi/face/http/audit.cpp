#include "fakeapi/face/http/audit.hpp"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>

#include "fakeapi/semantics/state.hpp"

namespace fakeapi::http {
namespace {

namespace json = boost::json;

std::string micro_time(seams::WallTime time) {
  auto const since = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
  auto const micros = (since - std::chrono::floor<std::chrono::seconds>(since)).count();
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06dZ", static_cast<int>(micros));
  std::string text = api::format_timestamp(to_timestamp(time));
  text.pop_back();  // the Z
  return text + fraction.data();
}

std::string audit_id(std::uint64_t number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "00000000-0000-4000-8000-%012llx",
                static_cast<unsigned long long>(number & 0xffffffffffff));
  return text.data();
}

json::object reference(RequestInfo const& info) {
  json::object made;
  auto const add = [&](char const* name, std::string const& value) {
    if (!value.empty()) made[name] = value;
  };
  add("resource", info.resource);
  add("namespace", info.namespace_);
  add("name", info.name);
  add("apiGroup", info.group);
  add("apiVersion", info.version);
  add("subresource", info.subresource);
  return made;
}

}  // namespace

std::string audit_line(AuditEvent const& event) {
  json::object user;
  if (!event.user.name.empty()) user["username"] = event.user.name;
  if (!event.user.groups.empty()) user["groups"] = json::array(event.user.groups.begin(), event.user.groups.end());
  json::object line{{"kind", "Event"},
                    {"apiVersion", "audit.k8s.io/v1"},
                    {"level", "Metadata"},
                    {"auditID", audit_id(event.number)},
                    {"stage", event.stage == AuditStage::response_started ? "ResponseStarted" : "ResponseComplete"},
                    {"requestURI", event.request.target},
                    {"verb", event.info.verb},
                    {"user", std::move(user)}};
  if (auto const agent = event.request.headers.get("User-Agent"); !agent.empty()) line["userAgent"] = agent;
  if (event.info.is_resource) line["objectRef"] = reference(event.info);
  line["responseStatus"] = json::object{{"metadata", json::object()}, {"code", event.code}};
  line["requestReceivedTimestamp"] = micro_time(event.received);
  line["stageTimestamp"] = micro_time(event.now);
  return json::serialize(line) + "\n";
}

}  // namespace fakeapi::http
