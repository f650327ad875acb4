// What built-in kinds do that others do not.
#include <gtest/gtest.h>

#include "fakeapi/semantics/strategies.hpp"
#include "operator/api/kinds.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

api::Resource const config_maps{"", "v1", "configmaps"};
api::Resource const secrets{"", "v1", "secrets"};
api::Resource const service_accounts{"", "v1", "serviceaccounts"};
api::Resource const newer_events{"events.k8s.io", "v1", "events"};
api::Resource const roles{"rbac.authorization.k8s.io", "v1", "roles"};
api::Resource const role_bindings{"rbac.authorization.k8s.io", "v1", "rolebindings"};
api::Resource const network_policies{"networking.k8s.io", "v1", "networkpolicies"};
api::Resource const old_budgets{"policy", "v1beta1", "poddisruptionbudgets"};
api::Resource const budgets{"policy", "v1", "poddisruptionbudgets"};

ServerOptions modern() {
  ServerOptions options;
  options.profile = Profile::modern;
  return options;
}

struct Kinds : ::testing::Test {
  Scene scene{""};

  api::ObjectPtr created(api::Resource const& resource, std::string_view text) {
    auto made = scene.create(resource, object(text));
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    return made ? *made : std::make_shared<api::Object const>();
  }
  api::ObjectPtr patched(api::Resource const& resource, std::string const& name, std::string_view patch,
                         api::Subresource subresource = api::Subresource::none) {
    auto made = scene.patch(resource, name, merge(patch), subresource);
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    return made ? *made : std::make_shared<api::Object const>();
  }
  std::vector<std::string> names(api::Resource const& resource, std::string const& field_selector) {
    Listing listing;
    listing.field_selector = field_selector;
    auto const found = scene.list(resource, listing);
    EXPECT_TRUE(found.has_value()) << (found ? "" : found.error().message);
    std::vector<std::string> all;
    if (found) {
      for (auto const& item : found->items) all.push_back(item->metadata.name);
    }
    return all;
  }
};

constexpr std::string_view plain_pod = R"({"metadata": {"name": "p"}, "spec": {"containers": [
  {"name": "c", "image": "nginx:1"}]}})";

TEST(BuiltInKinds, AreServedByProfile) {
  auto const serves = [](Profile profile, api::Resource const& resource) {
    ServerOptions options;
    options.profile = profile;
    Server const server(options);
    return server.index_of(resource).has_value();
  };
  EXPECT_TRUE(serves(Profile::v1_20, old_budgets));
  EXPECT_FALSE(serves(Profile::v1_20, budgets));
  EXPECT_TRUE(serves(Profile::modern, budgets));
  EXPECT_FALSE(serves(Profile::modern, old_budgets));
  for (auto const profile : {Profile::v1_20, Profile::modern}) {
    for (auto const& kind : built_in_kinds(profile)) EXPECT_TRUE(serves(profile, kind->resource)) << kind->kind;
  }
}

TEST(BuiltInKinds, HaveOnePlaceInTheLogForEachResource) {
  Server const server{ServerOptions()};
  EXPECT_EQ(server.index_of(api::events), server.index_of(newer_events));
  EXPECT_NE(server.index_of(api::events), server.index_of(api::pods));
}

struct PodKind : Kinds {};

