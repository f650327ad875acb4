// What decoding, defaulting and encoding make of objects, against what Kubernetes 1.20 makes of them.
#include "fakeapi/types/codec.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>

#include "fakeapi/types/dependent_defaults.hpp"
#include "fakeapi/types/kind_codec.hpp"

namespace fakeapi::types {
namespace {

namespace json = boost::json;

json::value parsed(std::string_view text) { return json::parse(text); }

struct Sample {
  std::string api_version;
  std::string kind;
  json::value sent;
  json::value shown;
};

// Random objects (apiVersion, kind, what was sent, what is shown), recorded from the Go types of Kubernetes 1.20.2:
// decoded, filled in, stored as protobuf, read back and encoded.
std::vector<Sample> samples() {
  std::ifstream file(std::string(SOURCE_FOLDER) + "/tests/data/types/canonical.tsv");
  std::vector<Sample> all;
  std::string line;
  while (std::getline(file, line)) {
    std::array<std::string, 4> parts;
    std::size_t at = 0;
    for (auto& part : parts) {
      auto const end = line.find('\t', at);
      part = line.substr(at, end - at);
      at = end + 1;
    }
    all.push_back({parts[0], parts[1], parsed(parts[2]), parsed(parts[3])});
  }
  return all;
}

Type const& kind_of(std::string const& api_version, std::string const& kind) {
  auto const slash = api_version.find('/');
  auto const* type = slash == std::string::npos
                         ? find_kind("", api_version, kind)
                         : find_kind(api_version.substr(0, slash), api_version.substr(slash + 1), kind);
  EXPECT_NE(type, nullptr) << api_version << " " << kind;
  return *type;
}

api::Object object_of(json::value const& fields) {
  api::Object object;
  json::object rest;
  for (auto const& [name, value] : fields.get_object()) {
    if (name == "spec") {
      object.spec = api::share(value);
    } else if (name == "status") {
      object.status = api::share(value);
    } else {
      rest[name] = value;
    }
  }
  if (!rest.empty()) object.rest = api::share(std::move(rest));
  return object;
}

json::value fields_of(api::Object const& object) {
  json::object all;
  if (object.spec) all["spec"] = *object.spec;
  if (object.status) all["status"] = *object.status;
  if (object.rest) {
    for (auto const& [name, value] : object.rest->get_object()) all[name] = value;
  }
  return all;
}

json::value canonical(std::string_view type, std::string_view text, Decoding const& decoding = {}) {
  auto value = parsed(text);
  auto const error = canonicalize(*find_type(type), value, decoding);
  EXPECT_FALSE(error.has_value()) << to_text(*error);
  return value;
}

constexpr std::string_view pod_spec = "io.k8s.api.core.v1.PodSpec";

TEST(Codec, MakesOfEveryRecordedObjectWhatKubernetesMakesOfIt) {
  auto const all = samples();
  EXPECT_GE(all.size(), 90U);
  for (auto const& sample : all) {
    KindCodec const codec(kind_of(sample.api_version, sample.kind));
    auto object = object_of(sample.sent);
    auto const error = codec.admit(object, nullptr, {});
    ASSERT_FALSE(error.has_value()) << sample.kind << ": " << to_text(*error);
    if (sample.kind == "Pod") {
      auto spec = *object.spec;
      if (!pod_defaults.complete(spec.get_object())) pod_defaults.fill(spec.get_object());
      EXPECT_TRUE(pod_defaults.complete(spec.get_object()));
      object.spec = api::share(std::move(spec));
    }
    EXPECT_EQ(fields_of(object), sample.shown) << sample.kind << "\n" << json::serialize(sample.sent);
  }
}

TEST(Codec, LeavesAloneWhatIsCanonicalAndDoesNotLookAtWhatIsStored) {
  for (auto const& sample : samples()) {
    KindCodec const codec(kind_of(sample.api_version, sample.kind));
    auto const before = object_of(sample.shown);
    auto object = before;
    EXPECT_FALSE(codec.admit(object, nullptr, {}).has_value());
    EXPECT_EQ(object.spec, before.spec) << sample.kind;
    EXPECT_EQ(object.status, before.status) << sample.kind;
    EXPECT_EQ(object.rest, before.rest) << sample.kind;
    // What is the stored object's is not looked at, even where it is not canonical.
    auto const stored = object_of(parsed(R"({"spec": {"unknown": 1}, "status": {"unknown": 1}, "unknown": 1})"));
    auto same = stored;
    EXPECT_FALSE(codec.admit(same, &stored, {}).has_value());
    EXPECT_EQ(same.spec, stored.spec);
    EXPECT_EQ(same.status, stored.status);
    EXPECT_EQ(same.rest, stored.rest);
  }
}

// The quick check and the slow walk agree, also on every part of every sample with one member taken out.
TEST(Codec, CallsCanonicalExactlyWhatItWouldNotChange) {
  for (auto const& sample : samples()) {
    Type const& kind = kind_of(sample.api_version, sample.kind);
    for (auto const* side : {&sample.sent, &sample.shown}) {
      for (auto const& [name, value] : side->get_object()) {
        auto const* field = kind.field(name);
        if (field == nullptr || field->type->form != Form::structure || !value.is_object()) continue;
        auto const check = [&](json::value const& candidate) {
          auto changed = candidate;
          EXPECT_FALSE(canonicalize(*field->type, changed, {}).has_value());
          EXPECT_EQ(is_canonical(*field->type, candidate, {}), changed == candidate) << json::serialize(candidate);
          EXPECT_TRUE(is_canonical(*field->type, changed, {})) << json::serialize(changed);
        };
        check(value);
        for (auto const& member : value.get_object()) {
          auto without = value;
          without.get_object().erase(member.key());
          check(without);
        }
      }
    }
  }
}

TEST(Codec, DropsUnknownFieldsAndTellsWhereTheyWere) {
  std::vector<std::string> unknown;
  Decoding decoding;
  decoding.unknown = &unknown;
  KindCodec const codec(kind_of("apps/v1", "Deployment"));
  auto object = object_of(parsed(R"({"spec": {"foo": 1, "template": {"spec": {"containers": [
    {"name": "a"}, {"name": "b", "bar": 2, "ports": [{"baz": null}]}]}}}, "status": {"x": {}}, "extra": true})"));
  EXPECT_FALSE(codec.admit(object, nullptr, decoding).has_value());
  EXPECT_EQ(unknown, (std::vector<std::string>{"spec.foo", "spec.template.spec.containers[1].bar",
                                               "spec.template.spec.containers[1].ports[0].baz", "status.x", "extra"}));
  EXPECT_EQ(object.rest, nullptr);
  EXPECT_EQ(*object.status, json::object());
  EXPECT_EQ(api::find_path(object.spec.get(), {"foo"}), nullptr);
}

