// The operator as it ships, in a simulated process: one incarnation between two crashes.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "fakeapi/store/log.hpp"
#include "operator/echo/operator.hpp"
#include "operator/seams/log.hpp"
#include "operator/seams/random.hpp"
#include "sim/process.hpp"
#include "sim/tape.hpp"
#include "sim/trace.hpp"

namespace sim {

/// The operator's random numbers, from the tape. Coarse on purpose: 64 steps are enough jitter, and shrink well.
class TapeRandom final : public seams::Random {
 public:
  TapeRandom(Tape& tape, std::uint16_t place, std::uint16_t incarnation)
      : choices_(tape, Stream::operator_random, place, incarnation) {}
  std::uint64_t below(std::uint64_t bound, seams::RandomUse use) override;

 private:
  ChoiceSource choices_;
};

/// The operator's log lines, into the trace.
class TraceLog final : public seams::Log {
 public:
  TraceLog(Scheduler const& scheduler, Trace* trace, std::string who)
      : scheduler_(scheduler), trace_(trace), who_(std::move(who)) {}
  bool enabled(seams::LogLevel) const override { return trace_ != nullptr; }
  void write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) override;

 private:
  Scheduler const& scheduler_;
  Trace* trace_;
  std::string who_;
};

/// Whose place it is, and which of its incarnations.
struct OperatorIdentity {
  fakeapi::Actor actor;
  std::uint16_t place;
  std::uint16_t incarnation;
};

class OperatorIncarnation {
 public:
  /// Makes the process's client of the API, owned by the process.
  using MakeApi = std::function<api::Api&(Process& process, seams::Environment const& environment)>;
  OperatorIncarnation(Scheduler& scheduler, MakeApi const& make_api, OperatorIdentity identity, Tape& tape,
                      ClockMapping clock, echo::OperatorOptions const& options, Trace* trace);

  void start() { operator_.start(); }
  Process& process() { return process_; }
  echo::Operator const& subject() const { return operator_; }
  /// Exceptions that reconciles and informers have let out; not after the process was killed.
  std::uint64_t exceptions() const { return operator_.exceptions(); }
  std::uint64_t reconciles() const { return operator_.reconciles(); }

 private:
  TapeRandom random_;
  TraceLog log_;
  Process process_;
  seams::Environment environment_;
  api::Api& api_;
  echo::Operator& operator_;
};

}  // namespace sim
