#include "fakeapi/openapi/swagger.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string_view>

#include "fakeapi/openapi/openapi.hpp"

namespace fakeapi::openapi {
namespace {

namespace json = boost::json;

constexpr std::string_view components = "#/components/schemas/";

json::object converted(json::object const& schema);

json::object converted_properties(json::object const& properties) {
  json::object all;
  for (auto const& [name, property] : properties) {
    if (property.is_object()) all[name] = converted(property.get_object());
  }
  return all;
}

// What v2 and its readers know of a schema of v3. What a definition says besides does not concern them.
json::object converted(json::object const& schema) {
  json::object made;
  for (auto const& [key, value] : schema) {
    if (key == "$ref" && value.is_string() && value.get_string().starts_with(components)) {
      made["$ref"] = "#/definitions/" + std::string(value.get_string().subview(components.size()));
    } else if (key == "allOf" && value.is_array() && value.get_array().size() == 1 && value.at(0).is_object()) {
      // A reference with something said besides, for which v2 has a place.
      for (auto& [own, part] : converted(value.at(0).get_object())) made[own] = std::move(part);
    } else if (key == "properties" && value.is_object()) {
      made[key] = converted_properties(value.get_object());
    } else if ((key == "items" || key == "additionalProperties") && value.is_object()) {
      made[key] = converted(value.get_object());
    } else if (key == "oneOf" && !schema.contains("type") && !schema.contains("properties")) {
      made["type"] = "string";  // a number or a text
    } else if (key == "description" || key == "type" || key == "format" || key == "required" ||
               key.starts_with("x-kubernetes-")) {
      made[key] = value;
    }
  }
  return made;
}

// Protobuf, as far as it is needed: fields that are bytes.
void put(std::string& out, std::uint32_t field, std::string_view bytes) {
  auto const varint = [&](std::uint64_t number) {
    while (number >= 0x80) {
      out += static_cast<char>(number | 0x80U);
      number >>= 7U;
    }
    out += static_cast<char>(number);
  };
  varint(std::uint64_t{field} << 3U | 2U);
  varint(bytes.size());
  out += bytes;
}

// Field numbers of gnostic's OpenAPIv2.proto.
std::string named(std::string_view name, std::string_view value) {
  std::string out;
  put(out, 1, name);
  put(out, 2, value);
  return out;
}

std::string encoded(json::object const& schema);

std::string encoded_all(json::object const& schemas) {
  std::string out;
  for (auto const& [name, schema] : schemas) put(out, 1, named(name, encoded(schema.as_object())));
  return out;
}

std::string encoded(json::object const& schema) {
  constexpr std::array<std::pair<std::string_view, std::uint32_t>, 3> texts{
      {{"$ref", 1}, {"format", 2}, {"description", 4}}};
  std::string out;
  for (auto const& [key, field] : texts) {
    auto const* text = schema.if_contains(key);
    if (text != nullptr && text->is_string()) put(out, field, text->get_string());
  }
  for (auto const& [key, value] : schema) {
    std::string inner;
    if (key == "required" && value.is_array()) {
      for (auto const& name : value.get_array()) put(out, 19, name.as_string());
    } else if (key == "additionalProperties") {
      put(inner, 1, encoded(value.as_object()));
      put(out, 21, inner);
    } else if (key == "type" && value.is_string()) {
      put(inner, 1, value.get_string());
      put(out, 22, inner);
    } else if (key == "items") {
      put(inner, 1, encoded(value.as_object()));
      put(out, 23, inner);
    } else if (key == "properties") {
      put(out, 25, encoded_all(value.as_object()));
    } else if (key.starts_with("x-")) {
      put(inner, 2, json::serialize(value));  // JSON is YAML, too
      put(out, 31, named(key, inner));
    }
  }
  return out;
}

}  // namespace

json::object swagger(Server const& server) {
  bool const modern = server.profile() != Profile::v1_20;
  json::object info{{"title", "Kubernetes"}, {"version", modern ? "v1.32.0" : "v1.20.2"}};
  return {{"swagger", "2.0"},
          {"info", std::move(info)},
          {"paths", json::object()},
          {"definitions", converted_properties(all_schemas(server))}};
}

std::string swagger_protobuf(Server const& server) {
  auto const document = swagger(server);
  std::string info;
  put(info, 1, document.at("info").at("title").as_string());
  put(info, 2, document.at("info").at("version").as_string());
  std::string out;
  put(out, 1, "2.0");
  put(out, 2, info);
  put(out, 8, "");
  put(out, 9, encoded_all(document.at("definitions").as_object()));
  return out;
}

}  // namespace fakeapi::openapi
