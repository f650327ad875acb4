// The property that lets conformance over HTTP vouch for what the simulator uses: the same requests, once through the
// in-process face and once through client, bytes and the HTTP face, give the same answers.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <map>
#include <memory>

#include "fakeapi/face/http/face.hpp"
#include "fakeapi/face/in_process_api.hpp"
#include "operator/api/kinds.hpp"
#include "operator/client/http_api.hpp"
#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"
#include "tests/api/generators.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;
using api::Verb;
using fakeapi::testing::echoes;

// The members of custom resources come sorted over the wire: their order means nothing.
json::value sorted(json::value const& value) {
  if (auto const* array = value.if_array()) {
    json::array made;
    for (auto const& item : *array) made.push_back(sorted(item));
    return made;
  }
  auto const* object = value.if_object();
  if (object == nullptr) return value;
  std::map<std::string, json::value> members;
  for (auto const& [key, member] : *object) members.emplace(key, sorted(member));
  json::object made;
  for (auto const& [key, member] : members) made.emplace(key, member);
  return made;
}
std::string text(api::Object const& object) { return json::serialize(sorted(api::object_to_json(object))); }

/// Two servers that are alike, one with each face.
class TwoFaces {
 public:
  explicit TwoFaces(fakeapi::Profile profile) : direct_server_(options(profile)), served_(options(profile)) {
    http_server_.start();
    for (auto* server : {&direct_server_, &served_}) {
      api::Request request;
      request.verb = Verb::create;
      request.resource = api::custom_resource_definitions;
      request.body = fakeapi::testing::shared(fakeapi::testing::object(fakeapi::testing::echo_definition()));
      request.options = api::WriteOptions{};
      fakeapi::RequestContext context;
      context.now = server_process_.clock().wall_now();
      RC_ASSERT(server->execute(request, context).has_value());
    }
  }
  ~TwoFaces() {
    client_process_.kill();
    server_process_.kill();
  }
  TwoFaces(TwoFaces const&) = delete;
  TwoFaces& operator=(TwoFaces const&) = delete;

  using Both = std::pair<api::Result<api::Response>, api::Result<api::Response>>;

  /// One request to both.
  Both call(api::Request const& request) {
    Both answers{std::unexpected(api::Error{}), std::unexpected(api::Error{})};
    run([&]() -> asio::awaitable<void> {
      answers.first = co_await direct_.call(request);
      answers.second = co_await remote_.call(request);
    });
    return answers;
  }

  /// What a watch of each tells until it is silent.
  std::pair<std::vector<std::string>, std::vector<std::string>> watch(api::Request const& request) {
    std::pair<std::vector<std::string>, std::vector<std::string>> told;
    run([&]() -> asio::awaitable<void> {
      told.first = co_await listen(direct_, request);
      told.second = co_await listen(remote_, request);
    });
    return told;
  }

  void pass(seams::Duration time) {
    scheduler_.run_until(scheduler_.now() + time, 10'000'000, [] { return false; });
  }

 private:
  fakeapi::ServerOptions options(fakeapi::Profile profile) {
    fakeapi::ServerOptions made;
    made.profile = profile;
    made.started = server_process_.clock().wall_now();
    made.field_management = true;
    return made;
  }

  void run(std::function<asio::awaitable<void>()> const& work) {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(client_process_.executor(), work(), [&](std::exception_ptr error) {
      failure = std::move(error);
      done = true;
    });
    auto const stop = scheduler_.run_until(scheduler_.now() + 1h, 1'000'000, [&] { return done; });
    RC_ASSERT(stop == sim::Scheduler::Stop::done);
    if (failure) std::rethrow_exception(failure);
  }

  asio::awaitable<std::vector<std::string>> listen(api::Api& api, api::Request request) {
    std::vector<std::string> told;
    auto watch = co_await api.open_watch(std::move(request));
    if (!watch) {
      told.push_back(watch.error().to_string());
      co_return told;
    }
    for (;;) {
      // Whatever there is comes without any time passing.
      auto event = co_await (*watch)->next(client_process_.clock().now() + 1ns);
      if (!event || !*event) break;
      std::string line(api::to_string((*event)->type));
      if ((*event)->object) line += " " + text(*(*event)->object);
      if ((*event)->error) line += " " + (*event)->error->to_string();
      told.push_back(std::move(line));
    }
    co_return told;
  }

