// operator new and delete of programs that simulate, which make and free some thousand small blocks a run.
//
// Small blocks come from one reserved stretch of address space, cut into spans of blocks of one size; freed ones go to
// a list by size, last in first out, so that the next one is still in the cache. Each thread has lists of its own; a
// block that another thread frees changes over to it. Memory of small blocks is never given back. Large blocks, and all
// when the stretch is used up or cannot be had, come from malloc().
//
// Linked into programs only, never with a sanitizer, which brings its own.
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace {

// Sizes of blocks: 16, 32, … 1024 bytes, then 1536, 2048, … 8192. They are known by their place in this order, from 1.
constexpr std::size_t granule = 16;
constexpr std::size_t small_count = 64;
constexpr std::size_t largest_small = small_count * granule;
constexpr std::size_t coarse_granule = 512;
constexpr std::size_t largest = 8192;
constexpr std::size_t size_count = 1 + small_count + (largest - largest_small) / coarse_granule;

constexpr std::size_t size_for(std::size_t bytes) {
  if (bytes <= largest_small) return bytes == 0 ? 1 : (bytes + granule - 1) / granule;
  return small_count + (bytes - largest_small + coarse_granule - 1) / coarse_granule;
}
constexpr std::size_t bytes_of(std::size_t size) {
  return size <= small_count ? size * granule : largest_small + (size - small_count) * coarse_granule;
}
static_assert(size_for(1) == 1 && bytes_of(size_for(largest_small)) == largest_small);
static_assert(bytes_of(size_for(largest_small + 1)) == 1536 && size_for(largest) == size_count - 1);

constexpr std::size_t span_bytes = std::size_t{1} << 16;
constexpr std::size_t stretch_bytes = std::size_t{1} << 34;
constexpr std::size_t span_count = stretch_bytes / span_bytes;

struct Free {
  Free* next;
};

// What is freed by one thread, by size.
constinit thread_local std::array<Free*, size_count> free_blocks{};
// The rest of the span that the thread cuts up for a size.
struct Rest {
  std::byte* at;
  std::byte* end;
};
constinit thread_local std::array<Rest, size_count> rests{};

// Where the stretch begins. Every address is far from these two: it has not been needed yet, or cannot be had.
constexpr std::uintptr_t none_yet = std::uintptr_t{1} << 63;
constexpr std::uintptr_t none = none_yet + 1;
constinit std::atomic<std::uintptr_t> stretch{none_yet};
constinit std::atomic<std::size_t> spans_used{0};
constinit std::array<std::uint8_t, span_count> size_of_span{};

std::uintptr_t reserve_stretch() noexcept {
  void* const made =
      mmap(nullptr, stretch_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  std::uintptr_t expected = none_yet;
  auto const mine = made == MAP_FAILED ? none : reinterpret_cast<std::uintptr_t>(made);
  if (stretch.compare_exchange_strong(expected, mine)) return mine;
  if (made != MAP_FAILED) munmap(made, stretch_bytes);  // another thread was first
  return expected;
}

[[gnu::noinline]] void* from_malloc(std::size_t bytes) {
  for (;;) {
    if (void* const made = std::malloc(bytes)) return made;
    auto const handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

// A block from the rest of a span, or of a new one.
[[gnu::noinline]] void* cut(std::size_t size) {
  Rest& rest = rests[size];
  if (rest.at == rest.end) {
    std::uintptr_t base = stretch.load(std::memory_order_relaxed);
    if (base == none_yet) base = reserve_stretch();
    if (base == none) return from_malloc(bytes_of(size));
    std::size_t const span = spans_used.fetch_add(1, std::memory_order_relaxed);
    if (span >= span_count) return from_malloc(bytes_of(size));
    size_of_span[span] = static_cast<std::uint8_t>(size);
    rest.at = reinterpret_cast<std::byte*>(base + span * span_bytes);
    rest.end = rest.at + span_bytes / bytes_of(size) * bytes_of(size);
  }
  void* const block = rest.at;
  rest.at += bytes_of(size);
  return block;
}

inline void* allocate(std::size_t bytes) {
  if (bytes > largest) [[unlikely]]
    return from_malloc(bytes);
  std::size_t const size = size_for(bytes);
  Free*& first = free_blocks[size];
  if (first == nullptr) [[unlikely]]
    return cut(size);
  return std::exchange(first, first->next);
}

inline void release(void* block) noexcept {
  auto const offset = reinterpret_cast<std::uintptr_t>(block) - stretch.load(std::memory_order_relaxed);
  if (offset >= stretch_bytes) [[unlikely]]
    return std::free(block);  // null among them
  Free*& first = free_blocks[size_of_span[offset / span_bytes]];
  auto* const freed = static_cast<Free*>(block);
  freed->next = first;
  first = freed;
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void operator delete(void* block) noexcept { release(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete[](void* block, std::size_t) noexcept { release(block); }