TEST(Codec, GivesKindsWithoutASpecNone) {
  std::vector<std::string> unknown;
  Decoding decoding;
  decoding.unknown = &unknown;
  KindCodec const codec(kind_of("v1", "ConfigMap"));
  auto object = object_of(parsed(R"({"spec": {}, "data": {"a": "b"}})"));
  EXPECT_FALSE(codec.admit(object, nullptr, decoding).has_value());
  EXPECT_EQ(object.spec, nullptr);
  EXPECT_EQ(unknown, std::vector<std::string>{"spec"});
}

TEST(Codec, SharesWhatStandsForAnAbsentStatus) {
  KindCodec const codec(kind_of("apps/v1", "Deployment"));
  api::Object a;
  api::Object b;
  codec.admit(a, nullptr, {});
  codec.admit(b, nullptr, {});
  EXPECT_EQ(*a.status, json::object());
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.spec, b.spec);
}

TEST(Codec, FillsInWhatDependsOnOtherFields) {
  auto const policy = [](std::string_view image) {
    auto const value =
        canonical(pod_spec, R"({"containers": [{"name": "a", "image": ")" + std::string(image) + R"("}]})");
    return std::string(value.at("containers").at(0).at("imagePullPolicy").get_string());
  };
  EXPECT_EQ(policy("nginx"), "Always");
  EXPECT_EQ(policy("nginx:latest"), "Always");
  EXPECT_EQ(policy("nginx:1.19"), "IfNotPresent");
  EXPECT_EQ(policy("localhost:5000/nginx"), "Always");
  EXPECT_EQ(policy("localhost:5000/nginx:1"), "IfNotPresent");
  EXPECT_EQ(policy("nginx@sha256:" + std::string(64, 'a')), "IfNotPresent");
  EXPECT_EQ(policy("nginx:latest@sha256:" + std::string(64, 'a')), "Always");
  EXPECT_EQ(policy("Not an image"), "IfNotPresent");
  EXPECT_EQ(policy(""), "IfNotPresent");

  auto const pod = canonical(pod_spec, R"({"hostNetwork": true, "serviceAccount": "x", "volumes": [{"name": "v"}],
    "containers": [{"name": "a", "ports": [{"containerPort": 80}]}]})");
  EXPECT_EQ(pod.at("containers").at(0).at("ports").at(0).at("hostPort"), 80);
  EXPECT_EQ(pod.at("serviceAccountName"), "x");
  EXPECT_EQ(pod.at("volumes").at(0).at("emptyDir"), json::object());
}

