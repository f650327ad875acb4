#include "sim/tape.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "operator/seams/check.hpp"
#include "sim/digest.hpp"

namespace sim {

std::uint64_t ChoiceKey::packed() const {
  // 4 + 10 + 12 + 12 + 26 bits; a run that needs more of any is one that its own limits would have ended.
  seams::check(actor < (1U << 10) && incarnation < (1U << 12) && site < (1U << 12) && ordinal < (1U << 26),
               "a choice key fits into 64 bits");
  return (static_cast<std::uint64_t>(stream) << 60) | (static_cast<std::uint64_t>(actor) << 50) |
         (static_cast<std::uint64_t>(incarnation) << 38) | (static_cast<std::uint64_t>(site) << 26) | ordinal;
}

Tape Tape::from_seed(std::uint64_t seed) {
  Tape tape;
  tape.seed_ = mix(seed);
  return tape;
}

Tape Tape::of(std::vector<Choice> choices) {
  Tape tape;
  tape.playing_ = true;
  for (auto const& choice : choices) tape.choices_[choice.key.packed()] = choice.value;
  return tape;
}

std::uint32_t Tape::played(ChoiceKey const& key, std::uint32_t bound) {
  auto const found = choices_.find(key.packed());
  return found == choices_.end() ? 0 : std::min(found->second, bound - 1);
}

namespace {
// Lemire's multiply-shift reduction; the bias is below bound / 2^32.
std::uint32_t reduce(std::uint64_t hash, std::uint32_t bound) {
  return static_cast<std::uint32_t>(((hash >> 32) * bound) >> 32);
}
}  // namespace

std::uint32_t Tape::uniform(ChoiceKey const& key, std::uint32_t bound) {
  seams::check(bound > 0, "a choice has at least one outcome");
  if (playing_) return record(key, played(key, bound));
  return record(key, reduce(mix(seed_ ^ mix(key.packed())), bound));
}

std::uint32_t Tape::rare(ChoiceKey const& key, std::uint32_t chances, std::uint32_t bound) {
  seams::check(bound > 1, "a rare choice has at least two outcomes");
  if (playing_) return record(key, played(key, bound));
  std::uint64_t const hash = mix(seed_ ^ mix(key.packed()));
  if ((hash & 0xffffU) >= chances) return 0;
  return record(key, 1 + reduce(mix(hash), bound - 1));
}

std::string Tape::to_text(std::vector<Choice> const& choices) {
  std::string text;
  for (auto const& choice : choices) {
    if (!text.empty()) text += ',';
    text += std::to_string(static_cast<unsigned>(choice.key.stream));
    for (std::uint32_t const part :
         {static_cast<std::uint32_t>(choice.key.actor), static_cast<std::uint32_t>(choice.key.incarnation),
          static_cast<std::uint32_t>(choice.key.site), choice.key.ordinal}) {
      text += '.';
      text += std::to_string(part);
    }
    text += '=' + std::to_string(choice.value);
  }
  return text;
}

bool Tape::from_text(std::string_view text, std::vector<Choice>& choices) {
  choices.clear();
  char const* at = text.data();
  char const* const end = at + text.size();
  while (at != end) {
    std::array<std::uint32_t, 6> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      auto const [next, error] = std::from_chars(at, end, parts[i]);
      if (error != std::errc()) return false;
      at = next;
      char const separator = i < 4 ? '.' : i == 4 ? '=' : ',';
      if (at == end) {
        if (i != 5) return false;
      } else if (*at++ != separator || (i == 5 && at == end)) {
        return false;
      }
    }
    constexpr std::array<std::uint32_t, 5> limits{stream_count, 1U << 10, 1U << 12, 1U << 12, 1U << 26};
    for (std::size_t i = 0; i < limits.size(); ++i) {
      if (parts[i] >= limits[i]) return false;
    }
    choices.push_back({{static_cast<Stream>(parts[0]), static_cast<std::uint16_t>(parts[1]),
                        static_cast<std::uint16_t>(parts[2]), static_cast<std::uint16_t>(parts[3]), parts[4]},
                       parts[5]});
  }
  return true;
}

}  // namespace sim