TEST_F(PodKind, BeginPendingWithDefaultsAndWhatEveryClusterAdmits) {
  auto const pod = created(api::pods, plain_pod);
  EXPECT_EQ(*pod->status, json(R"({"phase": "Pending", "qosClass": "BestEffort"})"));
  EXPECT_EQ(pod->metadata.generation, 0);
  EXPECT_EQ(*pod->spec, json(R"({
    "containers": [{"name": "c", "image": "nginx:1", "resources": {}, "terminationMessagePath": "/dev/termination-log",
      "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"}],
    "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "securityContext": {},
    "schedulerName": "default-scheduler", "enableServiceLinks": true, "priority": 0,
    "preemptionPolicy": "PreemptLowerPriority", "tolerations": [
      {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
      {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
       "tolerationSeconds": 300}]})"));
}

TEST_F(PodKind, HaveTheQualityOfServiceThatTheirResourcesAddUpTo) {
  auto const quality = [&](std::string const& name, std::string_view resources) {
    auto const pod = created(api::pods, R"({"metadata": {"name": ")" + name +
                                            R"("}, "spec": {"containers": [{"name": "c", "image": "i", "resources": )" +
                                            std::string(resources) + "}]}}");
    return std::string(api::find_string(pod->status.get(), {"qosClass"}).value_or(""));
  };
  EXPECT_EQ(quality("a", R"({"limits": {"cpu": "1", "memory": "1Gi"}})"), "Guaranteed");
  EXPECT_EQ(quality("b", R"({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "0.5"}})"), "Burstable");
  EXPECT_EQ(quality("c", R"({"limits": {"cpu": "1"}})"), "Burstable");
  EXPECT_EQ(quality("d", R"({"requests": {"memory": "1"}})"), "Burstable");
  EXPECT_EQ(quality("e", R"({"requests": {"cpu": "0"}})"), "BestEffort");
  auto const requests = api::find_path((*scene.get(api::pods, "a"))->spec.get(), {"containers"});
  EXPECT_EQ(requests->at(0).at("resources").at("requests"), json(R"({"cpu": "1", "memory": "1Gi"})"));
}

TEST_F(PodKind, MayChangeTheirImageAndLittleElse) {
  created(api::pods, plain_pod);
  auto const change = [&](std::string_view spec) {
    return scene.patch(api::pods, "p", merge(R"({"spec": )" + std::string(spec) + "}"));
  };
  auto const container = [](std::string_view members) {
    return R"({"containers": [{"name": "c", )" + std::string(members) + "}]}";
  };
  EXPECT_TRUE(change(container(R"("image": "nginx:2", "imagePullPolicy": "IfNotPresent")")).has_value());
  EXPECT_TRUE(change(R"({"activeDeadlineSeconds": 10})").has_value());
  expect_causes(change(R"({"activeDeadlineSeconds": 11})"),
                {"spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value"});
  expect_causes(change(R"({"activeDeadlineSeconds": null})"),
                {"spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil "
                 "value"});
  expect_causes(change(R"({"containers": [{"name": "c", "image": "nginx:2"}, {"name": "d", "image": "i"}]})"),
                {"spec.containers: Forbidden: pod updates may not add or remove containers"});
  auto const refused = change(R"({"hostname": "h"})");
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().message.starts_with(
      "Pod \"p\" is invalid: spec: Forbidden: pod updates may not change fields other than "
      "`spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` "
      "(only additions to existing tolerations)\n"))
      << refused.error().message;
  EXPECT_TRUE(change(R"({"tolerations": [{"key": "a", "operator": "Exists"}]})").has_value());
  expect_causes(change(R"({"tolerations": [{"key": "b", "operator": "Exists"}]})"),
                {"spec.tolerations: Forbidden: existing toleration can not be modified except its "
                 "tolerationSeconds"});
}

TEST_F(PodKind, TakeTheirStatusAlone) {
  created(api::pods, plain_pod);
  auto const running = patched(api::pods, "p", R"({"status": {"phase": "Running", "podIP": "10.1.2.3"},
    "spec": {"hostname": "h"}, "metadata": {"labels": {"a": "b"}, "ownerReferences": [
      {"apiVersion": "v1", "kind": "Pod", "name": "x", "uid": "y"}]}})",
                               api::Subresource::status);
  EXPECT_EQ(running->status->at("phase"), "Running");
  EXPECT_EQ(running->status->at("podIPs"), json(R"([{"ip": "10.1.2.3"}])"));
  EXPECT_EQ(api::find_path(running->spec.get(), {"hostname"}), nullptr);
  EXPECT_NE(running->metadata.labels->find("a"), nullptr);
  EXPECT_TRUE(running->metadata.owner_references.empty());
  expect_causes(scene.patch(api::pods, "p", merge(R"({"status": {"podIP": "x", "podIPs": [{"ip": "x"}]}})"),
                            api::Subresource::status),
                {"status.podIPs[0]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or "
                 "2001:db8::ffff)"});
}

TEST_F(PodKind, AreFoundByTheirFields) {
  created(api::pods, plain_pod);
  created(api::pods, R"({"metadata": {"name": "q"}, "spec": {"nodeName": "n", "restartPolicy": "Never",
    "containers": [{"name": "c", "image": "i"}]}})");
  EXPECT_EQ(names(api::pods, "spec.nodeName=n"), std::vector<std::string>{"q"});
  EXPECT_EQ(names(api::pods, "spec.nodeName="), std::vector<std::string>{"p"});
  EXPECT_EQ(names(api::pods, "status.phase=Pending,spec.restartPolicy!=Never"), std::vector<std::string>{"p"});
  Listing unknown;
  unknown.field_selector = "spec.hostname=x";
  expect_error(scene.list(api::pods, unknown), 400, api::Reason::bad_request,
               "field label not supported: spec.hostname");
}

