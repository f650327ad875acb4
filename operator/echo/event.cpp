#include "operator/echo/event.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "operator/echo/names.hpp"

namespace echo {

namespace json = boost::json;

namespace {

constexpr std::string_view component = "echo-operator";

std::string event_name(Echo const& echo, std::uint64_t number, seams::WallTime now) {
  constexpr std::size_t most_of_the_name = 236;  // names of Events have at most 253 characters
  std::string const seed = std::to_string(now.time_since_epoch().count()) + "/" + std::to_string(number);
  std::uint64_t const hash = fnv1a(seed, fnv1a(echo.uid()));
  std::string name = echo.name().substr(0, most_of_the_name);
  // What was cut may end in a character that must not stand before a dot.
  while (!name.empty() && (name.back() == '.' || name.back() == '-')) name.pop_back();
  name += '.';
  for (int shift = 60; shift >= 0; shift -= 4) name += "0123456789abcdef"[(hash >> shift) & 0xfU];
  return name;
}

json::object involved_object(Echo const& echo) {
  json::object involved;
  involved.emplace("apiVersion", json::string(api_version));
  involved.emplace("kind", json::string(kind));
  if (echo.namespaced()) involved.emplace("namespace", json::string(echo.namespace_()));
  involved.emplace("name", json::string(echo.name()));
  involved.emplace("uid", json::string(echo.uid()));
  involved.emplace("resourceVersion", std::to_string(api::to_number(echo.object().metadata.resource_version)));
  return involved;
}

}  // namespace

api::ObjectPtr event_about(Echo const& echo, RecordEvent const& what, std::uint64_t number, seams::WallTime now) {
  auto event = std::make_shared<api::Object>();
  event->api_version = "v1";
  event->kind = "Event";
  event->metadata.name = event_name(echo, number, now);
  event->metadata.namespace_ = echo.namespaced() ? echo.namespace_() : "default";
  json::string const time(api::format_timestamp(std::chrono::floor<std::chrono::seconds>(now)));
  constexpr std::size_t most_of_a_message = 1024;
  json::object fields;
  fields.emplace("involvedObject", involved_object(echo));
  fields.emplace("reason", json::string(what.reason.view()));
  fields.emplace("message", json::string(what.message.view().substr(0, most_of_a_message)));
  fields.emplace("type", what.warning ? "Warning" : "Normal");
  fields.emplace("firstTimestamp", time);
  fields.emplace("lastTimestamp", time);
  fields.emplace("count", 1);
  json::object source;
  source.emplace("component", json::string(component));
  fields.emplace("source", std::move(source));
  fields.emplace("reportingComponent", json::string(component));
  fields.emplace("reportingInstance", "");
  event->rest = api::share(json::value(std::move(fields)));
  return event;
}

}  // namespace echo
