// managedFields and server-side apply of a kind that is compiled in, as recorded from a server of 1.20.2.
#include <gtest/gtest.h>

#include "tests/fakeapi_patch/writers.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;

constexpr std::string_view smallest = R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{
  "selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}},
    "spec":{"containers":[{"name":"a","image":"b"}]}}}})";

class DeploymentFields : public ::testing::Test {
 protected:
  Result<api::ObjectPtr> apply(std::string_view spec, std::string const& manager, bool force = false) {
    return writers.apply(
        api::deployments,
        R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":)" + std::string(spec) + "}",
        manager, force);
  }
  Writers writers{demo_definition()};
};

TEST_F(DeploymentFields, OfANewOneAreItsDefaultsToo) {
  auto const made = writers.create(api::deployments, object(smallest), "python");
  EXPECT_EQ(
      owners(made),
      R"(python Update {"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"f:revisionHistoryLimit":{},)"
      R"("f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},)"
      R"("f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{)"
      R"("k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},)"
      R"("f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:restartPolicy":{},)"
      R"("f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}})");
}

TEST_F(DeploymentFields, OfAnAppliedOneAreWhatWasApplied) {
  auto const made = writers.apply(api::deployments, smallest, "kubectl");
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(owners(made),
            R"(kubectl Apply {"f:spec":{"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},)"
            R"("f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:name":{}}}}}}})");
  auto const again = writers.apply(api::deployments, smallest, "kubectl");
  EXPECT_EQ((*again)->metadata.resource_version, (*made)->metadata.resource_version);
}

TEST_F(DeploymentFields, OfOneContainerConflictByItsName) {
  ASSERT_TRUE(writers.apply(api::deployments, smallest, "m1"));
  expect_error(apply(R"({"template":{"spec":{"containers":[{"name":"a","image":"c"}]}}})", "m2"), 409, Reason::conflict,
               "Apply failed with 1 conflict: conflict with \"m1\": .spec.template.spec.containers[name=\"a\"].image");
  auto const side = apply(R"({"template":{"spec":{"containers":[{"name":"side","image":"s",
      "ports":[{"containerPort":80}]}]}}})",
                          "m2");
  ASSERT_TRUE(side) << side.error().to_string();
  EXPECT_EQ(side.value()->spec->at("template").at("spec").at("containers").as_array().size(), 2U);
  EXPECT_TRUE(owners(side).contains(R"("f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":)"
                                    R"({".":{},"f:containerPort":{}}})"))
      << owners(side);
  auto const gone = apply("{}", "m2");
  EXPECT_EQ(gone.value()->spec->at("template").at("spec").at("containers").as_array().size(), 1U);
}

TEST_F(DeploymentFields, AreCheckedAgainstTheTypes) {
  ASSERT_TRUE(writers.apply(api::deployments, smallest, "m1"));
  expect_error(apply(R"({"foo":1})", "m1"), 500, Reason::unknown,
               "failed to create typed patch object: .spec.foo: field not declared in schema");
  expect_error(apply(R"({"replicas":"x"})", "m1"), 500, Reason::unknown,
               "failed to create typed patch object: .spec.replicas: expected numeric (int or float), got "
               "*value.valueUnstructured");
  expect_error(writers.apply(api::deployments, R"({"apiVersion":"apps/v1","metadata":{"name":"d"}})", "m1"), 500,
               Reason::unknown, "failed to create typed patch object: no corresponding type for apps/v1, Kind=");
}

