// How a Deployment of ours differs from the one wanted, as the operations that put it right.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <string>
#include <utility>

#include "operator/echo/deployment.hpp"
#include "operator/echo/names.hpp"
#include "operator/echo/patches.hpp"
#include "operator/seams/check.hpp"

namespace echo {

namespace json = boost::json;
using api::JsonPatchVerb;

namespace {

class Drift {
 public:
  Drift(Echo const& echo, api::Object const& deployment, std::string_view fallback_image)
      : echo_(echo),
        deployment_(deployment),
        label_(echo.name()),
        container_name_(container_name(echo.name())),
        image_(wanted_image(echo, fallback_image)) {}

  std::vector<api::JsonPatchOperation> run() {
    check_label();
    check_owner_reference();
    check_replicas();
    check_template();
    return std::move(operations_);
  }

 private:
  void set(std::string path, json::value value) {
    operations_.push_back(operation(JsonPatchVerb::add, std::move(path), std::move(value)));
  }
  void test(std::string path, json::value value) {
    operations_.push_back(operation(JsonPatchVerb::test, std::move(path), std::move(value)));
  }
  json::value label_json() const { return json::value(json::string(label_.text())); }

  void check_label() {
    auto const& labels = deployment_.metadata.labels;
    std::string const* const label = labels->find("app");
    if (label != nullptr && *label == label_.text()) return;
    if (labels.empty()) {
      set("/metadata/labels", json::object{{"app", label_json()}});
    } else {
      set("/metadata/labels/app", label_json());
    }
  }

  void check_owner_reference() {
    auto const& references = *deployment_.metadata.owner_references;
    for (std::size_t index = 0; index < references.size(); ++index) {
      auto const& reference = references[index];
      if (reference.uid != echo_.uid()) continue;
      if (reference.controller == true && reference.block_owner_deletion == true && reference.kind == kind &&
          reference.name == echo_.name() && reference.api_version == api_version) {
        return;
      }
      std::string const path = "/metadata/ownerReferences/" + std::to_string(index);
      test(path + "/uid", json::value(json::string(echo_.uid())));
      operations_.push_back(operation(JsonPatchVerb::replace, path,
                                      json::object{{"apiVersion", json::string(api_version)},
                                                   {"kind", json::string(kind)},
                                                   {"name", json::string(echo_.name())},
                                                   {"uid", json::string(echo_.uid())},
                                                   {"controller", true},
                                                   {"blockOwnerDeletion", true}}));
      return;
    }
  }

  void check_replicas() {
    auto const wanted = echo_.replicas();
    seams::check(wanted.has_value(), "only a valid Echo wants a Deployment");
    auto const replicas = api::find_integer(deployment_.spec.get(), {"replicas"});
    if (replicas != wanted) set("/spec/replicas", *wanted);
  }

  void check_template() {
    auto const* const pod = api::find_path(deployment_.spec.get(), {"template"});
    if (pod == nullptr || !pod->is_object()) return;  // the server does not let such a one be
    check_template_label(*pod);
    check_containers(*pod);
  }

  void check_template_label(json::value const& pod) {
    auto const* const metadata = api::find_path(&pod, {"metadata"});
    auto const* const labels = api::find_path(metadata, {"labels"});
    if (labels != nullptr && labels->is_object()) {
      if (api::find_string(labels, {"app"}) != label_.text()) set("/spec/template/metadata/labels/app", label_json());
      return;
    }
    json::object missing{{"app", label_json()}};
    if (metadata != nullptr && metadata->is_object()) {
      set("/spec/template/metadata/labels", std::move(missing));
    } else {
      set("/spec/template/metadata", json::object{{"labels", std::move(missing)}});
    }
  }

  void check_containers(json::value const& pod) {
    auto const* const spec = api::find_path(&pod, {"spec"});
    if (spec == nullptr || !spec->is_object()) return;
    auto const* const containers = api::find_path(spec, {"containers"});
    if (containers == nullptr || !containers->is_array()) {
      set("/spec/template/spec/containers", json::array{whole_container()});
      return;
    }
    auto const& list = containers->get_array();
    for (std::size_t index = 0; index < list.size(); ++index) {
      if (api::find_string(&list[index], {"name"}) != container_name_) continue;
      check_container(list[index], index);
      return;
    }
    set("/spec/template/spec/containers/-", whole_container());
  }

  void check_container(json::value const& container, std::size_t index) {
    bool const image_differs = api::find_string(&container, {"image"}) != image_;
    auto const* const ports = api::find_path(&container, {"ports"});
    bool const has_ports = ports != nullptr && ports->is_array();
    bool const port_missing = !has_ports || !exposes_our_port(ports->get_array());
    if (!image_differs && !port_missing) return;
    std::string const path = "/spec/template/spec/containers/" + std::to_string(index);
    test(path + "/name", json::value(json::string(container_name_)));
    if (image_differs) set(path + "/image", json::value(json::string(image_)));
    if (!port_missing) return;
    if (has_ports) {
      set(path + "/ports/-", our_port());
    } else {
      set(path + "/ports", json::array{our_port()});
    }
  }

  static bool exposes_our_port(json::array const& ports) {
    for (auto const& port : ports) {
      if (api::find_integer(&port, {"containerPort"}) == container_port &&
          api::find_string(&port, {"protocol"}).value_or("TCP") == "TCP") {
        return true;
      }
    }
    return false;
  }

  static json::value our_port() { return json::object{{"containerPort", container_port}}; }

  json::value whole_container() const {
    return json::object{
        {"name", json::string(container_name_)}, {"image", json::string(image_)}, {"ports", json::array{our_port()}}};
  }

  Echo const& echo_;
  api::Object const& deployment_;
  LabelValue label_;
  std::string_view container_name_;
  std::string_view image_;
  std::vector<api::JsonPatchOperation> operations_;
};

}  // namespace

std::vector<api::JsonPatchOperation> drift(Echo const& echo, api::Object const& deployment,
                                           std::string_view fallback_image) {
  return Drift(echo, deployment, fallback_image).run();
}

}  // namespace echo
