#include "fakeapi/controllers/pod_status.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <utility>

namespace fakeapi {
namespace json = boost::json;
namespace {

/// 64 hexadecimal digits that depend on a text only.
std::string digest(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  std::uint64_t state = 14695981039346656037U;
  for (char const c : text) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211U;
  while (out.size() < 64) {
    // splitmix64
    std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    z ^= z >> 31;
    for (int i = 0; i < 16; ++i, z >>= 4) out += hex[z & 15U];
  }
  return out;
}

json::array const* array_at(json::value const* value, std::string_view key) {
  auto const* const found = api::find_path(value, {key});
  return found == nullptr ? nullptr : found->if_array();
}

/// An object of one member.
json::object wrap(std::string_view key, json::value value) {
  json::object out(1);
  out.emplace(key, std::move(value));
  return out;
}

json::object wrap_text(std::string_view key, std::string_view text) {
  json::object out(1);
  out.emplace(key, text);
  return out;
}

json::object terminated(std::int64_t exit_code, std::string_view reason, std::string_view message,
                        std::string const& started, std::string const& now, std::string_view container_id) {
  json::object out(6);
  out.emplace("exitCode", exit_code);
  out.emplace("reason", reason);
  if (!message.empty()) out.emplace("message", message);
  out.emplace("startedAt", started);
  out.emplace("finishedAt", now);
  if (!container_id.empty()) out.emplace("containerID", container_id);
  return wrap("terminated", std::move(out));
}

class NextStatus {
 public:
  NextStatus(api::Object const& pod, PodNode const& node, std::string const& pod_ip, api::Timestamp now)
      : pod_(pod), node_(node), pod_ip_(pod_ip), now_(api::format_timestamp(now)) {
    if (pod.status && pod.status->is_object()) status_ = pod.status->get_object();
  }

  api::Object create() {
    address();
    if (!status_.contains("startTime")) status_["startTime"] = now_;
    containers("initContainers", "initContainerStatuses",
               [&](json::value const&) { return waiting("PodInitializing", ""); });
    bool const has_init = array_at(pod_.spec.get(), "initContainers") != nullptr;
    containers("containers", "containerStatuses",
               [&](json::value const&) { return waiting(has_init ? "PodInitializing" : "ContainerCreating", ""); });
    return finish("Pending", false);
  }

  api::Object image_error(bool backs_off) {
    address();
    if (!status_.contains("startTime")) status_["startTime"] = now_;
    containers("containers", "containerStatuses", [&](json::value const& container) {
      std::string const image(api::find_string(&container, {"image"}).value_or(""));
      return backs_off
                 ? waiting("ImagePullBackOff", "Back-off pulling image \"" + image + "\"")
                 : waiting("ErrImagePull", "rpc error: code = NotFound desc = failed to pull and unpack image \"" +
                                               image + "\": not found");
    });
    return finish("Pending", false);
  }

  api::Object run(bool ready) {
    address();
    if (!status_.contains("startTime")) status_["startTime"] = now_;
    containers("initContainers", "initContainerStatuses", [&](json::value const& container) {
      Container next;
      next.state = terminated(0, "Completed", "", now_, now_, container_id(container, 0));
      next.ready = true;
      next.has_run = true;
      return next;
    });
    containers("containers", "containerStatuses", [&](json::value const&) {
      Container next;
      next.state = wrap("running", wrap_text("startedAt", now_));
      next.ready = ready;
      next.started = true;
      next.has_run = true;
      return next;
    });
    return finish("Running", ready);
  }

  /// Only whether its running containers are ready changes.
  api::Object set_ready(bool ready) {
    if (auto* const statuses = status_["containerStatuses"].if_array()) {
      for (auto& status : *statuses) {
        if (api::find_path(&status, {"state", "running"}) != nullptr) status.get_object()["ready"] = ready;
      }
    }
    return finish("Running", ready);
  }

