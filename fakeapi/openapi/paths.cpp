#include "fakeapi/openapi/paths.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <string>
#include <utility>

#include "fakeapi/openapi/schemas.hpp"

namespace fakeapi::openapi {
namespace {

namespace json = boost::json;

constexpr std::string_view scale_schema = "io.k8s.api.autoscaling.v1.Scale";

json::object parameter(std::string_view name, std::string_view place, std::string_view type) {
  json::object schema{{"type", type}, {"uniqueItems", true}};
  json::object made{{"name", name}, {"in", place}, {"schema", std::move(schema)}};
  if (place == "path") made["required"] = true;
  return made;
}

json::array parameters(std::initializer_list<std::string_view> names, std::string_view place) {
  json::array list;
  for (auto const name : names) list.push_back(parameter(name, place, "string"));
  return list;
}

json::object content(std::string_view schema, std::initializer_list<std::string_view> types) {
  json::object media;
  if (!schema.empty()) media["schema"] = reference(schema);
  json::object made;
  for (auto const type : types) made[type] = media;
  return made;
}

json::object responses(std::string_view schema) {
  json::object ok{{"description", "OK"}, {"content", content(schema, {"application/json"})}};
  return {{"200", std::move(ok)}};
}

/// One method of one path.
struct Operation {
  std::string_view action;   ///< "list"
  std::string_view answers;  ///< schema, or ""
  std::string_view takes;    ///< schema, or "": no body
  bool patches = false;
};

class Writer {
 public:
  Writer(discovery::Resource const& resource, PathOptions const& options, json::object& paths)
      : resource_(resource), options_(options), paths_(paths) {
    root_ = options.group.empty() ? "/api/" : "/apis/" + std::string(options.group) + "/";
    root_ += options.version;
  }

  void write() {
    std::string const collection = root_ + (resource_.namespaced ? "/namespaces/{namespace}/" : "/") + resource_.plural;
    json::object all = path(false);
    if (offers("list")) all["get"] = operation({"list", options_.list_schema, ""});
    if (offers("create")) all["post"] = operation({"post", options_.schema, options_.schema});
    if (offers("deletecollection")) all["delete"] = operation({"deletecollection", "", ""});
    if (all.size() > 1 || !resource_.namespaced) paths_[collection] = std::move(all);
    if (resource_.namespaced && offers("list")) {
      json::object everywhere;
      everywhere["get"] = operation({"list", options_.list_schema, ""});
      paths_[root_ + "/" + resource_.plural] = std::move(everywhere);
    }
    if (!offers("get")) return;
    json::object item = path(true);
    item["get"] = operation({"get", options_.schema, ""});
    if (offers("update")) item["put"] = operation({"put", options_.schema, options_.schema});
    if (offers("patch")) item["patch"] = operation({"patch", options_.schema, options_.schema, true});
    if (offers("delete")) item["delete"] = operation({"delete", "", ""});
    paths_[collection + "/{name}"] = std::move(item);
    for (auto const& subresource : resource_.subresources) write_subresource(collection, subresource);
  }

 private:
  bool offers(std::string_view verb) const { return std::ranges::find(resource_.verbs, verb) != resource_.verbs.end(); }

  json::object path(bool item) const {
    json::array list;
    if (item) list.push_back(parameter("name", "path", "string"));
    if (resource_.namespaced) list.push_back(parameter("namespace", "path", "string"));
    return {{"parameters", std::move(list)}};
  }

  void write_subresource(std::string const& collection, discovery::Subresource const& subresource) {
    bool const own = subresource.kind.empty();
    std::string const schema = own                           ? options_.schema
                               : subresource.kind == "Scale" ? std::string(scale_schema)
                                                             : std::string();
    json::object made = path(true);
    for (auto const verb : subresource.verbs) {
      auto const method = verb == "update" ? "put" : verb == "create" ? "post" : verb;
      bool const writes = method != "get";
      auto one = operation({method, schema, writes ? std::string_view(schema) : "", method == "patch"});
      if (!own) {
        one["x-kubernetes-group-version-kind"] = group_version_kind(
            subresource.group.empty() ? options_.group : std::string_view(subresource.group),
            subresource.version.empty() ? options_.version : std::string_view(subresource.version), subresource.kind);
      }
      made[method] = std::move(one);
    }
    paths_[collection + "/{name}/" + subresource.name] = std::move(made);
  }

  json::object operation(Operation const& about) const {
    json::object made;
    if (about.patches) {
      made["parameters"] = parameters({"dryRun", "fieldManager", "fieldValidation", "force"}, "query");
    } else if (!about.takes.empty()) {
      made["parameters"] = parameters({"dryRun", "fieldManager", "fieldValidation"}, "query");
    }
    if (about.patches) {
      auto types =
          content("", {"application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"});
      if (options_.strategic_merge_patch) types["application/strategic-merge-patch+json"] = json::object();
      made["requestBody"] = json::object{{"content", std::move(types)}, {"required", true}};
    } else if (!about.takes.empty()) {
      made["requestBody"] = json::object{{"content", content(about.takes, {"*/*"})}, {"required", true}};
    }
    made["responses"] = responses(about.answers);
    made["x-kubernetes-action"] = about.action;
    made["x-kubernetes-group-version-kind"] = group_version_kind(options_.group, options_.version, resource_.kind);
    return made;
  }

  discovery::Resource const& resource_;
  PathOptions const& options_;
  json::object& paths_;
  std::string root_;
};

}  // namespace

void add_paths(discovery::Resource const& resource, PathOptions const& options, json::object& paths) {
  Writer(resource, options, paths).write();
}

}  // namespace fakeapi::openapi
