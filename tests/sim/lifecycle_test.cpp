// What one Echo costs: the operator's calls from creation to Ready, for a scale, for a deletion, and when nothing
// happens, on our definition and on the tutorial's. Everything real but the cluster; nothing goes wrong.
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <fstream>
#include <sstream>

#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/face/in_process_api.hpp"
#include "operator/api/kinds.hpp"
#include "operator/echo/operator.hpp"
#include "sim/contract.hpp"
#include "sim/echo_definition.hpp"
#include "sim/process.hpp"

namespace {

using namespace std::chrono_literals;

struct Quiet final : seams::Log {
  bool enabled(seams::LogLevel) const override { return false; }
  void write(seams::LogLevel, std::string_view, std::span<seams::LogField const>) override {}
};
struct Certain final : seams::Random {
  std::uint64_t below(std::uint64_t, seams::RandomUse) override { return 0; }
};
struct Steady final : fakeapi::DelaySource {
  seams::Duration delay(fakeapi::DelayUse use) override {
    return use == fakeapi::DelayUse::pod_ready ? seams::Duration(200ms) : seams::Duration(5ms);
  }
};

// Counts the calls of the operator, by verb.
struct Counting final : fakeapi::CallHooks {
  struct Counts {
    int reads = 0;
    int writes = 0;
    int status_writes = 0;
    int deletes = 0;
    std::string all;
  };
  Counts counts;
  fakeapi::Verdict before_send(fakeapi::CallInfo const& call) override {
    auto const& request = call.request;
    if (request.verb == api::Verb::watch) return {};
    counts.all += request.to_string() + "\n";
    if (!api::is_write(request.verb)) ++counts.reads;
    if (api::is_write(request.verb)) ++counts.writes;
    if (request.subresource == api::Subresource::status) ++counts.status_writes;
    if (request.verb == api::Verb::delete_) ++counts.deletes;
    fakeapi::Verdict verdict;
    verdict.delay = 1ms;
    return verdict;
  }
  fakeapi::Verdict arrived(fakeapi::CallInfo const&) override { return {}; }
  fakeapi::Verdict applied(fakeapi::CallInfo const&, api::Result<api::Response> const&) override {
    fakeapi::Verdict verdict;
    verdict.delay = 1ms;
    return verdict;
  }
  fakeapi::Verdict delivered(fakeapi::CallInfo const&, api::Result<api::Response> const&) override { return {}; }
  fakeapi::WatchVerdict news(fakeapi::Actor, fakeapi::Commit const&) override {
    fakeapi::WatchVerdict verdict;
    verdict.delay = 1ms;
    return verdict;
  }
  void event_delivered(fakeapi::Actor, api::WatchEvent const&) override {}
};

std::string file_text(std::string const& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Lifecycle : public ::testing::TestWithParam<std::string> {
 protected:
  Lifecycle() : cluster_(scheduler_, "cluster"), process_(scheduler_, "operator") {
    auto const path = std::string(SOURCE_FOLDER) + "/" + GetParam();
    auto const scene = sim::scene_from_yaml(file_text(path), path);
    execute(api::Verb::create, api::custom_resource_definitions, {"", scene.echo_definition->metadata.name},
            scene.echo_definition, api::WriteOptions{});
    fakeapi::ControllerSetOptions options;
    options.pods = fakeapi::PodModel::cheap;
    controllers_.emplace(server_, cluster_.clock(), delays_, options);
    seams::Environment const environment{process_.executor(), process_.clock(), random_, log_};
    auto& api = process_.own<fakeapi::InProcessApi>(front_, fakeapi::Actor{100}, environment);
    operator_ = &process_.own<echo::Operator>(environment, api, echo::OperatorOptions{});
    operator_->start();
    pass(1s);
    // One Echo before the one that is measured: what is learnt once per definition is learnt here.
    create("first", 1);
    pass(5s);
    EXPECT_TRUE(complete("first", 1));
    start_counting();
  }
  ~Lifecycle() override { process_.kill(); }

  fakeapi::Result<api::Response> execute(api::Verb verb, api::Resource const& resource, api::ObjectKey key,
                                         decltype(api::Request::body) body, decltype(api::Request::options) options) {
    api::Request request;
    request.verb = verb;
    request.resource = resource;
    request.key = std::move(key);
    request.body = std::move(body);
    request.options = std::move(options);
    auto done = server_.execute(request, {fakeapi::Actor{1}, 0, sim::wall_time_at(scheduler_.now())});
    EXPECT_TRUE(done) << request.to_string() << ": " << done.error().to_string();
    return done;
  }

  void create(std::string const& name, std::int64_t replicas) {
    api::Object echo;
    echo.api_version = "example.com/v1";
    echo.kind = "Echo";
    echo.metadata.name = name;
    echo.metadata.namespace_ = "default";
    echo.spec = api::share(boost::json::object{{"replicas", replicas}});
    auto const key = echo.key();
    execute(api::Verb::create, sim::contract::echoes, key, std::make_shared<api::Object const>(std::move(echo)),
            api::WriteOptions{});
  }
  void scale(std::string const& name, std::int64_t replicas) {
    execute(api::Verb::patch, sim::contract::echoes, {"default", name},
            api::Patch(api::MergePatch{
                api::share(boost::json::object{{"spec", boost::json::object{{"replicas", replicas}}}})}),
            api::WriteOptions{});
  }
  bool complete(std::string const& name, std::int64_t replicas) const {
    auto const deployment = server_.find(api::deployments, {"default", name});
    return deployment && sim::contract::all_ready(*deployment, replicas);
  }
  void pass(seams::Duration time) {
    auto const stop = scheduler_.run_until(scheduler_.now() + time, 1'000'000, [] { return false; });
    EXPECT_NE(stop, sim::Scheduler::Stop::turn_limit);
  }
  void start_counting() { hooks_.counts = {}; }

  sim::Scheduler scheduler_;
  sim::Process cluster_;
  fakeapi::Server server_{fakeapi::ServerOptions{}};
  Steady delays_;
  Certain random_;
  Quiet log_;
  Counting hooks_;
  fakeapi::InProcessFront front_{server_, cluster_.clock(), &hooks_};
  std::optional<fakeapi::ControllerSet> controllers_;
  sim::Process process_;
  echo::Operator* operator_ = nullptr;
};

TEST_P(Lifecycle, from_creation_to_ready_takes_four_writes_and_no_read_with_one_replica) {
  create("a", 1);
  pass(5s);
  ASSERT_TRUE(complete("a", 1));
  EXPECT_LE(hooks_.counts.writes, 4) << hooks_.counts.all;
  EXPECT_EQ(hooks_.counts.reads, 0) << hooks_.counts.all;
}

TEST_P(Lifecycle, takes_one_write_more_for_each_further_step_of_readiness) {
  create("a", 4);
  pass(5s);
  ASSERT_TRUE(complete("a", 4));
  EXPECT_LE(hooks_.counts.writes, 4 + 3) << hooks_.counts.all;
  EXPECT_EQ(hooks_.counts.reads, 0) << hooks_.counts.all;
}

TEST_P(Lifecycle, a_scale_takes_one_write_besides_the_status) {
  create("a", 1);
  pass(5s);
  start_counting();
  scale("a", 3);
  pass(5s);
  ASSERT_TRUE(complete("a", 3));
  int events = 0;  // where there is no status, they stand for it
  for (auto const* const verb : {"CREATE events", "PATCH events"}) {
    for (std::size_t at = 0; (at = hooks_.counts.all.find(verb, at)) != std::string::npos; ++at) ++events;
  }
  EXPECT_EQ(hooks_.counts.writes - hooks_.counts.status_writes - events, 1) << hooks_.counts.all;
  EXPECT_EQ(hooks_.counts.reads, 0) << hooks_.counts.all;
}

TEST_P(Lifecycle, a_deletion_takes_one_delete_and_one_patch) {
  create("a", 2);
  pass(5s);
  start_counting();
  execute(api::Verb::delete_, sim::contract::echoes, {"default", "a"}, {}, api::DeleteOptions{});
  pass(5s);
  EXPECT_EQ(server_.find(sim::contract::echoes, {"default", "a"}), nullptr);
  EXPECT_EQ(server_.find(api::deployments, {"default", "a"}), nullptr);
  EXPECT_EQ(hooks_.counts.deletes, 1) << hooks_.counts.all;
  EXPECT_EQ(hooks_.counts.writes, 2) << hooks_.counts.all;
  EXPECT_EQ(hooks_.counts.reads, 0) << hooks_.counts.all;
}

TEST_P(Lifecycle, a_converged_echo_costs_nothing_for_nine_hours) {
  create("a", 2);
  pass(5s);
  start_counting();
  pass(9h);
  EXPECT_EQ(hooks_.counts.all, "");
}

INSTANTIATE_TEST_SUITE_P(Definitions, Lifecycle,
                         ::testing::Values("crds/echoes.example.com.yaml", "tests/data/tutorial-crd.yaml"),
                         [](auto const& info) { return std::string(info.index == 0 ? "ours" : "the_tutorials"); });

}  // namespace
