#include "sim/operator_incarnation.hpp"

#include <algorithm>

#include "sim/invariants.hpp"

namespace sim {

std::uint64_t TapeRandom::below(std::uint64_t bound, seams::RandomUse use) {
  constexpr std::uint64_t steps = 64;
  auto const site = static_cast<unsigned>(use);
  if (bound <= steps) return choices_.uniform(site, static_cast<std::uint32_t>(bound));
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(bound) *
                                    choices_.uniform(site, static_cast<std::uint32_t>(steps)) / steps);
}

void TraceLog::write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) {
  static constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};
  std::string text = "log " + std::string(levels.at(static_cast<std::size_t>(level))) + ": " + std::string(message);
  for (auto const& field : fields) {
    text += ' ' + std::string(field.key) + '=';
    if (auto const* number = std::get_if<std::int64_t>(&field.value)) {
      text += std::to_string(*number);
    } else {
      text += std::get<std::string_view>(field.value);
    }
  }
  trace_->line(scheduler_.now(), who_, text);
}

OperatorIncarnation::OperatorIncarnation(Scheduler& scheduler, MakeApi const& make_api, OperatorIdentity identity,
                                         Tape& tape, ClockMapping clock, echo::OperatorOptions const& options,
                                         Trace* trace)
    : random_(tape, identity.place, identity.incarnation),
      log_(scheduler, trace, Cast::name(identity.actor)),
      process_(scheduler, Cast::name(identity.actor), clock),
      environment_{process_.executor(), process_.clock(), random_, log_},
      api_(make_api(process_, environment_)),
      operator_(process_.own<echo::Operator>(environment_, api_, options)) {}

}  // namespace sim