  api::Object fail() {
    std::string const restart_policy(api::find_string(pod_.spec.get(), {"restartPolicy"}).value_or("Always"));
    std::string const* const only = annotation("name");
    std::int64_t exit_code = 1;
    if (std::string const* const text = annotation("exit-code")) {
      std::from_chars(text->data(), text->data() + text->size(), exit_code);
    }
    std::string const reason = annotation("reason") != nullptr ? *annotation("reason") : "Error";
    std::string const message = annotation("message") != nullptr ? *annotation("message") : "";
    bool const ends = restart_policy == "Never" || (restart_policy == "OnFailure" && exit_code == 0);
    for_each_status([&](json::object& status, std::string_view name) {
      if (only != nullptr && *only != name) return;
      std::string const started(
          api::find_string(&status["state"], {"running", "startedAt"}).value_or(std::string_view(now_)));
      std::string const id(api::find_string(&status["containerID"], {}).value_or(""));
      json::object end = terminated(exit_code, reason, message, started, now_, id);
      if (ends) {
        status["state"] = std::move(end);
      } else {
        status["restartCount"] = api::find_integer(&status["restartCount"], {}).value_or(0) + 1;
        status["lastState"] = std::move(end);
        status["state"] =
            waiting_state("CrashLoopBackOff", "back-off 10s restarting failed container=" + std::string(name) +
                                                  " pod=" + pod_.metadata.name + "_" + pod_.metadata.namespace_ + "(" +
                                                  pod_.metadata.uid + ")");
      }
      status["ready"] = false;
      status["started"] = false;
    });
    return finish(ends ? "Failed" : "Running", false);
  }

  api::Object restart() {
    for_each_status([&](json::object& status, std::string_view name) {
      if (api::find_path(&status["state"], {"waiting"}) == nullptr) return;
      status["state"] = wrap("running", wrap_text("startedAt", now_));
      status["containerID"] =
          "containerd://" + digest(pod_.metadata.uid + "/" + std::string(name) + "/" +
                                   std::to_string(api::find_integer(&status["restartCount"], {}).value_or(0)));
      status["started"] = true;
      status["ready"] = true;
    });
    return finish("Running", true);
  }

  api::Object complete() {
    for_each_status([&](json::object& status, std::string_view) {
      std::string const started(
          api::find_string(&status["state"], {"running", "startedAt"}).value_or(std::string_view(now_)));
      std::string const id(api::find_string(&status["containerID"], {}).value_or(""));
      status["state"] = terminated(0, "Completed", "", started, now_, id);
      status["ready"] = false;
      status["started"] = false;
    });
    return finish("Succeeded", false);
  }

 private:
  struct Container {
    json::object state;
    bool ready = false;
    bool started = false;
    bool has_run = false;  // has an id and an image
  };

  std::string const* annotation(std::string_view what) const {
    return pod_.metadata.annotations->find("pod-container-failed.stage.kwok.x-k8s.io/" + std::string(what));
  }

  static json::object waiting_state(std::string_view reason, std::string const& message) {
    json::object out(2);
    out.emplace("reason", reason);
    if (!message.empty()) out.emplace("message", message);
    return wrap("waiting", std::move(out));
  }
  static Container waiting(std::string_view reason, std::string const& message) {
    Container next;
    next.state = waiting_state(reason, message);
    return next;
  }

  std::string container_id(json::value const& container, std::int64_t restarts) const {
    std::string const name(api::find_string(&container, {"name"}).value_or(""));
    return "containerd://" + digest(pod_.metadata.uid + "/" + name + "/" + std::to_string(restarts));
  }

  void address() {
    status_["hostIP"] = node_.host_ip;
    if (status_.contains("podIP")) return;
    auto const* const host_network = api::find_path(pod_.spec.get(), {"hostNetwork"});
    std::string const& ip = host_network != nullptr && *host_network == true ? node_.host_ip : pod_ip_;
    status_["podIP"] = ip;
    status_["podIPs"] = json::array(1, wrap_text("ip", ip));
  }

  /// Writes the statuses of the containers of one list of the spec anew.
  template <class Next>
  void containers(std::string_view spec_field, std::string_view status_field, Next const& next_of) {
    auto const* const specs = array_at(pod_.spec.get(), spec_field);
    if (specs == nullptr) return;
    json::array out;
    for (auto const& spec : *specs) {
      Container next = next_of(spec);
      std::string const image(api::find_string(&spec, {"image"}).value_or(""));
      json::object status(9);
      status.emplace("name", api::find_string(&spec, {"name"}).value_or(""));
      status.emplace("state", std::move(next.state));
      status.emplace("lastState", json::object());
      status.emplace("ready", next.ready);
      status.emplace("restartCount", 0);
      status.emplace("image", image);
      status.emplace("imageID", next.has_run ? image + "@sha256:" + digest(image) : "");
      if (next.has_run) status.emplace("containerID", container_id(spec, 0));
      status.emplace("started", next.started);
      out.push_back(std::move(status));
    }
    status_[status_field] = std::move(out);
  }

