// Messages taken apart by the table of types.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "fakeapi/protobuf/message.hpp"
#include "fakeapi/protobuf/protobuf.hpp"
#include "fakeapi/types/scalars.hpp"
#include "operator/api/base64.hpp"
#include "operator/api/object.hpp"
#include "tests/fakeapi_protobuf/encoder.hpp"

namespace fakeapi::protobuf {
namespace {

namespace json = boost::json;
using types::Form;
using types::Type;

Type const& type_of(std::string_view name) {
  auto const* type = types::find_type(name);
  EXPECT_NE(type, nullptr) << name;
  return *type;
}

std::string decoded(std::string_view name, std::string_view bytes) {
  auto const value = decode_message(bytes, type_of(name));
  return value ? json::serialize(*value) : "error: " + value.error();
}

constexpr std::string_view meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
constexpr std::string_view owner = "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference";
constexpr std::string_view pod_spec = "io.k8s.api.core.v1.PodSpec";
constexpr std::string_view context = "io.k8s.api.core.v1.PodSecurityContext";
constexpr std::string_view rolling = "io.k8s.api.apps.v1.RollingUpdateDeployment";
constexpr std::string_view lease = "io.k8s.api.coordination.v1.LeaseSpec";
constexpr std::string_view schema = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

TEST(ProtobufMessage, leaves_out_what_JSON_leaves_out) {
  EXPECT_EQ(decoded(meta, bytes_field(1, "a") + bytes_field(2, "") + varint_field(7, 0) + bytes_field(8, "")),
            R"({"name":"a"})");
}

TEST(ProtobufMessage, keeps_zeroes_that_differ_from_nothing) {
  EXPECT_EQ(decoded(meta, varint_field(10, 0)), R"({"deletionGracePeriodSeconds":0})");
  EXPECT_EQ(decoded(owner, varint_field(6, 0) + bytes_field(1, "")), R"({"controller":false,"kind":""})");
}

TEST(ProtobufMessage, has_signed_numbers) {
  EXPECT_EQ(decoded(meta, varint_field(7, static_cast<std::uint64_t>(-5))), R"({"generation":-5})");
  EXPECT_EQ(decoded(lease, varint_field(2, static_cast<std::uint64_t>(-1))), R"({"leaseDurationSeconds":-1})");
}

TEST(ProtobufMessage, has_lists_of_numbers_one_by_one_or_packed) {
  EXPECT_EQ(decoded(context, varint_field(4, 1) + varint_field(4, 2)), R"({"supplementalGroups":[1,2]})");
  EXPECT_EQ(decoded(context, bytes_field(4, varint(1) + varint(300))), R"({"supplementalGroups":[1,300]})");
  EXPECT_EQ(decoded(context, bytes_field(4, varint(1)) + varint_field(4, 2)), R"({"supplementalGroups":[1,2]})");
  EXPECT_EQ(decoded(context, bytes_field(4, "\xff")), "error: supplementalGroups[0]: unexpected end at byte 1");
}

TEST(ProtobufMessage, has_maps_whose_entries_may_lack_key_or_value) {
  EXPECT_EQ(decoded(meta, bytes_field(11, bytes_field(1, "k") + bytes_field(2, "v"))), R"({"labels":{"k":"v"}})");
  EXPECT_EQ(decoded(meta, bytes_field(11, bytes_field(1, "k"))), R"({"labels":{"k":""}})");
  EXPECT_EQ(decoded(meta, bytes_field(11, "")), R"({"labels":{"":""}})");
  EXPECT_EQ(decoded("io.k8s.api.authorization.v1.SubjectAccessReviewSpec",
                    bytes_field(5, bytes_field(1, "k") + bytes_field(2, bytes_field(1, "a") + bytes_field(1, "")))),
            R"({"extra":{"k":["a",""]}})");
  EXPECT_EQ(decoded("io.k8s.api.core.v1.ResourceRequirements",
                    bytes_field(1, bytes_field(1, "cpu") + bytes_field(2, bytes_field(1, "1m")))),
            R"({"limits":{"cpu":"1m"}})");
}

TEST(ProtobufMessage, has_times) {
  EXPECT_EQ(decoded(meta, bytes_field(9, varint_field(1, 1704067200) + varint_field(2, 999))),
            R"({"deletionTimestamp":"2024-01-01T00:00:00Z"})");
  EXPECT_EQ(decoded(lease, bytes_field(3, varint_field(1, 1704067200) + varint_field(2, 1999))),
            R"({"acquireTime":"2024-01-01T00:00:00.000001Z"})");
  EXPECT_EQ(decoded(lease, bytes_field(3, varint_field(1, 1) + varint_field(2, 1'000'000'000))),
            "error: acquireTime: no part of a second");
  EXPECT_EQ(decoded(meta, bytes_field(8, varint_field(1, 1ULL << 60))),
            "error: creationTimestamp: a year outside of [0,9999]");
}

TEST(ProtobufMessage, has_numbers_or_texts) {
  EXPECT_EQ(decoded(rolling, bytes_field(1, varint_field(1, 0) + varint_field(2, 3) + bytes_field(3, "")) +
                                 bytes_field(2, varint_field(1, 1) + varint_field(2, 0) + bytes_field(3, "25%"))),
            R"({"maxUnavailable":3,"maxSurge":"25%"})");
}

TEST(ProtobufMessage, puts_inlined_messages_into_the_one_around_them) {
  // Volume: name, and a VolumeSource that has no name in JSON.
  EXPECT_EQ(decoded("io.k8s.api.core.v1.Volume", bytes_field(1, "v") + bytes_field(2, bytes_field(2, ""))),
            R"({"name":"v","emptyDir":{}})");
}

TEST(ProtobufMessage, adds_to_a_message_that_came_before) {
  EXPECT_EQ(decoded(pod_spec, bytes_field(14, varint_field(2, 5)) + bytes_field(14, varint_field(5, 6))),
            R"({"securityContext":{"runAsUser":5,"fsGroup":6}})");
  EXPECT_EQ(decoded(meta, bytes_field(1, "a") + bytes_field(1, "b")), R"({"name":"b"})");
}

TEST(ProtobufMessage, has_schemas_whose_parts_are_of_several_types) {
  std::string const text = bytes_field(5, "string");
  EXPECT_EQ(decoded(schema, bytes_field(24, bytes_field(1, text))), R"({"items":{"type":"string"}})");
  EXPECT_EQ(decoded(schema, bytes_field(24, bytes_field(2, text) + bytes_field(2, ""))),
            R"({"items":[{"type":"string"},{}]})");
  EXPECT_EQ(decoded(schema, bytes_field(30, varint_field(1, 1))), R"({"additionalProperties":true})");
  EXPECT_EQ(decoded(schema, bytes_field(30, varint_field(1, 0))), R"({"additionalProperties":false})");
  EXPECT_EQ(decoded(schema, bytes_field(30, varint_field(1, 1) + bytes_field(2, text))),
            R"({"additionalProperties":{"type":"string"}})");
  EXPECT_EQ(decoded(schema, bytes_field(32, bytes_field(1, "a") + bytes_field(2, bytes_field(2, "b")))),
            R"({"dependencies":{"a":["b"]}})");
  EXPECT_EQ(decoded(schema, bytes_field(8, bytes_field(1, R"({"a":[1]})"))), R"({"default":{"a":[1]}})");
  EXPECT_EQ(decoded(schema, bytes_field(8, bytes_field(1, "{"))), "error: default: no JSON inside: incomplete JSON");
}

TEST(ProtobufMessage, passes_over_what_it_does_not_know) {
  std::string const group =
      varint(900 << 3 | 3) + varint_field(1, 2) + varint(901 << 3 | 3) + varint(901 << 3 | 4) + varint(900 << 3 | 4);
  EXPECT_EQ(decoded(meta, varint_field(999, 5) + bytes_field(998, "x") + group + bytes_field(1, "a") +
                              varint(997 << 3 | 5) + "1234" + varint(996 << 3 | 1) + "12345678"),
            R"({"name":"a"})");
}

TEST(ProtobufMessage, says_what_is_wrong_and_where) {
  EXPECT_EQ(decoded(meta, varint_field(1, 1)), "error: name: wire type 0 instead of 2");
  EXPECT_EQ(decoded(meta, bytes_field(7, "a")), "error: generation: wire type 2 instead of 0");
  EXPECT_EQ(decoded(meta,
                    "\x0a\x05"
                    "ab"),
            "error: a length of 5 where 2 bytes are left at byte 2");
  EXPECT_EQ(decoded(meta, "\x0a"), "error: unexpected end at byte 1");
  EXPECT_EQ(decoded(meta, std::string(11, '\xff')), "error: a number of more than 64 bits at byte 10");
  EXPECT_EQ(decoded(meta, std::string_view("\0", 1)), "error: illegal field number 0 at byte 1");
  EXPECT_EQ(decoded(meta, "\x0f"), "error: illegal wire type 7 at byte 1");
  EXPECT_EQ(decoded(meta, "\x0c"), "error: the end of a group that has not begun at byte 1");
  EXPECT_EQ(decoded(meta, "\x0b"), "error: a group that does not end at byte 1");
  EXPECT_EQ(decoded(meta, bytes_field(1, "\xc3")), "error: name: text that is no UTF-8");
  EXPECT_EQ(decoded(meta, bytes_field(1, "\xed\xa0\x80")), "error: name: text that is no UTF-8");
  EXPECT_EQ(decoded(pod_spec, bytes_field(2, bytes_field(2, "x")) + bytes_field(2, bytes_field(7, varint_field(1, 3)))),
            "error: containers[1].env[0].name: wire type 0 instead of 2");
}

TEST(ProtobufMessage, may_be_neither_too_deep_nor_too_large) {
  std::string deep = bytes_field(5, "string");
  for (int i = 0; i < 100; ++i) deep = bytes_field(28, deep);
  EXPECT_TRUE(decoded(schema, deep).ends_with("too deep"));
  std::string many;
  for (int i = 0; i < 300'000; ++i) many += bytes_field(14, "");
  EXPECT_EQ(decoded(meta, many).substr(0, 30), "error: finalizers: too many va");
  std::string groups;
  for (int i = 0; i < 100; ++i) groups += varint(900 << 3 | 3);
  EXPECT_EQ(decoded(meta, groups), "error: groups within groups at byte 66");
}

TEST(ProtobufBody, is_an_envelope_with_an_object) {
  auto const value = decode(envelope("apps/v1", "Deployment", bytes_field(1, bytes_field(1, "a"))));
  ASSERT_TRUE(value) << value.error();
  EXPECT_EQ(json::serialize(*value), R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}})");
}

TEST(ProtobufBody, may_be_the_options_of_a_delete) {
  auto const value = decode(envelope(
      "v1", "DeleteOptions", varint_field(1, 0) + bytes_field(4, "Foreground") + bytes_field(2, bytes_field(1, "u"))));
  ASSERT_TRUE(value) << value.error();
  EXPECT_EQ(json::serialize(*value),
            R"({"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"propagationPolicy":"Foreground",)"
            R"("preconditions":{"uid":"u"}})");
  EXPECT_TRUE(decode(envelope("apps/v1", "DeleteOptions", "")));
}

TEST(ProtobufBody, that_is_none_is_refused) {
  auto const error = [](std::string_view body) { return decode(body).error(); };
  EXPECT_EQ(error(""), "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  EXPECT_EQ(error("{}"), "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  EXPECT_EQ(error(envelope("apps/v9", "Deployment", "")),
            R"(no kind "Deployment" is registered for version "apps/v9")");
  EXPECT_EQ(error(std::string("k8s\0", 4) + varint_field(2, 1)), "the envelope's field 2 has a wrong wire type");
  EXPECT_EQ(error(std::string("k8s\0", 4) + bytes_field(1, "\x0a")), "typeMeta: unexpected end at byte 1");
  EXPECT_EQ(error(std::string("k8s\0", 4) + bytes_field(3, "gzip")),
            R"(an object that is encoded once more, as "gzip" "")");
  EXPECT_EQ(error(envelope("", "", "")), R"(no kind "" is registered for version "")");
  EXPECT_EQ(error(envelope("\xff/v1", "DeleteOptions", "")),
            R"(no kind "DeleteOptions" is registered for version "\xff/v1")");
  EXPECT_EQ(error(envelope("v1", "Pod", "\x0a\x01")), "a length of 1 where 0 bytes are left at byte 2");
}

/// Any value of a structure, without what JSON cannot tell from nothing.
json::value value_of(Type const& type, int depth);

json::value scalar_of(Type const& type) {
  auto const any_text = [] { return json::value(*rc::gen::string<std::string>()); };
  switch (type.form) {
    case Form::boolean:
      return *rc::gen::arbitrary<bool>();
    case Form::int32:
      return static_cast<std::int64_t>(*rc::gen::arbitrary<std::int32_t>());
    case Form::int64:
      return *rc::gen::arbitrary<std::int64_t>();
    case Form::number:
      return *rc::gen::inRange(-1000, 1000) + 0.25;
    case Form::bytes:
      return json::value(api::encode_base64(*rc::gen::arbitrary<std::string>()));
    case Form::time:
      return json::value(api::format_timestamp(
          api::Timestamp(std::chrono::seconds(*rc::gen::inRange(-2'000'000'000, 2'000'000'000)))));
    case Form::micro_time:
      return json::value("2024-01-01T00:00:00." + std::to_string(*rc::gen::inRange(100'000, 1'000'000)) + "Z");
    case Form::quantity:
      return json::value(std::to_string(*rc::gen::inRange(1, 1000)) + "Mi");
    case Form::int_or_string:
      if (*rc::gen::arbitrary<bool>()) return static_cast<std::int64_t>(*rc::gen::arbitrary<std::int32_t>());
      return json::value("x" + std::to_string(*rc::gen::inRange(0, 9)));
    case Form::any:
    case Form::fields_v1:
      return {{"f:a", {{"b", *rc::gen::inRange(0, 9)}}}};
    default: {
      auto text = any_text();
      // Bytes beyond ASCII are tested by themselves.
      for (char& c : text.get_string()) c = static_cast<char>(c & 0x7f);
      return text;
    }
  }
}

json::value any_of(Type const& type, int depth) {
  if (type.form == Form::list) {
    json::array list;
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) list.push_back(any_of(*type.element, depth));
    return list;
  }
  if (type.form == Form::map) {
    json::object map;
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) map["k" + std::to_string(i)] = any_of(*type.element, depth);
    return map;
  }
  return type.form == Form::structure ? value_of(type, depth - 1) : scalar_of(type);
}

bool is_zero(json::value const& value) {
  return value == false || value == 0 || value == "" || value == 0.0 || (value.is_array() && value.get_array().empty());
}

json::value value_of(Type const& type, int depth) {
  json::object made;
  for (auto const* field : type.members) {
    // What stands in the envelope is not in the message.
    if (!type.kind.empty() && (field->name == "apiVersion" || field->name == "kind")) continue;
    if (field->number == 0 || depth == 0 || *rc::gen::inRange(0, 3) == 0) continue;
    // Schemas' unions are tested by themselves.
    if (type.name.ends_with("JSONSchemaProps") && (field->type->form == Form::any || field->type->element != nullptr))
      continue;
    auto value = any_of(*field->type, depth);
    bool const empty = (value.is_array() && value.get_array().empty()) ||
                       (value.is_object() && value.get_object().empty() && field->type->form == Form::map);
    if (empty || (is_zero(value) && !field->pointer && field->omit_empty)) continue;
    made[field->name] = std::move(value);
  }
  return made;
}

RC_GTEST_PROP(ProtobufProperties, what_is_encoded_is_decoded_to_the_same, ()) {
  auto const all = types::all_types();
  Type const& type = **rc::gen::elementOf(std::vector<Type const*>(all.begin(), all.end()));
  auto const value = value_of(type, 3);
  auto const lists = *rc::gen::element(Lists::one_by_one, Lists::packed);
  auto const back = decode_message(encode(type, value, lists), type);
  if (!back) RC_FAIL(std::string(type.name) + ": " + back.error());
  if (*back != value) RC_FAIL(std::string(type.name) + "\n" + json::serialize(value) + "\n" + json::serialize(*back));
}

RC_GTEST_PROP(ProtobufProperties, any_bytes_give_an_object_or_an_error, ()) {
  auto const all = types::all_types();
  Type const& type = **rc::gen::elementOf(std::vector<Type const*>(all.begin(), all.end()));
  auto bytes = encode(type, value_of(type, 3));
  for (int i = *rc::gen::inRange(0, 4); i > 0 && !bytes.empty(); --i) {
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
  }
  auto const back = decode_message(bytes, type);
  RC_ASSERT(back.has_value() || !back.error().empty());
  (void)decode(std::string("k8s\0", 4) + *rc::gen::arbitrary<std::string>());
}

}  // namespace
}  // namespace fakeapi::protobuf