TEST_F(PodKind, KnowNoPriorityButTheBuiltInOnes) {
  auto const classed = [&](std::string const& name, std::string_view priority_class) {
    return scene.create(api::pods,
                        object(R"({"metadata": {"name": ")" + name + R"("}, "spec": {"priorityClassName": ")" +
                               std::string(priority_class) + R"(", "containers": [{"name": "c", "image": "i"}]}})"));
  };
  expect_error(classed("a", "high"), 403, api::Reason::forbidden,
               "pods \"a\" is forbidden: no PriorityClass with name high was found");
  auto const critical = classed("b", "system-node-critical");
  ASSERT_TRUE(critical.has_value());
  EXPECT_EQ((*critical)->spec->at("priority"), 2000001000);
}

struct ReplicaSetKind : Kinds {};

constexpr std::string_view plain_replica_set = R"({"metadata": {"name": "r"}, "spec": {"replicas": 2,
  "selector": {"matchLabels": {"app": "x"}}, "template": {"metadata": {"labels": {"app": "x"}},
    "spec": {"containers": [{"name": "c", "image": "i"}]}}}})";

TEST_F(ReplicaSetKind, CountTheirSpecAndAlwaysShowTheirReplicas) {
  auto const made = created(api::replica_sets, plain_replica_set);
  EXPECT_EQ(made->metadata.generation, 1);
  EXPECT_EQ(*made->status, json(R"({"replicas": 0})"));
  EXPECT_EQ(patched(api::replica_sets, "r", R"({"metadata": {"annotations": {"a": "b"}}})")->metadata.generation, 1);
  EXPECT_EQ(patched(api::replica_sets, "r", R"({"spec": {"minReadySeconds": 3}})")->metadata.generation, 2);
  expect_causes(scene.patch(api::replica_sets, "r", merge(R"({"spec": {"selector": {"matchLabels": {"tier": "y"}},
                  "template": {"metadata": {"labels": {"tier": "y"}}}}})")),
                {"spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"x\", "
                 "\"tier\":\"y\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"});
}

TEST_F(ReplicaSetKind, AreScaled) {
  created(api::replica_sets, plain_replica_set);
  auto const scale = patched(api::replica_sets, "r", R"({"spec": {"replicas": 5}})", api::Subresource::scale);
  EXPECT_EQ(scale->kind, "Scale");
  EXPECT_EQ(scale->status->at("selector"), "app=x");
  auto const after = *scene.get(api::replica_sets, "r");
  EXPECT_EQ(after->spec->at("replicas"), 5);
  EXPECT_EQ(after->metadata.generation, 2);
  EXPECT_EQ(names(api::replica_sets, "status.replicas=0"), std::vector<std::string>{"r"});
}

TEST_F(ReplicaSetKind, CannotHaveMoreReadyThanThereAre) {
  created(api::replica_sets, plain_replica_set);
  expect_causes(
      scene.patch(api::replica_sets, "r", merge(R"({"status": {"readyReplicas": 1}})"), api::Subresource::status),
      {"status.readyReplicas: Invalid value: 1: cannot be greater than status.replicas"});
}

struct ConfigMapKind : Kinds {};

TEST_F(ConfigMapKind, KeepTheirDataOnceImmutable) {
  created(config_maps, R"({"metadata": {"name": "m"}, "data": {"a": "b"}, "immutable": true})");
  expect_causes(scene.patch(config_maps, "m", merge(R"({"data": {"a": "c"}, "binaryData": {"d": "YQ=="}})")),
                {"data: Forbidden: field is immutable when `immutable` is set",
                 "binaryData: Forbidden: field is immutable when `immutable` is set"});
  expect_causes(scene.patch(config_maps, "m", merge(R"({"immutable": null})")),
                {"immutable: Forbidden: field is immutable when `immutable` is set"});
  EXPECT_NE(patched(config_maps, "m", R"({"metadata": {"labels": {"a": "b"}}})")->metadata.labels->find("a"), nullptr);
}

TEST_F(ConfigMapKind, AreReplacedWithoutAVersion) {
  created(config_maps, R"({"metadata": {"name": "m"}, "data": {"a": "b"}})");
  auto const replaced = scene.update(config_maps, object(R"({"metadata": {"name": "m"}, "data": {"c": "d"}})"));
  ASSERT_TRUE(replaced.has_value());
  EXPECT_EQ((*replaced)->rest->at("data"), json(R"({"c": "d"})"));
}

