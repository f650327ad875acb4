#include "sim/batch.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>

namespace sim {

namespace {

std::uint64_t median(std::vector<std::uint64_t>& values) {
  if (values.empty()) return 0;
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string fixed(double value) {
  std::array<char, 64> text{};
  auto const [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 3);
  return error == std::errc() ? std::string(text.data(), end) : "0";
}

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::value(text)); }

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 16> text{};
  auto const [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, 16);
  std::string const digits(text.data(), error == std::errc() ? end : text.data());
  return "0x" + std::string(16 - digits.size(), '0') + digits;
}

}  // namespace

BatchResult run_batch(Scene const& scene, BatchOptions const& options,
                      std::function<void(BatchResult const& so_far)> const& progress) {
  BatchResult batch;
  Scheduler scheduler;
  Digest digest;
  std::vector<std::uint64_t> requests;
  std::vector<std::uint64_t> operator_requests;
  requests.reserve(options.runs);
  operator_requests.reserve(options.runs);
  for (std::uint64_t index = 0; index < options.runs; ++index) {
    auto const seed = seed_of_run(options.seed, index);
    RunResult result = run_seed(scheduler, scene, seed, options.echoes, nullptr, options.without, options.profile);
    ++batch.runs;
    batch.requests += result.requests;
    batch.turns += result.turns;
    batch.operator_requests += result.operator_requests;
    requests.push_back(result.requests);
    operator_requests.push_back(result.operator_requests);
    batch.virtual_time += result.virtual_time;
    batch.least_lifecycle_changes =
        index == 0 ? result.lifecycle_changes : std::min(batch.least_lifecycle_changes, result.lifecycle_changes);
    for (unsigned kind = 0; kind < fault_kind_count; ++kind) {
      batch.injected.injected[kind] += result.faults.injected[kind];
      if (result.faults.injected[kind] != 0) ++batch.runs_with[kind];
    }
    for (unsigned point = 0; point < fakeapi::hook_point_count; ++point) {
      for (unsigned verb = 0; verb < api::verb_count; ++verb) {
        batch.injected.crashes[point][verb] += result.faults.crashes[point][verb];
      }
    }
    digest.add(result.digest);
    if (result.failure) batch.failures.push_back({index, seed, std::move(*result.failure)});
    if (progress) progress(batch);
    if (batch.failures.size() >= options.most_failures) break;
  }
  batch.median_requests = median(requests);
  batch.median_operator_requests = median(operator_requests);
  batch.digest = digest.value();
  return batch;
}

std::string to_json(BatchResult const& result, BatchOptions const& options, double wall_seconds) {
  double const runs = static_cast<double>(result.runs);
  std::string text = "{\n";
  text += "  \"seed\": " + std::to_string(options.seed) + ",\n";
  text += "  \"echoes\": " + std::to_string(options.echoes) + ",\n";
  text += "  \"operators\": " + std::to_string(options.profile.operators) + ",\n";
  text += std::string("  \"http\": ") + (options.profile.http ? "true" : "false") + ",\n";
  text += "  \"runs\": " + std::to_string(result.runs) + ",\n";
  text += "  \"failures\": " + std::to_string(result.failures.size()) + ",\n";
  text += "  \"virtual_s\": " + fixed(std::chrono::duration<double>(result.virtual_time).count()) + ",\n";
  text += "  \"wall_s\": " + fixed(wall_seconds) + ",\n";
  text += "  \"runs_per_s\": " + fixed(wall_seconds > 0 ? runs / wall_seconds : 0) + ",\n";
  text += "  \"calls\": " + std::to_string(result.requests) + ",\n";
  text += "  \"calls_median\": " + std::to_string(result.median_requests) + ",\n";
  text += "  \"operator_calls\": " + std::to_string(result.operator_requests) + ",\n";
  text += "  \"operator_calls_median\": " + std::to_string(result.median_operator_requests) + ",\n";
  text += "  \"turns\": " + std::to_string(result.turns) + ",\n";
  text += "  \"lifecycle_changes_least\": " + std::to_string(result.least_lifecycle_changes) + ",\n";
  text += "  \"faults\": {\n";
  for (unsigned kind = 0; kind < fault_kind_count; ++kind) {
    text += "    " + quoted(to_string(static_cast<FaultKind>(kind))) +
            ": {\"injected\": " + std::to_string(result.injected.injected[kind]) +
            ", \"runs\": " + std::to_string(result.runs_with[kind]) + (kind + 1 < fault_kind_count ? "},\n" : "}\n");
  }
  text += "  },\n  \"crashes\": {\n";
  for (unsigned point = 0; point < fakeapi::hook_point_count; ++point) {
    text += "    " + quoted(to_string(static_cast<FaultKind>(point))) + ": {";
    bool first = true;
    for (unsigned verb = 0; verb < api::verb_count; ++verb) {
      if (!used_by_the_operator(static_cast<api::Verb>(verb))) continue;
      text += std::string(first ? "" : ", ") + quoted(api::to_string(static_cast<api::Verb>(verb))) + ": " +
              std::to_string(result.injected.crashes[point][verb]);
      first = false;
    }
    text += point + 1 < fakeapi::hook_point_count ? "},\n" : "}\n";
  }
  text += "  },\n  \"failed\": [";
  bool first = true;
  for (auto const& failed : result.failures) {
    text += std::string(first ? "" : ",") + "\n    {\"run\": " + std::to_string(failed.index) +
            ", \"run_seed\": " + quoted(hexadecimal(failed.run_seed)) +
            ", \"invariant\": " + quoted(failed.failure.invariant) +
            ", \"exit_code\": " + std::to_string(static_cast<int>(failed.failure.failure_class)) +
            ", \"what\": " + quoted(failed.failure.what) + "}";
    first = false;
  }
  text += result.failures.empty() ? "],\n" : "\n  ],\n";
  text += "  \"digest\": " + quoted(hexadecimal(result.digest)) + "\n}\n";
  return text;
}

int exit_code(BatchResult const& result) {
  return result.failures.empty() ? 0 : static_cast<int>(result.failures.front().failure.failure_class);
}

}  // namespace sim
