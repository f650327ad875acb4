// An order of chance that is the same in every run.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace fakeapi {

/// Puts a list into an order that follows from `seed` and `salt`.
template <class T>
void shuffle(std::vector<T>& list, std::uint64_t seed, std::uint64_t salt) {
  std::uint64_t state = seed ^ (salt * 0x9e3779b97f4a7c15ULL);
  for (std::size_t left = list.size(); left > 1; --left) {
    // splitmix64
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t draw = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ULL;
    draw = (draw ^ (draw >> 27)) * 0x94d049bb133111ebULL;
    std::swap(list[left - 1], list[(draw ^ (draw >> 31)) % left]);
  }
}

}  // namespace fakeapi
