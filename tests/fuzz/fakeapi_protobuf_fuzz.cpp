// Bodies in protobuf: whatever the bytes, they are refused or an object that the server can go on with.
//
// An input is a body with its envelope; or a line "GROUP/VERSION KIND" and the message alone, for which the envelope is
// made here.
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/manifests/apply.hpp"
#include "fakeapi/protobuf/protobuf.hpp"
#include "fakeapi/types/codec.hpp"
#include "tests/fakeapi_protobuf/encoder.hpp"
#include "tests/fuzz/cluster.hpp"
#include "tests/fuzz/parts.hpp"
#include "tests/fuzz/require.hpp"

#ifdef ECHO_FUZZ
#include "tests/fuzz/protobuf_mutator.hpp"
#endif

namespace {

namespace json = boost::json;
namespace protobuf = fakeapi::protobuf;
namespace types = fakeapi::types;

constexpr seams::WallTime now{std::chrono::seconds(1795454649)};

types::Type const* type_of(json::value const& value) {
  auto const api_version = api::find_string(&value, {"apiVersion"}).value_or("");
  auto const slash = api_version.find('/');
  auto const group = slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
  auto const version = slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
  return types::find_kind(group, version, api::find_string(&value, {"kind"}).value_or(""));
}

void create(fakeapi::Server& server, json::value const& value) {
  auto object = api::object_from_json(value);
  if (!object) return;
  auto const served = fakeapi::manifests::find_resource(server, object->api_version, object->kind);
  if (!served) return;
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = served->resource;
  request.key = {served->namespaced ? "default" : "", ""};
  request.body = std::make_shared<api::Object const>(*std::move(object));
  request.options = api::WriteOptions{};
  fakeapi::RequestContext context;
  context.now = now;
  fuzz::Auditor auditor(server);
  (void)server.execute(request, context);
  auditor.look();
}

void check(std::string_view body) {
  auto const decoded = protobuf::decode(body);
  if (!decoded) {
    fuzz::require(!decoded.error().empty(), "a body that is refused is told why");
    return;
  }
  auto const text = json::serialize(*decoded);
  auto const read = fakeapi::http::parse_json(text);
  fuzz::require(read.has_value(), "what is decoded is JSON that a client might have sent");
  // What may stand in a message by default is small, so no body can grow without end.
  fuzz::require(text.size() <= 100'000 + 200 * body.size(), "what is decoded is not much larger than its bytes");
  auto const* type = type_of(*decoded);
  fuzz::require(type != nullptr, "what is decoded is of a known kind");
  for (bool const modern : {false, true}) {
    json::value value = *decoded;
    types::Decoding decoding;
    decoding.modern = modern;
    if (types::canonicalize(*type, value, decoding)) continue;
    fuzz::require(types::is_canonical(*type, value, decoding), "what was made canonical is");
  }
  fakeapi::Server server(fuzz::server_options(fakeapi::Profile::v1_20));
  create(server, *decoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  if (text.starts_with("k8s")) {
    check(text);
    return 0;
  }
  auto line = fuzz::take_line(text);
  auto const version = fuzz::take_word(line);
  check(protobuf::envelope(version, line, text));
  return 0;
}

#ifdef ECHO_FUZZ
// Mostly a change to the message; now and then one of the fuzzer's own, to any byte.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  auto text = fuzz::as_text(data, size);
  auto const whole = text;
  constexpr std::string_view magic("k8s\0", 4);
  if (text.starts_with(magic)) {
    text.remove_prefix(magic.size());
  } else {
    fuzz::take_line(text);
  }
  auto message = fuzz::read_message(text);
  if (!message || seed % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  fuzz::MessageMutator(seed).change(*message);
  auto const changed = std::string(whole.substr(0, whole.size() - text.size())) + fuzz::write_message(*message);
  if (changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(changed.begin(), changed.end(), data);
  return changed.size();
}
#endif