TEST_F(DeploymentFields, ThatCannotBeConvertedAreToldInTheConvertersWords) {
  ASSERT_TRUE(writers.apply(api::deployments, smallest, "m1"));
  std::string const prefix =
      "failed to convert new object to proper version: unable to convert unstructured object to apps/v1, "
      "Kind=Deployment: ";
  auto const container = [](std::string_view fields) {
    return R"({"template":{"spec":{"containers":[{"name":"a",)" + std::string(fields) + "}]}}}";
  };
  struct Case {
    std::string spec;
    std::string why;
  };
  std::string const quantity =
      "quantities must match the regular expression "
      "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  for (auto const& [spec, why] : {
           Case{container(R"("resources":{"limits":{"cpu":"abc"}})"), quantity},
           Case{R"({"strategy":{"rollingUpdate":{"maxSurge":true}}})",
                "json: cannot unmarshal bool into Go value of type int32"},
           Case{R"({"strategy":{"rollingUpdate":{"maxSurge":1.5}}})",
                "json: cannot unmarshal number 1.5 into Go value of type int32"},
           Case{R"({"replicas":1.5})", "cannot convert float64 to int32"},
       }) {
    expect_error(apply(spec, "m1", true), 500, Reason::unknown, prefix + why);
  }
  auto const patch = [&](std::string_view spec) {
    return writers.patch(api::deployments, "d",
                         api::StrategicMergePatch{api::share(json(R"({"spec":)" + std::string(spec) + "}"))}, "m");
  };
  expect_error(patch(R"({"replicas":"x"})"), 422, Reason::invalid,
               " \"\" is invalid: patch: Invalid value: \"map[spec:map[replicas:x]]\": unrecognized type: int32");
  expect_error(patch(container(R"("args":"x")")), 422, Reason::invalid,
               " \"\" is invalid: patch: Invalid value: "
               "\"map[spec:map[template:map[spec:map[containers:[map[args:x name:a]]]]]]\": cannot restore slice from "
               "string");
  expect_error(patch(container(R"("args":[1])")), 422, Reason::invalid,
               " \"\" is invalid: patch: Invalid value: "
               "\"map[spec:map[template:map[spec:map[containers:[map[args:[1] name:a]]]]]]\": cannot convert int64 to "
               "string");
  // What does not fit is cut off.
  EXPECT_EQ(*patch(R"({"replicas":4294967298.0})").value()->spec->at("replicas").if_int64(), 2);
}

TEST_F(DeploymentFields, OfAStatusWriteAreThatManagersWhateverElseItSaid) {
  ASSERT_TRUE(writers.apply(api::deployments, smallest, "m1"));
  auto const status =
      writers.patch(api::deployments, "d",
                    merge(R"({"metadata":{"labels":{"z":"z"}},"status":{"replicas":3},"spec":{"paused":true}})"), "st",
                    api::Subresource::status);
  EXPECT_TRUE(owners(status).ends_with(
      R"(st Update {"f:metadata":{"f:labels":{".":{},"f:z":{}}},"f:spec":{"f:paused":{}},"f:status":{"f:replicas":{}}})"))
      << owners(status);
}

TEST_F(DeploymentFields, AreResetByAnEmptyListToo) {
  ASSERT_TRUE(writers.apply(api::deployments, smallest, "m1"));
  EXPECT_EQ(owners(writers.patch(api::deployments, "d", merge(R"({"metadata":{"managedFields":[]}})"), "x")), "nobody");
}

// The protocol of a port of a Service is filled in, but OpenAPI did not tell that before 1.21.
TEST(ServiceFields, OfAPortNeedItsProtocolOnServersOf120) {
  auto const text = R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}})";
  Writers old(demo_definition());
  expect_error(old.apply(api::Resource{"", "v1", "services"}, text, "m"), 500, Reason::unknown,
               "failed to create typed patch object: .spec.ports: element 0: associative list with keys has an element "
               "that omits key field \"protocol\" (and doesn't have default value)");
  Writers modern(demo_definition(), Profile::modern);
  EXPECT_TRUE(modern.apply(api::Resource{"", "v1", "services"}, text, "m"));
}

TEST(ServiceFields, DoNotCountWhatTheServerAdds) {
  Writers writers(demo_definition());
  auto const made = writers.create(
      api::Resource{"", "v1", "services"},
      object(
          R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"clusterIP":"None","ports":[{"port":80}]}})"),
      "m");
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ((*made)->spec->at("clusterIPs"), json(R"(["None"])"));
  EXPECT_EQ(owners(made),
            R"(m Update {"f:spec":{"f:clusterIP":{},"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":)"
            R"({".":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},"f:sessionAffinity":{},"f:type":{}}})");
}

}  // namespace
}  // namespace fakeapi::testing
