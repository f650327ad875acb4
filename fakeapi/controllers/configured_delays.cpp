#include "fakeapi/controllers/configured_delays.hpp"

namespace fakeapi {

using std::chrono::milliseconds;

DelayTable::DelayTable() {
  auto const set = [this](DelayUse use, milliseconds least, milliseconds most) { (*this)[use] = {least, most}; };
  set(DelayUse::deployment_sync, milliseconds(5), milliseconds(10));
  set(DelayUse::pod_ready, milliseconds(700), milliseconds(1000));
  set(DelayUse::garbage_collection, milliseconds(20), milliseconds(500));
  set(DelayUse::watch, milliseconds(0), milliseconds(0));
  set(DelayUse::replica_set_sync, milliseconds(5), milliseconds(10));
  set(DelayUse::pod_scheduling, milliseconds(50), milliseconds(50));
  set(DelayUse::pod_pulling, milliseconds(250), milliseconds(350));
  set(DelayUse::pod_starting, milliseconds(400), milliseconds(600));
  set(DelayUse::pod_readiness, milliseconds(100), milliseconds(300));
  set(DelayUse::pod_stopping, milliseconds(300), milliseconds(500));
  set(DelayUse::pod_failing, milliseconds(1000), milliseconds(5000));
  set(DelayUse::pod_recovering, milliseconds(1000), milliseconds(5000));
  set(DelayUse::namespace_deletion, milliseconds(5000), milliseconds(5000));
  set(DelayUse::disruption_sync, milliseconds(5), milliseconds(10));
}

// splitmix64
std::uint64_t ConfiguredDelays::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

seams::Duration ConfiguredDelays::delay(DelayUse use) {
  DelayRange const& range = table_[use];
  if (range.most <= range.least) return range.least;
  auto const width = static_cast<std::uint64_t>((range.most - range.least).count()) + 1;
  return range.least + seams::Duration(static_cast<seams::Duration::rep>(next() % width));
}

std::uint32_t ConfiguredDelays::choose(DelayUse /*use*/, std::uint32_t bound) {
  return static_cast<std::uint32_t>(next() % bound);
}

}  // namespace fakeapi
