// The roles in deploy/ are what the operator needs, no more and no less: it runs against a server that holds it to
// them, over the bytes of HTTP, in virtual time.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <sstream>

#include "fakeapi/authorization/bootstrap.hpp"
#include "fakeapi/controllers/configured_delays.hpp"
#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/face/http/face.hpp"
#include "fakeapi/manifests/apply.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/kinds.hpp"
#include "operator/client/credentials.hpp"
#include "operator/client/http_api.hpp"
#include "operator/echo/echo.hpp"
#include "operator/echo/operator.hpp"
#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "operator/manifest/manifest.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/echo_definition.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Manifests = std::vector<manifest::Manifest>;

constexpr std::string_view deploy_files[] = {"namespace", "service_account",      "cluster_role",
                                             "role",      "cluster_role_binding", "role_binding"};

Manifests read(std::string const& file) {
  std::ifstream stream(std::string(SOURCE_FOLDER) + "/" + file);
  std::ostringstream text;
  text << stream.rdbuf();
  auto parsed = manifest::parse(text.str(), file);
  if (!parsed) throw std::runtime_error(parsed.error().to_string());
  return *std::move(parsed);
}

/// The operator's namespace, account, roles and bindings as kustomize would apply them.
Manifests deployed() {
  Manifests all;
  for (auto const name : deploy_files) {
    for (auto& one : read("deploy/base/" + std::string(name) + ".yaml")) {
      bool const namespaced =
          one.object.kind == "ServiceAccount" || one.object.kind == "Role" || one.object.kind == "RoleBinding";
      if (namespaced) one.object.metadata.namespace_ = "echo-system";
      if (one.object.kind == "RoleBinding") {
        json::object rest = one.object.rest->get_object();
        rest["subjects"].get_array()[0].get_object()["namespace"] = "echo-system";
        one.object.rest = api::share(json::value(std::move(rest)));
      }
      all.push_back(std::move(one));
    }
  }
  return all;
}

class BearerToken final : public client::Credentials {
 public:
  boost::asio::awaitable<std::expected<Authorization, api::Error>> authorize(
      seams::MonotonicTime /*deadline*/) override {
    co_return Authorization{1, {{"Authorization", "Bearer operator"}}};
  }
  bool refused(std::uint64_t /*number*/) override { return false; }
  std::uint64_t connection_number() const override { return 1; }
};

/// A cluster that holds the operator to these roles.
class GuardedCluster {
 public:
  GuardedCluster(Manifests roles, std::string_view definition, bool self_check = false) {
    fakeapi::authorization::install_bootstrap_roles(server_, context());
    if (!definition.empty())
      for (auto& one : *manifest::parse(definition, "crd")) roles.insert(roles.begin(), std::move(one));
    auto const applied = fakeapi::manifests::apply(server_, roles, context().now);
    if (!applied) throw std::runtime_error(applied.error());
    http_server_.start();
    echo::OperatorOptions options;
    options.self_check = self_check;
    auto& election = options.leader_election.emplace();
    election.lease = {"echo-system", "echo-operator"};
    election.identity = "me";
    operator_ = &client_process_.own<echo::Operator>(
        seams::Environment{client_process_.executor(), client_process_.clock(), random_, log_}, remote_, options);
    operator_->start();
  }
  ~GuardedCluster() {
    client_process_.kill();
    server_process_.kill();
  }
  GuardedCluster(GuardedCluster const&) = delete;
  GuardedCluster& operator=(GuardedCluster const&) = delete;

