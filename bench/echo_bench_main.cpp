// echo-bench: how many Echoes, how fast, at what cost.
//
//   create, scale, delete   a fleet of Echoes created, scaled and deleted at one instant each, until all has settled:
//                           reconciles and API calls per second of real time, API calls per Echo
//   memory                  bytes of heap per settled Echo: cache, queue, server, history and all
//
// and at the end, for each, the growth exponent: 1 means that ten times the Echoes take ten times the time.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <string>

#include "bench/fleet.hpp"
#include "sim/echo_definition.hpp"

namespace {

constexpr std::uint32_t small = 1'000;
constexpr std::uint32_t large = 10'000;

// Seconds by benchmark and size, for the growth exponent.
std::map<std::string, std::map<std::int64_t, double>>& measured() {
  static std::map<std::string, std::map<std::int64_t, double>> all;
  return all;
}

void count(benchmark::State& state, char const* name, bench::Fleet const& fleet, std::uint64_t reconciles,
           std::uint64_t calls, double seconds) {
  double const echoes = static_cast<double>(fleet.size());
  state.SetIterationTime(seconds);
  state.counters["reconciles/s"] = static_cast<double>(reconciles) / seconds;
  state.counters["calls/Echo"] = static_cast<double>(calls) / echoes;
  state.counters["Echoes/s"] = echoes / seconds;
  auto& best = measured()[name][state.range(0)];
  if (best == 0 || seconds < best) best = seconds;
}

template <class Prepare, class Act>
void fleet_benchmark(benchmark::State& state, char const* name, Prepare prepare, Act act) {
  auto const scene = sim::standard_scene();
  for (auto _ : state) {
    bench::Fleet fleet(scene, static_cast<std::uint32_t>(state.range(0)));
    prepare(fleet);
    auto const reconciles = fleet.reconciles();
    auto const calls = fleet.operator_calls();
    auto const began = std::chrono::steady_clock::now();
    act(fleet);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    count(state, name, fleet, fleet.reconciles() - reconciles, fleet.operator_calls() - calls, seconds);
  }
}

void create(benchmark::State& state) {
  fleet_benchmark(state, "create", [](bench::Fleet&) {}, [](bench::Fleet& fleet) { fleet.create_all(2); });
}

void scale(benchmark::State& state) {
  fleet_benchmark(
      state, "scale", [](bench::Fleet& fleet) { fleet.create_all(2); },
      [](bench::Fleet& fleet) { fleet.scale_all(3); });
}

void delete_(benchmark::State& state) {
  fleet_benchmark(
      state, "delete", [](bench::Fleet& fleet) { fleet.create_all(2); },
      [](bench::Fleet& fleet) { fleet.delete_all(); });
}

void memory(benchmark::State& state) {
  auto const scene = sim::standard_scene();
  for (auto _ : state) {
    malloc_trim(0);
    auto const before = mallinfo2().uordblks;
    bench::Fleet fleet(scene, static_cast<std::uint32_t>(state.range(0)));
    fleet.create_all(2);
    auto const bytes = static_cast<double>(mallinfo2().uordblks - before);
    state.counters["bytes/Echo"] = bytes / static_cast<double>(state.range(0));
    auto& most = measured()["memory"][state.range(0)];
    most = std::max(most, bytes);
  }
}

void print_growth() {
  std::printf("\n%-10s %s\n", "benchmark", "growth exponent (1: in proportion to the number of Echoes)");
  for (auto const& [name, by_size] : measured()) {
    auto const a = by_size.find(small);
    auto const b = by_size.find(large);
    if (a == by_size.end() || b == by_size.end()) continue;
    std::printf("%-10s %.2f\n", name.c_str(),
                std::log(b->second / a->second) / std::log(static_cast<double>(large) / small));
  }
}

}  // namespace

BENCHMARK(create)->Arg(small)->Arg(large)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(1);
BENCHMARK(scale)->Arg(small)->Arg(large)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(1);
BENCHMARK(delete_)->Name("delete")->Arg(small)->Arg(large)->UseManualTime()->Unit(benchmark::kMillisecond)->MinTime(1);
BENCHMARK(memory)->Arg(small)->Arg(large)->Iterations(1)->Unit(benchmark::kMillisecond);

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  print_growth();
  return 0;
}
