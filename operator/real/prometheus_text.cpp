#include "operator/real/prometheus_text.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace real {
namespace {

prometheus::MetricType type_of(seams::MetricType type) {
  switch (type) {
    case seams::MetricType::counter:
      return prometheus::MetricType::Counter;
    case seams::MetricType::gauge:
      return prometheus::MetricType::Gauge;
    default:
      return prometheus::MetricType::Histogram;
  }
}

prometheus::ClientMetric to_prometheus(seams::MetricSample const& sample, seams::MetricType type) {
  prometheus::ClientMetric made;
  for (auto const& [name, value] : sample.labels) made.label.push_back({name, value});
  if (type == seams::MetricType::counter) made.counter.value = sample.value;
  if (type == seams::MetricType::gauge) made.gauge.value = sample.value;
  if (type != seams::MetricType::histogram) return made;
  made.histogram.sample_count = sample.count;
  made.histogram.sample_sum = sample.sum;
  for (auto const& bucket : sample.buckets) made.histogram.bucket.push_back({bucket.cumulative, bucket.upper_bound});
  return made;
}

}  // namespace

std::string prometheus_text(seams::Metrics const& metrics) {
  std::vector<prometheus::MetricFamily> families;
  for (auto const& family : metrics.families()) {
    auto& made = families.emplace_back();
    made.name = family.name;
    made.help = family.help;
    made.type = type_of(family.type);
    for (auto const& sample : family.samples) made.metric.push_back(to_prometheus(sample, family.type));
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

void collect_process(seams::Metrics& metrics) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    auto const seconds = [](timeval const& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    metrics.counter("process_cpu_seconds_total", "CPU time spent, of the system too", {},
                    seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }
  std::ifstream memory("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (memory >> size >> resident) {
    auto const page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    metrics.gauge("process_virtual_memory_bytes", "Address space taken", {}, static_cast<double>(size) * page);
    metrics.gauge("process_resident_memory_bytes", "Memory taken", {}, static_cast<double>(resident) * page);
  }
  std::error_code none;
  std::filesystem::directory_iterator const files("/proc/self/fd", none);
  if (!none) {
    auto const open = std::distance(files, std::filesystem::directory_iterator());
    metrics.gauge("process_open_fds", "Open files and connections", {}, static_cast<double>(open - 1));
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    metrics.gauge("process_max_fds", "How many files may be open", {}, static_cast<double>(limit.rlim_cur));
}

}  // namespace real