  api::Result<api::Response> call(api::Verb verb, api::Resource const& resource, std::string const& name,
                                  std::string_view text = "") {
    api::Request request;
    request.verb = verb;
    request.resource = resource;
    request.key = {"default", name};
    request.options = api::WriteOptions{};
    if (verb == api::Verb::get) request.options = api::GetOptions{};
    if (verb == api::Verb::delete_) request.options = api::DeleteOptions{};
    if (verb == api::Verb::list) {
      request.key.name.clear();
      request.options = api::ListOptions{};
    }
    if (verb == api::Verb::create)
      request.body = std::make_shared<api::Object const>(*api::object_from_json(json::parse(text)));
    if (verb == api::Verb::patch) request.body = api::Patch(api::MergePatch{api::share(json::parse(text))});
    return server_.execute(request, context());
  }
  api::ObjectPtr get(api::Resource const& resource, std::string const& name) {
    auto const answer = call(api::Verb::get, resource, name);
    return answer ? std::get<api::ObjectPtr>(*answer) : nullptr;
  }
  std::size_t count(api::Resource const& resource) {
    return std::get<api::ObjectList>(*call(api::Verb::list, resource, "")).items.size();
  }
  /// How often Events of this reason have been told.
  std::int64_t told_of(std::string_view reason) {
    std::int64_t count = 0;
    for (auto const& event : std::get<api::ObjectList>(*call(api::Verb::list, api::events, "")).items) {
      if (api::find_string(event->rest.get(), {"reason"}) == reason)
        count += api::find_integer(event->rest.get(), {"count"}).value_or(0);
    }
    return count;
  }
  /// Waits until it holds, at most for twenty seconds: an operator that may not watch finds out later.
  bool comes(std::function<bool()> const& holds) {
    auto const end = scheduler_.now() + 20s;
    while (!holds()) {
      if (scheduler_.now() >= end) return false;
      scheduler_.run_until(scheduler_.now() + 100ms, 1'000'000, [] { return false; });
    }
    return true;
  }
  echo::Operator const& running() const { return *operator_; }
  void apply(Manifests const& manifests) {
    if (auto const applied = fakeapi::manifests::apply(server_, manifests, context().now); !applied)
      throw std::runtime_error(applied.error());
  }
  /// What a check of readiness says.
  std::string trouble(std::string_view check) const {
    for (auto const& one : operator_->readiness()) {
      if (one.name == check) return one.trouble();
    }
    throw std::invalid_argument(std::string(check));
  }
  bool ready(std::string const& name, std::int64_t replicas) {
    auto const echo = get(echo::echoes, name);
    auto const generation = echo ? echo->metadata.generation : 0;
    return echo && api::find_integer(echo->status.get(), {"observedGeneration"}) == generation &&
           api::find_integer(echo->status.get(), {"readyReplicas"}) == replicas;
  }

 private:
  fakeapi::RequestContext context() {
    fakeapi::RequestContext made;
    made.now = server_process_.clock().wall_now();
    return made;
  }
  fakeapi::ServerOptions server_options() {
    fakeapi::ServerOptions options;
    options.profile = fakeapi::Profile::modern;
    options.started = server_process_.clock().wall_now();
    return options;
  }
  static fakeapi::http::FaceOptions face_options() {
    fakeapi::http::FaceOptions options;
    options.authorization = fakeapi::http::AuthorizationMode::rbac;
    fakeapi::authorization::User account;
    account.name = "system:serviceaccount:echo-system:echo-operator";
    account.groups = {"system:serviceaccounts", "system:serviceaccounts:echo-system"};
    options.tokens.add("operator", account);
    return options;
  }

  sim::Scheduler scheduler_;
  sim::Process server_process_{scheduler_, "server"};
  sim::Process client_process_{scheduler_, "client"};
  seams::NoRandom random_;
  seams::NoLog log_;
  seams::Environment server_side_{server_process_.executor(), server_process_.clock(), random_, log_};
  fakeapi::Server server_{server_options()};
  fakeapi::ConfiguredDelays delays_;
  fakeapi::ControllerSet controllers_{server_, server_process_.clock(), delays_, {.pods = fakeapi::PodModel::cheap}};
  fakeapi::http::Face face_{server_, server_side_, face_options()};
  http::PipeHost host_;
  http::HttpServer http_server_{server_side_, host_.listen(server_process_.clock()), face_};
  std::unique_ptr<seams::Connector> connector_ = host_.connector(client_process_.clock());
  BearerToken token_;
  client::HttpApi remote_{*connector_, client_process_.clock(), {.credentials = &token_}};
  echo::Operator* operator_ = nullptr;
};

