#include "operator/seams/metrics.hpp"

#include <algorithm>
#include <limits>

#include "operator/seams/check.hpp"

namespace seams {

void Histogram::observe(Duration duration) {
  auto const bound = std::ranges::lower_bound(bounds_, duration);
  ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
  sum_ += duration;
  ++count_;
}

MetricSample Histogram::sample(MetricLabels labels) const {
  MetricSample sample;
  sample.labels = std::move(labels);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    cumulative += counts_[i];
    double const bound = i < bounds_.size() ? in_seconds(bounds_[i]) : std::numeric_limits<double>::infinity();
    sample.buckets.push_back({bound, cumulative});
  }
  sample.sum = in_seconds(sum_);
  sample.count = count_;
  return sample;
}

MetricFamily& Metrics::family(std::string_view name, std::string_view help, MetricType type) {
  auto const found = std::ranges::find(families_, name, &MetricFamily::name);
  if (found == families_.end())
    return families_.emplace_back(MetricFamily{std::string(name), std::string(help), type, {}});
  check(found->type == type, "a metric is of one type");
  return *found;
}

void Metrics::counter(std::string_view name, std::string_view help, MetricLabels labels, std::uint64_t value) {
  counter(name, help, std::move(labels), static_cast<double>(value));
}
void Metrics::counter(std::string_view name, std::string_view help, MetricLabels labels, double value) {
  auto& sample = family(name, help, MetricType::counter).samples.emplace_back();
  sample.labels = std::move(labels);
  sample.value = value;
}
void Metrics::gauge(std::string_view name, std::string_view help, MetricLabels labels, double value) {
  auto& sample = family(name, help, MetricType::gauge).samples.emplace_back();
  sample.labels = std::move(labels);
  sample.value = value;
}
void Metrics::histogram(std::string_view name, std::string_view help, MetricLabels labels, Histogram const& histogram) {
  family(name, help, MetricType::histogram).samples.push_back(histogram.sample(std::move(labels)));
}

double Metrics::value(std::string_view name, MetricLabels const& labels) const {
  auto const found = std::ranges::find(families_, name, &MetricFamily::name);
  if (found == families_.end()) return -1;
  auto const sample = std::ranges::find(found->samples, labels, &MetricSample::labels);
  return sample == found->samples.end() ? -1 : sample->value;
}

}  // namespace seams
