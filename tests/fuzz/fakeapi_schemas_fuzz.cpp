// Schemas of definitions, and values held against those that are accepted; printer columns.
//
// An input is an openAPIV3Schema, an object, and lines each of which is a JSONPath.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/printing/json_path.hpp"
#include "fakeapi/printing/printing.hpp"
#include "fakeapi/semantics/definition.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/kinds.hpp"
#include "tests/fuzz/cluster.hpp"
#include "tests/fuzz/parts.hpp"
#include "tests/fuzz/require.hpp"

namespace {

namespace json = boost::json;

constexpr seams::WallTime now{std::chrono::seconds(1795454649)};

json::array columns_of(std::string_view lines) {
  json::array columns;
  constexpr std::size_t most = 8;
  while (!lines.empty() && columns.size() < most) {
    columns.push_back(json::object{
        {"name", "c" + std::to_string(columns.size())}, {"type", "string"}, {"jsonPath", fuzz::take_line(lines)}});
  }
  return columns;
}

json::value spec_of(json::value schema, std::string_view columns) {
  json::object version{{"name", "v1"}, {"served", true}, {"storage", true}};
  version["schema"] = json::object{{"openAPIV3Schema", std::move(schema)}};
  version["additionalPrinterColumns"] = columns_of(columns);
  json::object spec{{"group", "s.example.com"}, {"scope", "Namespaced"}};
  spec["names"] = json::object{{"plural", "things"}, {"kind", "Thing"}};
  spec["versions"] = json::array{std::move(version)};
  return spec;
}

void check_paths(std::string_view lines, json::value const& value) {
  while (!lines.empty()) {
    auto const path = fakeapi::printing::JsonPath::parse(fuzz::take_line(lines));
    if (!path) {
      fuzz::require(!path.error().empty(), "a path that is no path is told why");
      continue;
    }
    auto const found = path->find(value);
    if (!found) continue;
    for (auto const* one : *found) {
      if (found->size() <= 100) (void)fakeapi::printing::print(*one);
    }
  }
}

void check_value(fakeapi::Schema const& schema, json::value const& value) {
  json::value pruned = value;
  schema.prune(pruned);
  json::value once = value;
  schema.conform(once);
  fuzz::require(schema.conforms(once), "what was made to conform does");
  json::value twice = once;
  schema.conform(twice);
  fuzz::require(twice == once, "what conforms stays as it is");
  fakeapi::FieldErrors errors;
  fakeapi::FieldPath const root;
  schema.validate(once, root, errors);
  schema.validate_embedded(once, "", errors);
  schema.validate_lists(once, "", errors);
  auto shared = api::share(value);
  (void)schema.coerce(shared, "");
}

/// The whole way: a definition, and an object of it.
void check_server(json::value const& spec, json::value const& value) {
  fakeapi::Server server(fuzz::server_options(fakeapi::Profile::v1_20));
  fuzz::Auditor auditor(server);
  auto definition = *fuzz::definition();
  definition.metadata.name = "things.s.example.com";
  definition.spec = api::share(spec);
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = api::custom_resource_definitions;
  request.body = std::make_shared<api::Object const>(definition);
  request.options = api::WriteOptions{};
  fakeapi::RequestContext context;
  context.now = now;
  if (!server.execute(request, context)) return;
  auditor.look();
  auto object = api::object_from_json(value);
  if (!object) return;
  object->api_version = "s.example.com/v1";
  object->kind = "Thing";
  object->metadata = {};
  object->metadata.name = "a";
  request.resource = {"s.example.com", "v1", "things"};
  request.key = {"default", ""};
  request.body = std::make_shared<api::Object const>(*object);
  if (!server.execute(request, context)) return;
  auditor.look();
  auto const stored = server.find(request.resource, {"default", "a"});
  fuzz::require(stored != nullptr, "what was created is there");
  api::Request put = request;
  put.verb = api::Verb::update;
  put.key = stored->key();
  put.body = stored;
  auto const before = server.revision();
  auto const result = server.execute(put, context);
  fuzz::require(result.has_value(), "what is stored can be written as it is");
  fuzz::require(server.revision() == before, "writing what is stored changes nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto parts = fuzz::parts(fuzz::as_text(data, size), 3);
  parts.resize(3);
  auto const schema = fakeapi::http::parse_json(parts[0]);
  auto const value = fakeapi::http::parse_json(parts[1]);
  if (!schema || !value) return 0;
  check_paths(parts[2], *value);
  // As it would come over the wire, in UTF-8.
  auto const made = fakeapi::http::parse_json(json::serialize(spec_of(*schema, parts[2])));
  if (!made) return 0;
  auto const& spec = *made;
  auto const definition = fakeapi::compile_definition(api::share(spec));
  if (definition->unreadable || !definition->errors.empty()) return 0;
  fuzz::require(definition->served.size() == 1, "a definition that is accepted is served");
  auto const& kind = *definition->served.front();
  check_value(*kind.schema, *value);
  if (auto const object = api::object_from_json(*value)) {
    auto const cells = fakeapi::printing::cells(kind, *object, now);
    fuzz::require(cells.size() == fakeapi::printing::columns(kind).size(), "each column has its cell");
  }
  check_server(*definition->spec, *value);
  return 0;
}