  template <class Change>
  void for_each_status(Change const& change) {
    auto* const statuses = status_["containerStatuses"].if_array();
    if (statuses == nullptr) return;
    for (auto& status : *statuses) {
      if (!status.is_object()) continue;
      std::string const name(api::find_string(&status, {"name"}).value_or(""));
      change(status.get_object(), name);
    }
  }

  /// "[a b]": the containers that are not ready, as the kubelet lists them.
  std::string unready_containers() const {
    std::string names;
    auto const* const found = status_.if_contains("containerStatuses");
    if (found != nullptr && found->is_array()) {
      for (auto const& status : found->get_array()) {
        auto const* const ready = api::find_path(&status, {"ready"});
        if (ready != nullptr && *ready == true) continue;
        names += (names.empty() ? "" : " ") + std::string(api::find_string(&status, {"name"}).value_or(""));
      }
    }
    return "[" + names + "]";
  }

  void put_condition(json::array& out, std::string_view type, bool holds, std::string_view reason,
                     std::string const& message) const {
    std::string_view const status = holds ? "True" : "False";
    std::string since = now_;
    if (auto const* const before = array_at(pod_.status.get(), "conditions")) {
      for (auto const& condition : *before) {
        if (api::find_string(&condition, {"type"}) == type && api::find_string(&condition, {"status"}) == status) {
          since = api::find_string(&condition, {"lastTransitionTime"}).value_or(std::string_view(now_));
        }
      }
    }
    json::object condition(6);
    condition.emplace("type", type);
    condition.emplace("status", status);
    condition.emplace("lastProbeTime", nullptr);
    condition.emplace("lastTransitionTime", since);
    if (!reason.empty()) condition.emplace("reason", reason);
    if (!message.empty()) condition.emplace("message", message);
    out.push_back(std::move(condition));
  }

  api::Object finish(std::string_view phase, bool ready) {
    bool const done = phase == "Succeeded";
    bool const initialized = phase != "Pending" || array_at(pod_.spec.get(), "initContainers") == nullptr;
    std::string const names = unready_containers();
    std::string_view const reason = ready ? "" : done ? "PodCompleted" : "ContainersNotReady";
    std::string const message = ready || done ? "" : "containers with unready status: " + names;
    json::array conditions;
    put_condition(conditions, "Initialized", initialized, initialized ? "" : "ContainersNotInitialized", "");
    put_condition(conditions, "Ready", ready, reason, message);
    put_condition(conditions, "ContainersReady", ready, reason, message);
    put_condition(conditions, "PodScheduled", true, "", "");
    // Conditions that others have put there stay.
    if (auto const* const before = array_at(pod_.status.get(), "conditions")) {
      static constexpr auto own =
          std::to_array<std::string_view>({"Initialized", "Ready", "ContainersReady", "PodScheduled"});
      for (auto const& condition : *before) {
        if (std::ranges::find(own, api::find_string(&condition, {"type"}).value_or("")) == own.end()) {
          conditions.push_back(condition);
        }
      }
    }
    status_["phase"] = phase;
    status_["conditions"] = std::move(conditions);
    api::Object next = pod_;
    next.status = api::share(json::value(std::move(status_)));
    return next;
  }

  api::Object const& pod_;
  PodNode const& node_;
  std::string const& pod_ip_;
  std::string now_;
  json::object status_;
};

}  // namespace

api::Object after_stage(api::Object const& pod, PodStage stage, PodNode const& node, std::string const& pod_ip,
                        api::Timestamp now) {
  NextStatus next(pod, node, pod_ip, now);
  switch (stage) {
    case PodStage::create:
      return next.create();
    case PodStage::ready:
      return next.run(!has_readiness_probe(pod));
    case PodStage::probe:
    case PodStage::recover:
      return next.set_ready(true);
    case PodStage::unready:
      return next.set_ready(false);
    case PodStage::complete:
      return next.complete();
    case PodStage::image_error:
      return next.image_error(false);
    case PodStage::image_back_off:
      return next.image_error(true);
    case PodStage::container_failed:
      return next.fail();
    case PodStage::container_restart:
      return next.restart();
    case PodStage::schedule:
    case PodStage::remove:
      break;
  }
  return pod;
}

}  // namespace fakeapi
