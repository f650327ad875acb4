// operator new of the simulators, which this program is linked with.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace {

struct Block {
  unsigned char* at;
  std::size_t bytes;
  unsigned char filled_with;
};

// Sizes around every border between two ways of keeping a block.
std::size_t some_size(std::uint32_t& state) {
  constexpr std::size_t borders[] = {0, 1, 15, 16, 17, 1008, 1023, 1024, 1025, 1536, 1537, 8191, 8192, 8193, 70'000};
  state = state * 1664525 + 1013904223;
  std::uint32_t const draw = state >> 8;
  return draw % 3 == 0 ? borders[draw / 3 % std::size(borders)] : draw / 3 % 2000;
}

bool is_untouched(Block const& block) {
  return std::all_of(block.at, block.at + block.bytes, [&](unsigned char byte) { return byte == block.filled_with; });
}

// Makes and frees blocks in an order of chance, each filled with a byte of its own.
void make_and_free(std::uint32_t seed, std::vector<Block>& kept) {
  std::uint32_t state = seed;
  for (int step = 0; step < 20'000; ++step) {
    std::size_t const bytes = some_size(state);
    Block block{static_cast<unsigned char*>(::operator new(bytes)), bytes, static_cast<unsigned char>(step)};
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block.at) % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0U);
    std::memset(block.at, block.filled_with, bytes);
    kept.push_back(block);
    if (kept.size() < 500) continue;
    std::swap(kept[state % kept.size()], kept.back());
    ASSERT_TRUE(is_untouched(kept.back())) << kept.back().bytes;
    if (step % 2 == 0) {
      ::operator delete(kept.back().at);
    } else {
      ::operator delete(kept.back().at, kept.back().bytes);
    }
    kept.pop_back();
  }
}

TEST(OperatorNew, gives_aligned_blocks_that_do_not_overlap) {
  std::vector<Block> kept;
  make_and_free(1, kept);
  for (auto const& block : kept) {
    EXPECT_TRUE(is_untouched(block)) << block.bytes;
    ::operator delete(block.at);
  }
}

TEST(OperatorNew, gives_the_last_freed_block_of_a_size_first) {
  void* const first = ::operator new(100);
  ::operator delete(first);
  void* const second = ::operator new(105);  // both are blocks of 112 bytes
  EXPECT_EQ(first, second);
  ::operator delete(second);
}

TEST(OperatorNew, lets_one_thread_free_what_another_has_made) {
  constexpr std::uint32_t threads = 4;
  std::vector<std::vector<Block>> kept(threads);
  {
    std::vector<std::jthread> makers;
    for (std::uint32_t i = 0; i < threads; ++i) makers.emplace_back([&kept, i] { make_and_free(i, kept[i]); });
  }
  std::vector<std::jthread> freers;
  for (std::uint32_t i = 0; i < threads; ++i) {
    freers.emplace_back([&blocks = kept[(i + 1) % threads]] {
      for (auto const& block : blocks) {
        EXPECT_TRUE(is_untouched(block));
        ::operator delete(block.at);
      }
      std::vector<Block> own;
      make_and_free(99, own);
      for (auto const& block : own) ::operator delete(block.at);
    });
  }
}

TEST(OperatorNew, frees_null) {
  void* nothing = nullptr;
  ::operator delete(nothing);
}

}  // namespace
