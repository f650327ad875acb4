#include "operator/real/prometheus_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace {

using namespace std::chrono_literals;

TEST(PrometheusText, is_what_prometheus_reads) {
  static constexpr auto bounds = std::to_array<seams::Duration>({10ms, 1s});
  seams::Histogram histogram(bounds);
  histogram.observe(20ms);
  seams::Metrics metrics;
  metrics.counter("requests_total", "Requests", {{"code", "200"}}, std::uint64_t{3});
  metrics.gauge("depth", "Keys", {}, 2.5);
  metrics.histogram("time_seconds", "Time", {{"a", "\"b\""}}, histogram);
  EXPECT_EQ(real::prometheus_text(metrics),
            "# HELP requests_total Requests\n"
            "# TYPE requests_total counter\n"
            "requests_total{code=\"200\"} 3\n"
            "# HELP depth Keys\n"
            "# TYPE depth gauge\n"
            "depth 2.5\n"
            "# HELP time_seconds Time\n"
            "# TYPE time_seconds histogram\n"
            "time_seconds_count{a=\"\\\"b\\\"\"} 1\n"
            "time_seconds_sum{a=\"\\\"b\\\"\"} 0.02\n"
            "time_seconds_bucket{a=\"\\\"b\\\"\",le=\"0.01\"} 0\n"
            "time_seconds_bucket{a=\"\\\"b\\\"\",le=\"1\"} 1\n"
            "time_seconds_bucket{a=\"\\\"b\\\"\",le=\"+Inf\"} 1\n");
}

TEST(ProcessMetrics, tell_of_this_process) {
  seams::Metrics metrics;
  real::collect_process(metrics);
  EXPECT_GT(metrics.value("process_resident_memory_bytes", {}), 1e6);
  EXPECT_GE(metrics.value("process_open_fds", {}), 3);
  EXPECT_GE(metrics.value("process_cpu_seconds_total", {}), 0);
}

}  // namespace
