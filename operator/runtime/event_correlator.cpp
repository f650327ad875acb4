#include "operator/runtime/event_correlator.hpp"

#include <algorithm>

namespace runtime {

namespace {

constexpr std::string_view combined_prefix = "(combined from similar events): ";

/// Parts cannot run into each other: none has a zero byte.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (auto const part : parts) {
    text += part;
    text += '\0';
  }
  return text;
}

std::string name_of(EventNote const& note, seams::WallTime wall, std::uint64_t number) {
  constexpr std::size_t most_of_the_name = 236;  // names of Events have at most 253 characters
  std::string name = note.key.name.substr(0, most_of_the_name);
  // What was cut may end in a character that must not stand before a dot.
  while (!name.empty() && (name.back() == '.' || name.back() == '-')) name.pop_back();
  name += '.';
  auto const stamp = static_cast<std::uint64_t>(wall.time_since_epoch().count()) + number;
  for (int shift = 60; shift >= 0; shift -= 4) name += "0123456789abcdef"[(stamp >> shift) & 0xfU];
  return name;
}

}  // namespace

std::string_view cut_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

EventCorrelator::EventCorrelator(EventLimits const& limits)
    : limits_(limits), similar_(limits.most_objects), told_(limits.most_objects), allowances_(limits.most_objects) {}

EventCorrelator::Decision EventCorrelator::decide(EventNote const& note, seams::MonotonicTime now,
                                                  seams::WallTime wall) {
  std::string const object = joined({note.api_version, note.kind, note.key.namespace_, note.key.name, note.uid});
  std::string const group = object + joined({note.warning ? "Warning" : "Normal", note.reason});

  Decision decision;
  decision.message = cut_text(note.message, limits_.message_bytes);
  decision.event = group + "=" + decision.message;
  auto const [similar, fresh] = similar_.use(group);
  if (now - similar.last > limits_.similar_window) similar.messages.clear();
  similar.last = now;
  similar.messages.insert(decision.message);
  if (similar.messages.size() >= limits_.similar) {
    similar.messages.erase(decision.message);  // so that it stays at the limit and does not grow
    decision.combined = true;
    decision.event = group;
    decision.message = std::string(combined_prefix) +
                       std::string(cut_text(note.message, limits_.message_bytes - combined_prefix.size()));
  }

  auto const [told, unheard] = told_.use(decision.event);
  if (unheard) told.first = wall;
  decision.count = ++told.count;
  decision.first = told.first;
  decision.last = wall;
  if (is_spam(object, now)) return decision;
  decision.kind = told.name.empty() ? Decision::Kind::create : Decision::Kind::count;
  if (told.name.empty()) told.name = name_of(note, wall, named_++);
  decision.name = told.name;
  return decision;
}

bool EventCorrelator::is_spam(std::string const& object, seams::MonotonicTime now) {
  auto const [allowance, fresh] = allowances_.use(object);
  auto const from = fresh ? now : std::max(allowance.spent_until, now);
  if (from - now > limits_.refill * (limits_.burst - 1)) return true;
  allowance.spent_until = from + limits_.refill;
  return false;
}

}  // namespace runtime
