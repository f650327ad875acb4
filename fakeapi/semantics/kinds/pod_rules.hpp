// What is right in a pod, and in the template of one.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "fakeapi/semantics/kinds/rules.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::rules {

/// Whether a pod's spec has fields of features that servers of 1.20 have switched off.
bool has_disabled(boost::json::value const& spec);
/// Takes them out.
void drop_disabled(boost::json::object& spec);

/// The spec of a pod. `pod_name` is empty in templates.
void check_pod_spec(boost::json::value const& spec, std::string_view pod_name, Where const& where, FieldErrors& errors);
/// metadata and spec of a template.
void check_pod_template(boost::json::value const& pod_template, Where const& where, FieldErrors& errors);
/// What holds in pods, but was not asked of templates from the beginning.
void check_pod_only(boost::json::value const& spec, FieldErrors& errors);
void check_annotations(boost::json::object const& annotations, std::string const& field, FieldErrors& errors);
/// Which fields of a pod may change. Stops early where the real server does.
void check_pod_update(boost::json::value const& next, boost::json::value const& stored, FieldErrors& errors);

// Parts of the above.

/// The volumes that are right, by name.
using Volumes = std::map<std::string_view, boost::json::value const*>;
Volumes check_volumes(boost::json::value const& spec, std::string_view pod_name, Where const& where,
                      FieldErrors& errors);
/// Of a list of containers that is not empty; `where` is the list.
void check_containers(boost::json::array const& containers, bool init, Volumes const& volumes, Where const& where,
                      FieldErrors& errors);
void check_resources(boost::json::value const& resources, Where const& where, FieldErrors& errors);
/// A fieldRef; `expressions` are those that are allowed here, in their order.
void check_field_reference(boost::json::value const& reference, std::span<std::string_view const> expressions,
                           Where const& where, FieldErrors& errors);
void check_resource_reference(boost::json::value const& reference, bool volume, Where const& where,
                              FieldErrors& errors);
void check_seccomp(boost::json::value const* profile, Where const& where, FieldErrors& errors);
/// A path without ".."; `field` is where it stands.
void check_no_backsteps(std::string_view path, std::string const& field, FieldErrors& errors);
void check_relative_path(std::string_view path, std::string const& field, FieldErrors& errors);
void check_id(boost::json::value const& object, std::string_view key, Where const& where, FieldErrors& errors);

}  // namespace fakeapi::rules