TEST_F(ConfigMapKind, ShowNoEmptyData) {
  EXPECT_EQ(created(config_maps, R"({"metadata": {"name": "m"}, "data": {}})")->rest, nullptr);
}

struct SecretKind : Kinds {};

TEST_F(SecretKind, EncodeWhatIsWrittenInPlainText) {
  auto const made = created(secrets, R"({"metadata": {"name": "s"}, "stringData": {"a": "plain"}, "data": {
    "a": "b3RoZXI=", "b": "Yg=="}})");
  EXPECT_EQ(*made->rest, json(R"({"data": {"a": "cGxhaW4=", "b": "Yg=="}, "type": "Opaque"})"));
  EXPECT_EQ(names(secrets, "type=Opaque"), std::vector<std::string>{"s"});
}

TEST_F(SecretKind, KeepTheirType) {
  created(secrets, R"({"metadata": {"name": "s"}})");
  expect_causes(scene.patch(secrets, "s", merge(R"({"type": "other"})")),
                {"type: Invalid value: \"other\": field is immutable"});
}

TEST_F(SecretKind, OfKnownTypesHaveTheirKeys) {
  expect_causes(scene.create(secrets, object(R"({"metadata": {"name": "s"}, "type": "kubernetes.io/tls"})")),
                {"data[tls.crt]: Required value", "data[tls.key]: Required value"});
}

struct ServiceKind : Kinds {};

TEST_F(ServiceKind, AreGivenAddressesThatNobodyElseHas) {
  std::set<std::string> addresses;
  for (int i = 0; i < 50; ++i) {
    auto const made = created(
        api::services, R"({"metadata": {"name": "s)" + std::to_string(i) + R"("}, "spec": {"ports": [{"port": 80}]}})");
    auto const address = std::string(made->spec->at("clusterIP").get_string());
    EXPECT_TRUE(address.starts_with("10.0.0.")) << address;
    EXPECT_NE(address, "10.0.0.1");
    EXPECT_EQ(made->spec->at("clusterIPs").at(0), address.c_str());
    EXPECT_TRUE(addresses.insert(address).second) << address;
  }
  // The same again on another server.
  Scene other{""};
  auto const first =
      other.create(api::services, object(R"({"metadata": {"name": "s0"}, "spec": {"ports": [{"port": 80}]}})"));
  EXPECT_EQ((*first)->spec->at("clusterIP"), (*scene.get(api::services, "s0"))->spec->at("clusterIP"));
}

TEST_F(ServiceKind, AreRefusedATakenAddressUntilItIsFree) {
  auto const wanting = [&](std::string const& name) {
    return scene.create(api::services, object(R"({"metadata": {"name": ")" + name +
                                              R"("}, "spec": {"clusterIP": "10.0.0.9", "ports": [{"port": 80}]}})"));
  };
  ASSERT_TRUE(wanting("a").has_value());
  expect_causes(wanting("b"),
                {"spec.clusterIPs: Invalid value: []string{\"10.0.0.9\"}: failed to allocated ip:10.0.0.9 with "
                 "error:provided IP is already allocated"});
  ASSERT_TRUE(scene.remove(api::services, "a").has_value());
  EXPECT_TRUE(wanting("b").has_value());
}

TEST_F(ServiceKind, KeepTheirAddress) {
  auto const made = created(api::services, R"({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}})");
  expect_causes(scene.patch(api::services, "s", merge(R"({"spec": {"clusterIP": "10.0.0.99"}})")),
                {"spec.clusterIPs[0]: Invalid value: []string{\"10.0.0.99\"}: may not change once set"});
  // An older client that sends neither.
  auto const replaced = scene.update(
      api::services, object(R"({"metadata": {"name": "s"}, "spec": {"clusterIP": )" +
                            boost::json::serialize(made->spec->at("clusterIP")) + R"(, "ports": [{"port": 81}]}})"));
  ASSERT_TRUE(replaced.has_value()) << replaced.error().message;
  EXPECT_EQ((*replaced)->spec->at("clusterIPs"), made->spec->at("clusterIPs"));
}