std::string echo(std::string const& name, int replicas) {
  return R"({"apiVersion":"example.com/v1","kind":"Echo","metadata":{"name":")" + name +
         R"(","namespace":"default"},"spec":{"replicas":)" + std::to_string(replicas) + "}}";
}

/// An Echo's life; what did not come about, or "".
std::string life_of_an_echo(Manifests const& roles) {
  GuardedCluster cluster(roles, sim::echo_definition_yaml());
  auto made = cluster.call(api::Verb::create, echo::echoes, "", echo("a", 2));
  if (!cluster.comes([&] { return cluster.ready("a", 2); })) return "it is not ready";
  cluster.call(api::Verb::patch, echo::echoes, "a", R"({"spec":{"replicas":3}})");
  if (!cluster.comes([&] { return cluster.ready("a", 3); })) return "it does not follow a change";
  cluster.call(api::Verb::patch, api::deployments, "a", R"({"spec":{"replicas":1}})");
  if (!cluster.comes([&] {
        auto const deployment = cluster.get(api::deployments, "a");
        return deployment && api::find_integer(deployment->spec.get(), {"replicas"}) == 3;
      }))
    return "drift stays";
  // Changed and changed back at once: nothing in the Deployment tells that it is as new as the Echo.
  cluster.call(api::Verb::patch, echo::echoes, "a", R"({"spec":{"replicas":5}})");
  cluster.call(api::Verb::patch, echo::echoes, "a", R"({"spec":{"replicas":3}})");
  if (!cluster.comes([&] { return cluster.ready("a", 3); })) return "it does not see that nothing is to be done";
  cluster.call(api::Verb::delete_, echo::echoes, "a");
  if (!cluster.comes([&] { return !cluster.get(echo::echoes, "a"); })) return "it is not deleted";
  if (cluster.get(api::deployments, "a")) return "its Deployment stays";
  cluster.comes([] { return false; });  // longer than a lead that is not renewed
  cluster.call(api::Verb::create, echo::echoes, "", echo("c", 1));
  if (!cluster.comes([&] { return cluster.ready("c", 1); })) return "it no longer leads";
  return "";
}

/// Where the definition has no status, what there is to say is an Event.
std::string life_without_status(Manifests const& roles) {
  std::string definition(sim::echo_definition_yaml());
  auto const begin = definition.find("      subresources:");
  definition.erase(begin, definition.find("      additionalPrinterColumns:") - begin);
  GuardedCluster cluster(roles, definition);
  cluster.call(api::Verb::create, api::deployments, "",
               R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"b","namespace":"default"},"spec":)"
               R"({"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":{"x":"y"}},"spec":)"
               R"({"containers":[{"name":"c","image":"i"}]}}}})");
  cluster.call(api::Verb::create, echo::echoes, "", echo("b", 1));
  if (!cluster.comes([&] { return cluster.count(api::events) > 0; })) return "nobody is told that the name is taken";
  // What has been told before is counted.
  cluster.call(api::Verb::delete_, api::deployments, "b");
  if (!cluster.comes([&] { return cluster.told_of("Ready") == 1; })) return "nobody is told that it is ready";
  cluster.call(api::Verb::patch, echo::echoes, "b", R"({"spec":{"replicas":2}})");
  if (!cluster.comes([&] { return cluster.told_of("Ready") == 2; })) return "nobody is told that it is ready again";
  return "";
}

std::string what_fails(Manifests const& roles) {
  std::string failed = life_of_an_echo(roles);
  return failed.empty() ? life_without_status(roles) : failed;
}

TEST(DeployedRoles, let_the_operator_do_all_that_it_does) { EXPECT_EQ(what_fails(deployed()), ""); }

