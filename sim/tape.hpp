// Every choice of a simulation, drawn from a seed and recorded, or played back.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// Kinds of choices. Each stream is drawn on its own, so that removing a fault reshuffles nothing else.
enum class Stream : std::uint8_t {
  swarm,
  workload,
  faults,
  latency,
  watch,
  controllers,
  operator_random,
  restart,
  frontends,
  wire
};
inline constexpr unsigned stream_count = 10;

/// Names one choice: nothing else decides its value.
struct ChoiceKey {
  Stream stream = Stream::swarm;
  std::uint16_t actor = 0;
  std::uint16_t incarnation = 0;
  std::uint16_t site = 0;
  std::uint32_t ordinal = 0;  ///< how many choices were made at this place before

  /// All of it in one number.
  std::uint64_t packed() const;
  friend auto operator<=>(ChoiceKey const&, ChoiceKey const&) = default;
};

struct Choice {
  ChoiceKey key;
  std::uint32_t value = 0;
  friend auto operator<=>(Choice const&, Choice const&) = default;
};

/// The source of all choices of one run. 0 is always the boring outcome: no fault, least delay, oldest first.
class Tape {
 public:
  /// Draws each choice from a counter-based hash of (seed, key).
  static Tape from_seed(std::uint64_t seed);
  /// Plays choices back: one that is absent is 0, one that is too large is clamped to the largest allowed.
  static Tape of(std::vector<Choice> choices);

  /// A number in [0, bound), each equally likely.
  std::uint32_t uniform(ChoiceKey const& key, std::uint32_t bound);
  /// 0, except in `chances` of 65,536 cases a number in [1, bound), each equally likely. `bound` is at least 2.
  std::uint32_t rare(ChoiceKey const& key, std::uint32_t chances, std::uint32_t bound);

  /// The choices so far that were not 0, in the order they were drawn.
  std::vector<Choice> const& recorded() const { return recorded_; }

  /// One line of text, and back. Nothing for a text that is none.
  static std::string to_text(std::vector<Choice> const& choices);
  static bool from_text(std::string_view text, std::vector<Choice>& choices);

 private:
  std::uint32_t played(ChoiceKey const& key, std::uint32_t bound);
  std::uint32_t record(ChoiceKey const& key, std::uint32_t value) {
    if (value != 0) recorded_.push_back({key, value});
    return value;
  }

  bool playing_ = false;
  std::uint64_t seed_ = 0;
  std::map<std::uint64_t, std::uint32_t> choices_;
  std::vector<Choice> recorded_;
};

/// The choices of one stream of one incarnation of one actor: keeps the ordinals.
class ChoiceSource {
 public:
  ChoiceSource(Tape& tape, Stream stream, std::uint16_t actor, std::uint16_t incarnation)
      : tape_(&tape), stream_(stream), actor_(actor), incarnation_(incarnation) {}

  std::uint32_t uniform(unsigned site, std::uint32_t bound) { return tape_->uniform(next(site), bound); }
  std::uint32_t rare(unsigned site, std::uint32_t chances, std::uint32_t bound) {
    return tape_->rare(next(site), chances, bound);
  }

 private:
  ChoiceKey next(unsigned site) {
    if (site >= ordinals_.size()) ordinals_.resize(site + 1);
    return {stream_, actor_, incarnation_, static_cast<std::uint16_t>(site), ordinals_[site]++};
  }
  Tape* tape_;
  Stream stream_;
  std::uint16_t actor_;
  std::uint16_t incarnation_;
  std::vector<std::uint32_t> ordinals_;
};

}  // namespace sim
