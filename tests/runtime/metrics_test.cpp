#include "operator/runtime/metrics.hpp"

#include "operator/seams/metrics.hpp"
#include "tests/runtime/support/controller_test.hpp"

namespace {

using namespace runtime_tests;
using namespace std::chrono_literals;

constexpr auto bounds = std::to_array<seams::Duration>({10ms, 1s});

TEST(Histogram, counts_each_duration_in_the_first_bucket_that_holds_it) {
  seams::Histogram histogram(bounds);
  for (seams::Duration const duration :
       {seams::Duration(1ms), seams::Duration(10ms), seams::Duration(11ms), seams::Duration(2s)})
    histogram.observe(duration);
  auto const sample = histogram.sample({});
  ASSERT_EQ(sample.buckets.size(), 3U);
  EXPECT_EQ(sample.buckets[0].cumulative, 2U);
  EXPECT_EQ(sample.buckets[1].cumulative, 3U);
  EXPECT_EQ(sample.buckets[2].cumulative, 4U);
  EXPECT_EQ(sample.count, 4U);
  EXPECT_DOUBLE_EQ(sample.sum, 2.022);
}

TEST(Metrics, of_one_name_are_one_family) {
  seams::Metrics metrics;
  metrics.counter("a", "help", {{"x", "1"}}, std::uint64_t{3});
  metrics.gauge("b", "help", {}, 2.5);
  metrics.counter("a", "help", {{"x", "2"}}, std::uint64_t{4});
  ASSERT_EQ(metrics.families().size(), 2U);
  EXPECT_EQ(metrics.families()[0].samples.size(), 2U);
  EXPECT_EQ(metrics.value("a", {{"x", "2"}}), 4);
  EXPECT_EQ(metrics.value("b", {}), 2.5);
  EXPECT_EQ(metrics.value("c", {}), -1);
}

struct CollectedMetrics : ControllerTest {
  seams::Metrics collect() {
    seams::Metrics metrics;
    runtime::collect(*controller, world.now(), metrics);
    runtime::collect(*echo_cache, world.now(), metrics);
    return metrics;
  }
};

TEST_F(CollectedMetrics, are_all_there_with_zeros_before_anything_has_happened) {
  make();
  auto const metrics = collect();
  for (auto const* result : {"success", "error", "requeue", "requeue_after"})
    EXPECT_EQ(metrics.value("controller_runtime_reconcile_total", {{"controller", "echo"}, {"result", result}}), 0);
  EXPECT_EQ(metrics.value("workqueue_depth", {{"name", "echo"}, {"controller", "echo"}}), 0);
  EXPECT_EQ(metrics.value("controller_runtime_max_concurrent_reconciles", {{"controller", "echo"}}), 4);
  EXPECT_EQ(metrics.value("informer_synced", {{"resource", "echoes.example.com"}, {"namespace", ""}}), 0);
}

TEST_F(CollectedMetrics, tell_how_reconciles_ended_and_what_is_cached) {
  put("a");
  start();
  always_fails(api::Reason::internal_error, 500);
  put("b");
  auto const metrics = collect();
  EXPECT_EQ(metrics.value("controller_runtime_reconcile_total", {{"controller", "echo"}, {"result", "success"}}), 1);
  EXPECT_EQ(metrics.value("controller_runtime_reconcile_errors_total", {{"controller", "echo"}}), 1);
  EXPECT_EQ(metrics.value("workqueue_adds_total", {{"name", "echo"}, {"controller", "echo"}}), 3);
  EXPECT_EQ(metrics.value("workqueue_retries_total", {{"name", "echo"}, {"controller", "echo"}}), 1);
  EXPECT_EQ(metrics.value("workqueue_depth", {{"name", "echo"}, {"controller", "echo"}}), 1) << "the retry waits";
  EXPECT_EQ(metrics.value("informer_objects", {{"resource", "echoes.example.com"}, {"namespace", ""}}), 2);
}

TEST_F(CollectedMetrics, tell_how_long_the_reconciles_that_run_now_have_run) {
  start();
  Gate first(world.process.clock());
  Gate second(world.process.clock());
  reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    co_await (context.key().name == "a" ? first : second).wait();
    co_return runtime::ReconcileResult{};
  };
  put("a");
  world.run_for(2s);
  put("b");
  world.run_for(3s);
  auto const metrics = collect();
  seams::MetricLabels const labels{{"name", "echo"}, {"controller", "echo"}};
  EXPECT_DOUBLE_EQ(metrics.value("workqueue_unfinished_work_seconds", labels), 8);
  EXPECT_DOUBLE_EQ(metrics.value("workqueue_longest_running_processor_seconds", labels), 5);
  EXPECT_EQ(metrics.value("controller_runtime_active_workers", {{"controller", "echo"}}), 2);
}

}  // namespace
