#include "tests/conformance/kubelet.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/conformance/json_path.hpp"

namespace conformance {
namespace {

namespace json = boost::json;

Sent<Answer> send(Driver& driver, std::string method, std::string target, char const* type, json::value const& body) {
  return driver.send({.method = std::move(method),
                      .target = std::move(target),
                      .headers = {{"Content-Type", type}, {"User-Agent", "kubelet/1.0"}},
                      .body = json::serialize(body)});
}

json::object condition(char const* type, std::string const& now) {
  return {{"type", type}, {"status", "True"}, {"lastTransitionTime", now}};
}

json::value running(json::value const& pod, std::string const& now) {
  json::array containers;
  for (auto const& container : pod.at("spec").at("containers").as_array()) {
    containers.push_back(json::object{{"name", container.at("name")},
                                      {"ready", true},
                                      {"restartCount", 0},
                                      {"image", container.at("image")},
                                      {"imageID", "id"},
                                      {"state", json::object{{"running", json::object{{"startedAt", now}}}}}});
  }
  json::array conditions{condition("Initialized", now), condition("Ready", now), condition("ContainersReady", now)};
  return json::object{{"status", json::object{{"phase", "Running"},
                                              {"startTime", now},
                                              {"conditions", std::move(conditions)},
                                              {"containerStatuses", std::move(containers)}}}};
}

}  // namespace

Sent<void> play_kubelet(Driver& driver, std::string const& pods_path) {
  auto const listed = driver.send({.method = "GET", .target = pods_path});
  if (!listed) return std::unexpected(listed.error());
  boost::system::error_code error;
  auto const pods = json::parse(listed->body, error);
  auto const* items = error ? nullptr : at_path(pods, "items");
  if (items == nullptr || !items->is_array()) return {};
  for (auto const& pod : items->get_array()) {
    std::string const name(pod.at("metadata").at("name").as_string());
    std::string const path = pods_path + "/" + name;
    bool const deleted = at_path(pod, "metadata.deletionTimestamp") != nullptr;
    auto const* phase = at_path(pod, "status.phase");
    Sent<Answer> done;
    if (deleted) {
      done = send(driver, "DELETE", path, "application/json", json::object{{"gracePeriodSeconds", 0}});
    } else if (at_path(pod, "spec.nodeName") == nullptr) {
      json::object target{{"apiVersion", "v1"}, {"kind", "Node"}, {"name", "node"}};
      done = send(driver, "POST", path + "/binding", "application/json",
                  json::object{{"apiVersion", "v1"},
                               {"kind", "Binding"},
                               {"metadata", json::object{{"name", name}}},
                               {"target", std::move(target)}});
    } else if (phase != nullptr && *phase == "Pending") {
      done = send(driver, "PATCH", path + "/status", "application/strategic-merge-patch+json",
                  running(pod, driver.timestamp()));
    }
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

}  // namespace conformance
