// Server-side apply and other writes by several managers.
//
// An input is writes (see parts.hpp): a line "VERB MANAGER WORDS…" with the verbs apply, create, update and merge and
// the words force, status, scale and modern (of the first one only: the server), then an object as JSON.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/manifests/apply.hpp"
#include "tests/fuzz/cluster.hpp"
#include "tests/fuzz/parts.hpp"
#include "tests/fuzz/require.hpp"

namespace {

namespace json = boost::json;

struct Step {
  std::string_view verb;
  std::string_view manager;
  bool force = false;
  bool modern = false;
  api::Subresource subresource = api::Subresource::none;
  std::string_view document;
};

Step read_step(std::string_view text) {
  Step step;
  auto line = fuzz::take_line(text);
  step.verb = fuzz::take_word(line);
  step.manager = fuzz::take_word(line);
  // As the face gives it: in UTF-8.
  auto const is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::ranges::all_of(step.manager, is_ascii)) step.manager = "m";
  while (!line.empty()) {
    auto const word = fuzz::take_word(line);
    if (word == "force") step.force = true;
    if (word == "modern") step.modern = true;
    if (word == "status") step.subresource = api::Subresource::status;
    if (word == "scale") step.subresource = api::Subresource::scale;
  }
  step.document = text;
  return step;
}

class Writer {
 public:
  explicit Writer(fakeapi::Profile profile) : server_(fuzz::server_options(profile)) {
    fuzz::define(server_, now_);
    auditor_.emplace(server_);
  }

  void write(Step const& step) {
    auto document = fakeapi::http::parse_json(step.document);
    if (!document || !document->is_object()) return;
    auto const text = [&](std::initializer_list<std::string_view> path) {
      return std::string(api::find_string(&*document, path).value_or(""));
    };
    auto const served = fakeapi::manifests::find_resource(server_, text({"apiVersion"}), text({"kind"}));
    if (!served) return;
    api::Request request;
    request.resource = served->resource;
    request.subresource = step.subresource;
    request.key = {served->namespaced ? "default" : "", text({"metadata", "name"})};
    request.options = api::WriteOptions{.field_manager = std::string(step.manager)};
    if (request.key.name.empty()) return;
    if (step.verb == "apply") {
      apply(request, api::share(*std::move(document)), step.force);
    } else if (step.verb == "merge") {
      request.verb = api::Verb::patch;
      request.body = api::Patch(api::MergePatch{api::share(*std::move(document))});
      (void)execute(request);
    } else {
      auto object = api::object_from_json(*document);
      if (!object) return;
      request.verb = step.verb == "update" ? api::Verb::update : api::Verb::create;
      if (request.verb == api::Verb::create) {
        request.key.name.clear();
        request.subresource = api::Subresource::none;
      }
      request.body = std::make_shared<api::Object const>(*std::move(object));
      (void)execute(request);
    }
  }

  void finish() {
    auditor_->put_all_again(now_);
    auditor_->look();
  }

 private:
  fakeapi::Result<api::Response> execute(api::Request const& request) {
    now_ += std::chrono::seconds(1);
    fakeapi::RequestContext context;
    context.now = now_;
    auto result = server_.execute(request, context);
    auditor_->look();
    return result;
  }

  void apply(api::Request request, api::SharedJson const& config, bool force) {
    request.verb = api::Verb::patch;
    request.body = api::Patch(api::ApplyPatch{config, force});
    auto const first = execute(request);
    if (!first) {
      fuzz::require(!force || first.error().code != 409 || first.error().message.find("Apply failed") != 0,
                    "what is forced meets no conflict of managers");
      return;
    }
    auto const revision = server_.revision();
    auto const before = server_.find(request.resource, request.key);
    auto const second = execute(request);
    if (!second) std::fprintf(stderr, "%s\n", second.error().to_string().c_str());
    fuzz::require(second.has_value(), "what has been applied can be applied again");
    auto const after = server_.find(request.resource, request.key);
    if (server_.revision() == revision || !before || !after) return;
    // What may change are the owners: who owns an empty list owns its items at the next write, and servers of 1.20 note
    // the time again where defaults come into what is owned as a whole. They also count a field as a change, each time,
    // that they drop in the end.
    bool const same = content(*before) == content(*after);
    if (!same) {
      for (auto const& object : {before, after}) {
        std::fprintf(stderr, "%s\n", json::serialize(api::object_to_json(*object)).c_str());
      }
    }
    fuzz::require(same, "to apply the same again changes nothing");
    if (server_.profile() == fakeapi::Profile::v1_20) return;
    auto const settled = server_.revision();
    (void)execute(request);
    fuzz::require(server_.revision() == settled, "to apply the same a third time writes nothing");
  }

  static json::value content(api::Object object) {
    object.metadata.resource_version = api::ResourceVersion::none;
    object.metadata.generation = 0;
    object.metadata.rest = nullptr;
    return api::object_to_json(object);
  }

  seams::WallTime now_{std::chrono::seconds(1795454649)};
  fakeapi::Server server_;
  std::optional<fuzz::Auditor> auditor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  constexpr std::size_t most_writes = 12;
  auto const parts = fuzz::parts(fuzz::as_text(data, size), most_writes);
  if (parts.empty()) return 0;
  Writer writer(read_step(parts.front()).modern ? fakeapi::Profile::modern : fakeapi::Profile::v1_20);
  for (auto const text : parts) writer.write(read_step(text));
  writer.finish();
  return 0;
}