  sim::Scheduler scheduler_;
  sim::Process server_process_{scheduler_, "server"};
  sim::Process client_process_{scheduler_, "client"};
  seams::NoRandom random_;
  seams::NoLog log_;
  fakeapi::Server direct_server_;
  fakeapi::Server served_;
  seams::Environment server_side_{server_process_.executor(), server_process_.clock(), random_, log_};
  fakeapi::InProcessFront front_{direct_server_, server_process_.clock()};
  fakeapi::InProcessApi direct_{
      front_, fakeapi::Actor{1}, {client_process_.executor(), client_process_.clock(), random_, log_}};
  fakeapi::http::Face face_{served_, server_side_, {}};
  http::PipeHost host_;
  http::HttpServer http_server_{server_side_, host_.listen(server_process_.clock()), face_};
  std::unique_ptr<seams::Connector> connector_ = host_.connector(client_process_.clock());
  client::HttpApi remote_{*connector_, client_process_.clock(), {}};
};

std::string text(api::Error const& error) {
  std::string out = error.to_string() + " name=" + error.name + " group=" + error.group + " kind=" + error.kind +
                    " uid=" + error.uid + " continue=" + error.continue_token;
  for (auto const& cause : error.causes) out += " [" + cause.reason + "|" + cause.message + "|" + cause.field + "]";
  if (error.retry_after) out += " retry=" + std::to_string(error.retry_after->count());
  return out;
}

std::string text(api::Result<api::Response> const& answer) {
  if (!answer) {
    api::Error error = answer.error();
    error.outcome_unknown = false;  // the client must assume what the in-process face knows
    return text(error);
  }
  if (auto const* object = std::get_if<api::ObjectPtr>(&*answer)) return text(**object);
  if (auto const* deleted = std::get_if<api::Deleted>(&*answer)) return "deleted " + deleted->uid;
  auto const& list = std::get<api::ObjectList>(*answer);
  std::string out = "list at " + std::to_string(api::to_number(list.resource_version)) + " continue " +
                    list.continue_token + " remaining " + std::to_string(list.remaining_item_count.value_or(-1));
  for (auto const& item : list.items) out += "\n  " + text(*item);
  return out;
}

using api::test::below;
using api::test::one_in;

std::string name() { return *rc::gen::element<std::string>("a", "b", "c", "not_a_name"); }

api::Object some_object(api::Resource const& resource) {
  api::Object object = resource == echoes             ? fakeapi::testing::echo(name(), below(4))
                       : resource == api::deployments ? fakeapi::testing::deployment(name(), below(4))
                                                      : api::test::object(R"({"apiVersion":"v1","kind":"ConfigMap"})");
  if (object.metadata.name.empty()) object.metadata.name = name();
  object.metadata.namespace_ = "default";
  if (one_in(3)) object.metadata.labels = api::StringMap{{"app", *rc::gen::element<std::string>("x", "y", "?")}};
  if (one_in(4)) object.metadata.finalizers = std::vector<std::string>{"example.com/hold"};
  if (one_in(6)) object.metadata.resource_version = api::ResourceVersion(static_cast<std::uint64_t>(below(12)));
  return object;
}

api::Patch some_patch() {
  auto const merge = *rc::gen::element<std::string>(
      R"({"spec":{"replicas":3}})", R"({"metadata":{"labels":{"app":"z"}}})", R"({"metadata":{"finalizers":null}})",
      R"({"metadata":{"resourceVersion":"3"}})", R"({"spec":null})", R"({"spec":{"replicas":"x"}})",
      R"({"status":{"x":1}})", R"({"data":{"k":"v"}})");
  switch (below(4)) {
    case 0:
      return api::StrategicMergePatch{api::test::shared(merge)};
    case 1: {
      auto document = api::test::parse(merge).get_object();
      document["apiVersion"] = *rc::gen::element<std::string>("example.com/v1", "apps/v1", "v1");
      document["kind"] = *rc::gen::element<std::string>("Echo", "Deployment", "ConfigMap");
      document["metadata"].emplace_object()["name"] = name();
      return api::ApplyPatch{api::share(document), one_in(2)};
    }
    case 2:
      return api::JsonPatch{{{*rc::gen::element(api::JsonPatchVerb::add, api::JsonPatchVerb::replace,
                                                api::JsonPatchVerb::test, api::JsonPatchVerb::remove),
                              *rc::gen::element<std::string>("/spec/replicas", "/metadata/labels/app", "/nowhere/at"),
                              api::test::shared("2"), ""}}};
    default:
      return api::MergePatch{api::test::shared(merge)};
  }
}

