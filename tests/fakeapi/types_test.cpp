// The table of compiled-in types: it holds together, and says what the Go types say.
#include "fakeapi/types/type.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>

namespace fakeapi::types {
namespace {

namespace json = boost::json;

std::string shown(std::string_view text) { return std::string(text); }

// Visits the fields of every structure, inlined ones too.
template <class Visit>
void each_field(Visit const& visit) {
  for (auto const* type : all_types()) {
    for (auto const& field : type->fields) visit(*type, field);
  }
}

Field const& field_of(std::string_view type, std::string_view name) {
  auto const* found = find_type(type);
  EXPECT_NE(found, nullptr) << type;
  auto const* field = found->field(name);
  EXPECT_NE(field, nullptr) << type << " " << name;
  return *field;
}

std::string path_types(Type const& type, std::initializer_list<std::string_view> path) {
  Type const* at = &type;
  for (auto const name : path) {
    auto const* field = at->field(name);
    if (field == nullptr) return "no " + shown(name);
    at = field->type;
    while (at->element != nullptr) at = at->element;
  }
  return shown(at->name);
}

TEST(TableOfTypes, EveryStructureHasFieldsAndANameOfItsOwn) {
  std::set<std::string_view> names;
  EXPECT_GT(all_types().size(), 250U);
  for (auto const* type : all_types()) {
    EXPECT_TRUE(names.insert(type->name).second) << type->name;
    EXPECT_EQ(find_type(type->name), type);
    EXPECT_EQ(type->form, Form::structure);
    if (type->kind.empty()) continue;
    EXPECT_FALSE(type->fields.empty()) << type->name;
    EXPECT_EQ(find_kind(type->group, type->version, type->kind), type) << type->name;
    EXPECT_NE(type->field("apiVersion"), nullptr) << type->name;
    EXPECT_NE(type->field("kind"), nullptr) << type->name;
  }
}

TEST(TableOfTypes, EveryFieldHasATypeANameAndANumberOfItsOwn) {
  for (auto const* type : all_types()) {
    std::set<std::string_view> names;
    std::set<std::uint16_t> numbers;
    for (auto const& field : type->fields) {
      std::string const where = shown(type->name) + "." + shown(field.name);
      ASSERT_NE(field.type, nullptr) << where;
      EXPECT_EQ(field.inlined, field.name.empty()) << where;
      if (field.inlined) EXPECT_EQ(field.type->form, Form::structure) << where;
      if (!field.inlined) EXPECT_TRUE(names.insert(field.name).second) << where;
      if (field.number != 0) EXPECT_TRUE(numbers.insert(field.number).second) << where;
      bool const scalar_list = field.type->form == Form::list || field.type->form == Form::map;
      if (scalar_list) EXPECT_NE(field.type->element, nullptr) << where;
    }
  }
}

TEST(TableOfTypes, WhatIsInlinedHidesNoField) {
  for (auto const* type : all_types()) {
    for (auto const& field : type->fields) {
      if (!field.inlined) continue;
      for (auto const& inner : field.type->fields) {
        auto const own = std::ranges::count(type->fields, inner.name, &Field::name);
        EXPECT_EQ(own, 0) << type->name << " " << inner.name;
      }
    }
  }
}

TEST(TableOfTypes, KeysOfListsAreFieldsOfTheirElements) {
  each_field([](Type const& type, Field const& field) {
    std::string const where = shown(type.name) + "." + shown(field.name);
    // LabelSelectorRequirement.key, a text, carries the tag too.
    if (!field.merge_key.empty() && field.type->form == Form::list) {
      EXPECT_NE(field.type->element->field(field.merge_key), nullptr) << where;
    }
    for (auto const key : field.list_keys) {
      ASSERT_EQ(field.type->form, Form::list) << where;
      EXPECT_NE(field.type->element->field(key), nullptr) << where << " " << key;
    }
    EXPECT_EQ(field.list_type == ListType::map, !field.list_keys.empty()) << where;
  });
}

TEST(TableOfTypes, DefaultsAreJsonOfTheirFieldsForm) {
  int defaults = 0;
  each_field([&](Type const& type, Field const& field) {
    if (field.default_json.empty()) return;
    ++defaults;
    std::string const where = shown(type.name) + "." + shown(field.name);
    boost::system::error_code failed;
    auto const value = json::parse(field.default_json, failed);
    ASSERT_FALSE(failed) << where;
    switch (field.type->form) {
      case Form::string:
        EXPECT_TRUE(value.is_string()) << where;
        break;
      case Form::boolean:
        EXPECT_TRUE(value.is_bool()) << where;
        break;
      case Form::int32:
      case Form::int64:
        EXPECT_TRUE(value.is_int64()) << where;
        break;
      case Form::structure:
        ASSERT_TRUE(value.is_object()) << where;
        for (auto const& [name, member] : value.get_object()) EXPECT_NE(field.type->field(name), nullptr) << where;
        break;
      default:
        ADD_FAILURE() << "an unexpected form: " << where;
    }
  });
  EXPECT_GE(defaults, 50);
}

TEST(TableOfTypes, RequiredFieldsAreShownWhenZero) {
  each_field([](Type const& type, Field const& field) {
    if (field.required) EXPECT_FALSE(field.omit_empty) << type.name << "." << field.name;
  });
}

TEST(TableOfTypes, KindsAreFoundByTheirGroupAndVersion) {
  EXPECT_EQ(find_kind("apps", "v1", "Deployment")->name, "io.k8s.api.apps.v1.Deployment");
  EXPECT_EQ(find_kind("", "v1", "Pod")->name, "io.k8s.api.core.v1.Pod");
  EXPECT_EQ(find_kind("policy", "v1beta1", "Eviction")->name, "io.k8s.api.policy.v1beta1.Eviction");
  EXPECT_EQ(find_kind("policy", "v1", "Eviction")->name, "io.k8s.api.policy.v1.Eviction");
  EXPECT_EQ(find_kind("events.k8s.io", "v1", "Event")->name, "io.k8s.api.events.v1.Event");
  EXPECT_EQ(find_kind("apps", "v1", "DeleteOptions")->name, "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions");
  EXPECT_EQ(find_kind("", "v1", "Status")->name, "io.k8s.apimachinery.pkg.apis.meta.v1.Status");
  EXPECT_EQ(find_kind("apps", "v1", "Pod"), nullptr);
  EXPECT_EQ(find_kind("apps", "v2", "Deployment"), nullptr);
  EXPECT_EQ(find_kind("apps", "v1", "DeploymentSpec"), nullptr);
}

// A sample of what the Go types of 1.20 say, read off their tags by hand.
TEST(TableOfTypes, SaysWhatTheGoTypesSay) {
  auto const& replicas = field_of("io.k8s.api.apps.v1.DeploymentSpec", "replicas");
  EXPECT_EQ(replicas.number, 1);
  EXPECT_TRUE(replicas.pointer);
  EXPECT_TRUE(replicas.omit_empty);
  EXPECT_EQ(replicas.type->form, Form::int32);
  EXPECT_EQ(replicas.default_json, "1");

  auto const& deadline = field_of("io.k8s.api.apps.v1.DeploymentSpec", "progressDeadlineSeconds");
  EXPECT_EQ(deadline.number, 9);
  EXPECT_EQ(deadline.default_json, "600");

  auto const& strategy = field_of("io.k8s.api.apps.v1.DeploymentSpec", "strategy");
  EXPECT_EQ(strategy.patch, PatchStrategy::retain_keys);
  EXPECT_FALSE(strategy.pointer);

  auto const& selector = field_of("io.k8s.api.apps.v1.DeploymentSpec", "selector");
  EXPECT_TRUE(selector.required);
  EXPECT_TRUE(selector.pointer);
  EXPECT_TRUE(selector.atomic);

  auto const& containers = field_of("io.k8s.api.core.v1.PodSpec", "containers");
  EXPECT_EQ(containers.number, 2);
  EXPECT_TRUE(containers.required);
  EXPECT_FALSE(containers.omit_empty);
  EXPECT_EQ(containers.patch, PatchStrategy::merge);
  EXPECT_EQ(containers.merge_key, "name");
  EXPECT_EQ(containers.list_type, ListType::map);
  EXPECT_FALSE(containers.list_marked);

  auto const& ports = field_of("io.k8s.api.core.v1.Container", "ports");
  EXPECT_EQ(ports.merge_key, "containerPort");
  EXPECT_TRUE(ports.list_marked);
  EXPECT_EQ(ports.list_keys, (std::vector<std::string_view>{"containerPort", "protocol"}));

  auto const& volumes = field_of("io.k8s.api.core.v1.PodSpec", "volumes");
  EXPECT_EQ(volumes.patch, PatchStrategy::merge_retain_keys);

  auto const& finalizers = field_of("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "finalizers");
  EXPECT_EQ(finalizers.number, 14);
  EXPECT_EQ(finalizers.list_type, ListType::set);

  // Inlined: VolumeSource is message 2 of a Volume, its fields have no step in JSON.
  auto const* volume = find_type("io.k8s.api.core.v1.Volume");
  auto const inlined = std::ranges::find(volume->fields, true, &Field::inlined);
  ASSERT_NE(inlined, volume->fields.end());
  EXPECT_EQ(inlined->number, 2);
  EXPECT_EQ(field_of("io.k8s.api.core.v1.Volume", "emptyDir").number, 2);
  EXPECT_EQ(field_of("io.k8s.api.core.v1.Probe", "httpGet").number, 2);

  EXPECT_EQ(field_of("io.k8s.api.core.v1.Secret", "data").type->element->form, Form::bytes);
  EXPECT_EQ(field_of("io.k8s.api.core.v1.ResourceRequirements", "limits").type->element->form, Form::quantity);
  EXPECT_EQ(field_of("io.k8s.api.authentication.v1.UserInfo", "extra").type->element->element->form, Form::string);
  EXPECT_FALSE(field_of("io.k8s.api.rbac.v1.Role", "rules").required);
  EXPECT_FALSE(field_of("io.k8s.api.rbac.v1.Role", "rules").omit_empty);
  EXPECT_EQ(path_types(*find_kind("apps", "v1", "Deployment"), {"spec", "template", "spec", "containers", "env"}),
            "io.k8s.api.core.v1.EnvVar");
}

TEST(TableOfTypes, GoNamesAreThoseOfTheGoTypes) {
  EXPECT_EQ(go_name(field_of("io.k8s.api.apps.v1.DeploymentSpec", "minReadySeconds")), "MinReadySeconds");
  EXPECT_EQ(go_name(field_of("io.k8s.api.core.v1.Container", "tty")), "TTY");
  EXPECT_EQ(go_name(field_of("io.k8s.api.core.v1.ServiceSpec", "clusterIP")), "ClusterIP");
  EXPECT_EQ(go_name(field_of("io.k8s.api.core.v1.Probe", "httpGet")), "HTTPGet");
  EXPECT_EQ(go_name(field_of("io.k8s.api.core.v1.Pod", "metadata")), "ObjectMeta");
  EXPECT_EQ(go_type_name(*find_type("io.k8s.api.apps.v1.DeploymentSpec")), "v1.DeploymentSpec");
  EXPECT_EQ(go_type_name(*find_type("io.k8s.api.policy.v1beta1.PodDisruptionBudget")), "v1beta1.PodDisruptionBudget");
}

}  // namespace
}  // namespace fakeapi::types
