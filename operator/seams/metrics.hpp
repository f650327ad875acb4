// Figures about a running program as values: components tell theirs when they are asked, somebody else writes them
// down.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operator/seams/time.hpp"

namespace seams {

enum class MetricType : std::uint8_t { counter, gauge, histogram };

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// One figure with the labels that tell it from its siblings.
struct MetricSample {
  MetricLabels labels{};
  double value = 0;  ///< of a counter or a gauge

  struct Bucket {
    double upper_bound = 0;  ///< in seconds; the last one is +Inf
    std::uint64_t cumulative = 0;
  };
  std::vector<Bucket> buckets{};  ///< of a histogram
  double sum = 0;                 ///< in seconds
  std::uint64_t count = 0;
};

/// All figures of one name.
struct MetricFamily {
  std::string name{};  ///< as Prometheus takes it
  std::string help{};
  MetricType type = MetricType::counter;
  std::vector<MetricSample> samples{};
};

/// Durations by how long they were. Counting one costs a search among the bounds and allocates nothing.
class Histogram {
 public:
  /// `bounds`, rising, outlive it: they are constants.
  explicit Histogram(std::span<Duration const> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}

  void observe(Duration duration);
  std::uint64_t count() const { return count_; }
  Duration sum() const { return sum_; }
  MetricSample sample(MetricLabels labels) const;

 private:
  std::span<Duration const> bounds_;
  std::vector<std::uint64_t> counts_;
  Duration sum_{0};
  std::uint64_t count_ = 0;
};

/// What was collected, families in the order of their coming.
class Metrics {
 public:
  void counter(std::string_view name, std::string_view help, MetricLabels labels, std::uint64_t value);
  void counter(std::string_view name, std::string_view help, MetricLabels labels, double value);
  void gauge(std::string_view name, std::string_view help, MetricLabels labels, double value);
  void histogram(std::string_view name, std::string_view help, MetricLabels labels, Histogram const& histogram);

  std::vector<MetricFamily> const& families() const { return families_; }
  /// The value of a counter or gauge with exactly these labels; -1 if there is none. For tests.
  double value(std::string_view name, MetricLabels const& labels) const;

 private:
  MetricFamily& family(std::string_view name, std::string_view help, MetricType type);
  std::vector<MetricFamily> families_;
};

/// A duration in seconds, for a gauge.
inline double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace seams