/// The roles with one verb less, and which.
struct Fewer {
  Manifests roles;
  std::string verb;
  std::string resource;
};
std::vector<Fewer> with_one_verb_less() {
  Manifests const roles = deployed();
  std::vector<Fewer> all;
  for (std::size_t at = 0; at < roles.size(); ++at) {
    auto const& rest = roles[at].object.rest;
    if (!rest || !rest->get_object().contains("rules")) continue;
    auto const& rules = rest->at("rules").get_array();
    for (std::size_t rule = 0; rule < rules.size(); ++rule) {
      std::string const resource(rules[rule].at("resources").get_array()[0].get_string());
      // What an admission plug-in asks for that the fake does not have.
      if (resource == "echoes/finalizers") continue;
      auto const& verbs = rules[rule].at("verbs").get_array();
      for (std::size_t verb = 0; verb < verbs.size(); ++verb) {
        Manifests fewer = roles;
        json::value copy(*rest);
        auto& left = copy.at("rules").get_array()[rule].at("verbs").get_array();
        std::string const name(left[verb].get_string());
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(verb));
        if (left.empty()) left.emplace_back("nothing");
        fewer[at].object.rest = api::share(std::move(copy));
        all.push_back({std::move(fewer), name, resource});
      }
    }
  }
  return all;
}

TEST(DeployedRoles, have_no_verb_that_the_operator_can_do_without) {
  std::set<std::string> tried;
  for (auto const& [roles, verb, resource] : with_one_verb_less()) {
    // Only the self-check looks at it.
    if (resource == "customresourcedefinitions") continue;
    EXPECT_NE(what_fails(roles), "") << verb << " " << resource << " is not needed";
    tried.insert(verb + " " + resource);
  }
  EXPECT_EQ(tried.size(), 16U) << "verbs that were taken away";
}

TEST(SelfCheck, finds_all_there_with_the_roles_as_they_are_deployed) {
  GuardedCluster cluster(deployed(), sim::echo_definition_yaml(), true);
  EXPECT_TRUE(cluster.comes([&] { return cluster.running().self_check()->done(); }));
  EXPECT_EQ(cluster.trouble("rights"), "");
  EXPECT_EQ(cluster.trouble("definition"), "");
}

TEST(SelfCheck, names_each_verb_that_is_taken_away_and_sees_when_it_is_given_back) {
  std::set<std::string> tried;
  for (auto const& [roles, verb, resource] : with_one_verb_less()) {
    GuardedCluster cluster(roles, sim::echo_definition_yaml(), true);
    cluster.comes([&] { return !cluster.trouble("rights").empty(); });
    std::string const trouble = cluster.trouble("rights");
    EXPECT_TRUE(trouble.starts_with("the operator is not allowed to " + verb + " ")) << trouble;
    EXPECT_TRUE(trouble.contains("the verb " + verb + " on " + resource + " in the ")) << trouble;
    EXPECT_FALSE(trouble.contains("; the operator")) << "nothing else is missing: " << trouble;
    cluster.apply(deployed());
    for (int half_minutes = 0; half_minutes < 3; ++half_minutes) cluster.comes([] { return false; });
    EXPECT_EQ(cluster.trouble("rights"), "") << verb << " " << resource;
    EXPECT_TRUE(cluster.running().self_check()->done());
    tried.insert(verb + " " + resource);
  }
  EXPECT_EQ(tried.size(), 17U);
}

TEST(SelfCheck, sees_the_definition_come) {
  GuardedCluster cluster(deployed(), "", true);
  EXPECT_TRUE(cluster.comes([&] { return !cluster.trouble("definition").empty(); }));
  EXPECT_TRUE(cluster.trouble("definition").contains("kubectl apply -f crds/")) << cluster.trouble("definition");
  cluster.apply(*manifest::parse(sim::echo_definition_yaml(), "crd"));
  for (int half_minutes = 0; half_minutes < 3; ++half_minutes) cluster.comes([] { return false; });
  EXPECT_EQ(cluster.trouble("definition"), "");
}

TEST(DeployedRoles, allow_no_wildcard) {
  for (auto const& one : deployed()) {
    if (one.object.rest) EXPECT_FALSE(json::serialize(*one.object.rest).contains('*')) << one.object.kind;
  }
}

}  // namespace