TEST_F(ServiceKind, AreGivenPortsOfTheNodesAndLoseThemWithTheirType) {
  auto const made = created(api::services, R"({"metadata": {"name": "s"}, "spec": {"type": "NodePort", "ports": [
    {"name": "a", "port": 53}, {"name": "b", "port": 53, "protocol": "UDP"}, {"name": "c", "port": 80}]}})");
  auto const port = [](api::ObjectPtr const& service, std::size_t index) {
    return service->spec->at("ports").at(index).at("nodePort").get_int64();
  };
  EXPECT_GE(port(made, 0), 30000);
  EXPECT_LE(port(made, 0), 32767);
  EXPECT_EQ(port(made, 0), port(made, 1));
  EXPECT_NE(port(made, 0), port(made, 2));
  EXPECT_EQ(made->spec->at("externalTrafficPolicy"), "Cluster");
  expect_causes(
      scene.create(api::services, object(R"({"metadata": {"name": "t"}, "spec": {"type": "NodePort", "ports": [
                  {"port": 80, "nodePort": )" +
                                         std::to_string(port(made, 0)) + "}]}}")),
      {"spec.ports[0].nodePort: Invalid value: " + std::to_string(port(made, 0)) +
       ": provided port is already allocated"});
  auto const plain = patched(api::services, "s", R"({"spec": {"type": "ClusterIP"}})");
  EXPECT_FALSE(plain->spec->at("ports").at(0).get_object().contains("nodePort"));
  EXPECT_FALSE(plain->spec->get_object().contains("externalTrafficPolicy"));
}

TEST_F(ServiceKind, WithoutAnAddressAreLeftWithoutOne) {
  EXPECT_EQ(
      created(api::services, R"({"metadata": {"name": "h"}, "spec": {"clusterIP": "None"}})")->spec->at("clusterIPs"),
      json(R"(["None"])"));
  auto const external = created(api::services, R"({"metadata": {"name": "e"}, "spec": {"type": "ExternalName",
    "externalName": "example.com"}})");
  EXPECT_FALSE(external->spec->get_object().contains("clusterIP"));
}

TEST_F(ServiceKind, AreCreatedByAnUpdate) {
  EXPECT_TRUE(scene.update(api::services, object(R"({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}})"))
                  .has_value());
}

struct ServiceAccountKind : Kinds {};

TEST_F(ServiceAccountKind, KeepOnlyTheNamesOfSecrets) {
  auto const made = created(service_accounts, R"({"metadata": {"name": "a"}, "secrets": [
    {"name": "s", "namespace": "other"}, {"kind": "Secret"}]})");
  EXPECT_EQ(*made->rest, json(R"({"secrets": [{"name": "s"}, {}]})"));
}

struct RoleKind : Kinds {};

TEST_F(RoleKind, AreNamedFreelyAndBindingsKeepTheirRole) {
  EXPECT_TRUE(scene.create(roles, object(R"({"metadata": {"name": "a:B c"}, "rules": []})")).has_value());
  EXPECT_EQ(*(*scene.get(roles, "a:B c"))->rest, json(R"({"rules": null})"));
  created(role_bindings, R"({"metadata": {"name": "b"}, "roleRef": {"kind": "Role", "name": "r"}, "subjects": [
    {"kind": "User", "name": "u"}, {"kind": "ServiceAccount", "name": "s", "namespace": "n"}]})");
  EXPECT_EQ((*scene.get(role_bindings, "b"))->rest->at("subjects"), json(R"([
    {"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"},
    {"kind": "ServiceAccount", "name": "s", "namespace": "n"}])"));
  expect_causes(scene.patch(role_bindings, "b", merge(R"({"roleRef": {"name": "other"}})")),
                {"roleRef: Invalid value: rbac.RoleRef{APIGroup:\"rbac.authorization.k8s.io\", Kind:\"Role\", "
                 "Name:\"other\"}: cannot change roleRef"});
}

struct PolicyKind : Kinds {};

TEST_F(PolicyKind, CountTheirSpec) {
  auto const made = created(network_policies, R"({"metadata": {"name": "n"}, "spec": {}})");
  EXPECT_EQ(made->metadata.generation, 1);
  EXPECT_EQ(*made->spec, json(R"({"podSelector": {}, "policyTypes": ["Ingress"]})"));
  EXPECT_EQ(patched(network_policies, "n", R"({"spec": {"egress": [{}]}})")->metadata.generation, 2);
}

TEST_F(PolicyKind, OfDisruptionNeedAVersionToBeReplaced) {
  auto const made = created(old_budgets, R"({"metadata": {"name": "b"}, "spec": {"minAvailable": 1}})");
  EXPECT_EQ(*made->status,
            json(R"({"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0})"));
  auto const replaced =
      scene.update(old_budgets, object(R"({"metadata": {"name": "b"}, "spec": {"minAvailable": 2}})"));
  expect_causes(replaced, {"metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"});
  EXPECT_EQ(patched(old_budgets, "b", R"({"spec": {"minAvailable": "50%"}})")->metadata.generation, 2);
}