api::Request some_request() {
  api::Request request;
  request.resource = *rc::gen::element(echoes, api::deployments, api::Resource{"", "v1", "configmaps"},
                                       api::Resource{"nowhere.io", "v1", "things"});
  request.key = {"default", name()};
  request.verb = *rc::gen::element(Verb::get, Verb::list, Verb::create, Verb::create, Verb::create, Verb::update,
                                   Verb::patch, Verb::patch, Verb::delete_, Verb::delete_collection);
  if (one_in(4) && request.verb != Verb::create && request.verb != Verb::list && request.verb != Verb::delete_ &&
      request.verb != Verb::delete_collection) {
    request.subresource = *rc::gen::element(api::Subresource::status, api::Subresource::scale);
  }
  api::WriteOptions write;
  write.field_manager = *rc::gen::element<std::string>("one", "two");
  write.dry_run = one_in(8);
  api::ListOptions list;
  if (one_in(3)) list.label_selector = *rc::gen::element<std::string>("app=x", "app!=y", "app in (", "!app");
  if (one_in(5)) list.field_selector = *rc::gen::element<std::string>("metadata.name=a", "spec.x=1");
  if (one_in(3)) list.limit = 1;
  if (one_in(4)) list.resource_version = api::ResourceVersion(static_cast<std::uint64_t>(below(9)));
  if (one_in(6)) list.match = api::ResourceVersionMatch::exact;
  api::DeleteOptions each;
  each.propagation = *rc::gen::element(api::PropagationPolicy::unset, api::PropagationPolicy::foreground,
                                       api::PropagationPolicy::orphan);
  if (one_in(6)) each.preconditions.resource_version = api::ResourceVersion(5);
  if (one_in(6)) each.preconditions.uid = "another";
  each.write.dry_run = write.dry_run;
  switch (request.verb) {
    case Verb::get:
      request.options = api::GetOptions{};
      break;
    case Verb::list:
      request.key.name.clear();
      request.options = list;
      break;
    case Verb::create:
    case Verb::update: {
      auto object = some_object(request.resource);
      if (request.verb == Verb::create || !one_in(8)) request.key.name = object.metadata.name;
      request.body = std::make_shared<api::Object const>(std::move(object));
      request.options = write;
      break;
    }
    case Verb::patch:
      request.body = some_patch();
      request.options = write;
      break;
    case Verb::delete_:
      request.options = each;
      break;
    default:
      request.key.name.clear();
      request.options = api::DeleteCollectionOptions{each, list};
      break;
  }
  return request;
}

void same_answers(fakeapi::Profile profile) {
  TwoFaces faces(profile);
  int const count = below(25) + 1;
  for (int i = 0; i < count; ++i) {
    auto const request = some_request();
    auto const [direct, remote] = faces.call(request);
    RC_LOG() << request.to_string() << '\n';
    RC_ASSERT(text(remote) == text(direct));
    if (one_in(5)) faces.pass(std::chrono::seconds(1));
  }
  api::Request watch;
  watch.verb = Verb::watch;
  watch.resource = *rc::gen::element(echoes, api::deployments);
  watch.key.namespace_ = "default";
  api::WatchOptions options;
  if (one_in(2)) options.resource_version = api::ResourceVersion(static_cast<std::uint64_t>(below(9)));
  if (one_in(3)) options.label_selector = "app=x";
  watch.options = options;
  auto const [direct, remote] = faces.watch(watch);
  RC_ASSERT(remote == direct);
}

RC_GTEST_PROP(TwoFaces, give_the_same_answers_as_server_1_20, ()) { same_answers(fakeapi::Profile::v1_20); }
RC_GTEST_PROP(TwoFaces, give_the_same_answers_as_a_modern_server, ()) { same_answers(fakeapi::Profile::modern); }

}  // namespace