TEST(Codec, TakesUnsignedNumbersOfInProcessClients) {
  KindCodec const codec(kind_of("v1", "Event"));
  api::Object event;
  event.rest = api::share({{"count", 3U}});
  EXPECT_FALSE(codec.admit(event, nullptr, {}).has_value());
  EXPECT_TRUE(event.rest->at("count").is_int64());
  event.rest = api::share({{"count", 5000000000U}});
  EXPECT_TRUE(codec.admit(event, nullptr, {}).has_value());
}

std::string refusal(std::string const& api_version, std::string const& kind, std::string_view text) {
  auto object = object_of(parsed(text));
  KindCodec const codec(kind_of(api_version, kind));  // the error speaks of its types
  auto const error = codec.admit(object, nullptr, {});
  return error ? to_text(*error) : "";
}

TEST(Codec, SaysWhatCannotBeDecodedAsGoDoes) {
  EXPECT_EQ(refusal("apps/v1", "Deployment", R"({"spec": {"replicas": "a"}})"),
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32");
  EXPECT_EQ(refusal("apps/v1", "Deployment", R"({"spec": {"replicas": 1.5}})"),
            "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32");
  EXPECT_EQ(refusal("apps/v1", "Deployment", R"({"spec": {"replicas": 5000000000}})"),
            "json: cannot unmarshal number 5000000000 into Go struct field DeploymentSpec.spec.replicas of type int32");
  EXPECT_EQ(refusal("v1", "Pod", R"({"spec": {"containers": [{"name": "a"}, {"env": [{"name": "x", "value": 1}]}]}})"),
            "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string");
  EXPECT_EQ(refusal("v1", "Pod", R"({"spec": {"containers": {}}})"),
            "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container");
  EXPECT_EQ(refusal("v1", "Pod", R"({"spec": []})"),
            "json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec");
  EXPECT_EQ(refusal("v1", "ConfigMap", R"({"data": {"a": true}})"),
            "json: cannot unmarshal bool into Go struct field ConfigMap.data.a of type string");
  EXPECT_EQ(refusal("v1", "Secret", R"({"data": {"a": "x"}})"), "illegal base64 data at input byte 0");
  EXPECT_EQ(refusal("v1", "Pod", R"({"spec": {"containers": [{"resources": {"limits": {"cpu": "1x"}}}]}})"),
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  EXPECT_EQ(refusal("coordination.k8s.io/v1", "Lease", R"({"spec": {"renewTime": "2020-01-01T00:00:00Z"}})"),
            "parsing time \"2020-01-01T00:00:00Z\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"Z\" as "
            "\".000000\"");
  EXPECT_EQ(refusal("v1", "Event", R"({"firstTimestamp": "soon"})"),
            "parsing time \"soon\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"soon\" as \"2006\"");
}

TEST(Codec, HasOneFormForEachNumber) {
  auto const* type = find_type("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
  ASSERT_NE(type, nullptr);
  auto value = boost::json::parse(R"({"maximum": 1e9, "minimum": -0.0, "multipleOf": 0.5})");
  EXPECT_FALSE(is_canonical(*type, value, {}));
  EXPECT_FALSE(canonicalize(*type, value, {}));
  EXPECT_EQ(value, boost::json::parse(R"({"maximum": 1000000000, "minimum": 0, "multipleOf": 0.5})"));
  EXPECT_TRUE(is_canonical(*type, value, {}));
}

TEST(Codec, KnowsWhatIsNotBase64) {
  for (std::string_view const text : {"YQ=", "Y", "YQ==x", "=", "Y=Q=", "YWJj*"}) {
    EXPECT_NE(refusal("v1", "Secret", R"({"data": {"a": ")" + std::string(text) + "\"}}"), "") << text;
  }
  for (std::string_view const text : {"", "YQ==", "YWI=", "YWJj", "YW\\nJj"}) {
    EXPECT_EQ(refusal("v1", "Secret", R"({"data": {"a": ")" + std::string(text) + "\"}}"), "") << text;
  }
}

}  // namespace
}  // namespace fakeapi::types