TEST(ModernPolicyKind, AreOfVersionOne) {
  Scene scene{"", modern()};
  EXPECT_TRUE(scene
                  .create(budgets, object(R"({"metadata": {"name": "b"}, "spec": {"maxUnavailable": 1,
    "unhealthyPodEvictionPolicy": "AlwaysAllow"}})"))
                  .has_value());
}

struct EventKind : Kinds {};

TEST_F(EventKind, AreOneThingInTwoGroups) {
  auto const made = created(newer_events, R"({"metadata": {"name": "e"}, "eventTime": "2026-11-23T17:24:10.000001Z",
    "regarding": {"kind": "Pod", "namespace": "default", "name": "p"}, "reason": "R", "note": "text", "type": "Normal",
    "action": "A", "reportingController": "example.com/c", "reportingInstance": "i"})");
  EXPECT_EQ(made->api_version, "events.k8s.io/v1");
  EXPECT_EQ(made->rest->at("note"), "text");
  auto const older = *scene.get(api::events, "e");
  EXPECT_EQ(older->api_version, "v1");
  EXPECT_EQ(*older->rest, json(R"({"eventTime": "2026-11-23T17:24:10.000001Z", "involvedObject": {"kind": "Pod",
    "namespace": "default", "name": "p"}, "reason": "R", "message": "text", "type": "Normal", "action": "A",
    "reportingComponent": "example.com/c", "reportingInstance": "i", "source": {}, "firstTimestamp": null,
    "lastTimestamp": null})"));
  EXPECT_EQ(older->metadata.resource_version, made->metadata.resource_version);

  auto const counted = patched(newer_events, "e", R"({"series": {"count": 2,
    "lastObservedTime": "2026-11-23T17:25:10.000001Z"}})");
  EXPECT_EQ(counted->api_version, "events.k8s.io/v1");
  EXPECT_EQ((*scene.get(api::events, "e"))->rest->at("series").at("count"), 2);
  EXPECT_EQ(names(newer_events, "regarding.name=p,reportingController=example.com/c"), std::vector<std::string>{"e"});
  EXPECT_EQ(names(api::events, "involvedObject.name=p,source=example.com/c"), std::vector<std::string>{"e"});
  ASSERT_TRUE(scene.remove(newer_events, "e").has_value());
  EXPECT_FALSE(scene.get(api::events, "e").has_value());
}

TEST_F(EventKind, OfTheOlderFormAreShownInTheNewerGroup) {
  created(api::events, R"({"metadata": {"name": "e"}, "involvedObject": {"namespace": "default", "name": "p"},
    "reason": "R", "message": "m", "source": {"component": "c"}, "count": 3,
    "firstTimestamp": "2026-11-23T17:24:10Z"})");
  EXPECT_EQ(*(*scene.get(newer_events, "e"))->rest, json(R"({"regarding": {"namespace": "default", "name": "p"},
    "reason": "R", "note": "m", "deprecatedSource": {"component": "c"}, "deprecatedCount": 3,
    "deprecatedFirstTimestamp": "2026-11-23T17:24:10Z", "deprecatedLastTimestamp": null, "eventTime": null})"));
}

TEST_F(EventKind, AreWatchedInTheFormOfTheirGroup) {
  auto cursor = scene.watch(newer_events);
  created(api::events, R"({"metadata": {"name": "e"}, "involvedObject": {"namespace": "default"}, "message": "m"})");
  auto const events = scene.events(cursor);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().object->api_version, "events.k8s.io/v1");
  EXPECT_EQ(events.front().object->rest->at("note"), "m");
}

struct LeaseKind : Kinds {};

TEST_F(LeaseKind, AreCreatedByAnUpdateAndReplacedWithAVersionOnly) {
  auto const made =
      scene.update(api::leases, object(R"({"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}})"));
  ASSERT_TRUE(made.has_value());
  expect_causes(scene.update(api::leases, object(R"({"metadata": {"name": "l"}, "spec": {"holderIdentity": "b"}})")),
                {"metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"});
  expect_causes(
      scene.patch(api::leases, "l", merge(R"({"spec": {"leaseDurationSeconds": 0, "leaseTransitions": -1}})")),
      {"spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
       "spec.leaseTransitions: Invalid value: -1: must to greater or equal than 0"});
}

}  // namespace
}  // namespace fakeapi::testing
