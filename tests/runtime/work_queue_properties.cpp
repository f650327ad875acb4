// The work queue against a naive model, over random sequences of commands with time.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <vector>

#include "operator/runtime/work_queue.hpp"
#include "operator/seams/quiet.hpp"

namespace {
using namespace std::chrono_literals;
using runtime::Cause;
using runtime::Causes;
using Time = seams::MonotonicTime;

constexpr int key_count = 4;
api::ObjectKey key_of(int i) { return {"ns", "k" + std::to_string(i)}; }

/// One key as the documentation describes it, with nothing clever.
struct ModelKey {
  enum { out, waiting, in_flight, parked } place = out;
  bool wanted = false;
  Time at{};
  int order = 0;  // among equal times
  int failures = 0;
  Time retry_at = Time::min();
  Time not_before = Time::min();
  bool early = false;
  Causes causes;
  Causes taken;
};

struct Model {
  Time now = Time(1000s);
  int next_order = 0;
  ModelKey keys[key_count];

  void add(int i, Cause cause, Time at) {
    ModelKey& k = keys[i];
    k.causes.add(cause);
    if (k.not_before > at) at = k.not_before;
    if (k.wanted && k.at <= at) return;
    k.wanted = true;
    k.at = at;
    k.order = next_order++;
    if (k.place == ModelKey::out) k.place = ModelKey::waiting;
  }
  int first() const {
    int best = -1;
    for (int i = 0; i < key_count; ++i) {
      if (keys[i].place != ModelKey::waiting) continue;
      if (best < 0 || keys[i].at < keys[best].at || (keys[i].at == keys[best].at && keys[i].order < keys[best].order)) {
        best = i;
      }
    }
    return best;
  }
  int ready() const {
    int const i = first();
    return i >= 0 && keys[i].at <= now ? i : -1;
  }
  void take(int i) {
    ModelKey& k = keys[i];
    k.place = ModelKey::in_flight;
    k.wanted = false;
    k.early = now < k.retry_at;
    k.not_before = Time::min();
    k.taken = k.causes;
    k.causes = {};
  }
  void leave(int i) { keys[i].place = keys[i].wanted ? ModelKey::waiting : ModelKey::out; }
  static seams::Duration wait(int failures) {
    double ms = 5;
    for (int n = 1; n < failures; ++n) ms *= 2;
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(ms, 300'000.0)));
  }
};

struct Sut {
  seams::NoRandom random;
  runtime::WorkQueue queue{random, {}};
};

using Command = rc::state::Command<Model, Sut>;

void agree(Model const& after, Sut& sut) {
  int const first = after.first();
  RC_ASSERT(sut.queue.next_ready_at() == (first < 0 ? seams::never : after.keys[first].at));
  std::size_t waiting = 0;
  for (int i = 0; i < key_count; ++i) {
    if (after.keys[i].place == ModelKey::waiting) ++waiting;
    RC_ASSERT(sut.queue.failures(key_of(i)) == static_cast<unsigned>(after.keys[i].failures));
  }
  RC_ASSERT(sut.queue.length() == waiting);
}

struct Add : Command {
  int key = *rc::gen::inRange(0, key_count);
  int delay_ms = *rc::gen::element(0, 0, 0, 1, 3, 10, 1000);
  Cause cause = *rc::gen::element(Cause::created, Cause::updated, Cause::owned);
  void apply(Model& m) const override { m.add(key, cause, m.now + std::chrono::milliseconds(delay_ms)); }
  void run(Model const& m, Sut& sut) const override {
    if (delay_ms == 0) {
      sut.queue.add(key_of(key), cause, m.now);
    } else {
      sut.queue.add_at(key_of(key), cause, m.now + std::chrono::milliseconds(delay_ms));
    }
    agree(nextState(m), sut);
  }
  void show(std::ostream& os) const override { os << "add(" << key << ", +" << delay_ms << "ms)"; }
};

struct Pass : Command {
  int ms = *rc::gen::element(1, 2, 5, 20, 500, 400'000);
  void apply(Model& m) const override { m.now += std::chrono::milliseconds(ms); }
  void run(Model const& m, Sut& sut) const override { agree(nextState(m), sut); }
  void show(std::ostream& os) const override { os << "pass(" << ms << "ms)"; }
};

struct Take : Command {
  void apply(Model& m) const override {
    if (int const i = m.ready(); i >= 0) m.take(i);
  }
  void run(Model const& m, Sut& sut) const override {
    int const expected = m.ready();
    auto const taken = sut.queue.take(m.now);
    RC_ASSERT(taken.has_value() == (expected >= 0));
    if (taken) {
      RC_ASSERT(taken->key.name == key_of(expected).name);
      RC_ASSERT(taken->causes == m.keys[expected].causes);
    }
    agree(nextState(m), sut);
  }
  void show(std::ostream& os) const override { os << "take"; }
};

/// One of the ways in which a key comes back.
struct Back : Command {
  int key = *rc::gen::inRange(0, key_count);
  int how = *rc::gen::element(0, 1, 2, 2, 2, 3);
  void checkPreconditions(Model const& m) const override { RC_PRE(m.keys[key].place == ModelKey::in_flight); }
  void apply(Model& m) const override {
    ModelKey& k = m.keys[key];
    if (how == 0) {
      k.failures = 0;
      k.retry_at = Time::min();
    } else if (how == 2) {
      if (!k.early) ++k.failures;
      if (k.retry_at <= m.now) k.retry_at = m.now + Model::wait(k.failures);
      m.add(key, Cause::retried, k.retry_at);
    } else if (how == 3) {
      k.wanted = false;
      k.not_before = m.now + 50ms;
      m.add(key, Cause::throttled, k.not_before);
    }
    m.leave(key);
  }
  void run(Model const& m, Sut& sut) const override {
    if (how == 0) sut.queue.succeeded(key_of(key));
    if (how == 1) sut.queue.released(key_of(key));
    if (how == 2) sut.queue.failed(key_of(key), m.now);
    if (how == 3) sut.queue.throttled(key_of(key), m.now + 50ms);
    agree(nextState(m), sut);
  }
  void show(std::ostream& os) const override { os << "back(" << key << ", how " << how << ")"; }
};

struct TakeAndPark : Command {
  void checkPreconditions(Model const& m) const override { RC_PRE(m.ready() >= 0); }
  void apply(Model& m) const override {
    ModelKey& k = m.keys[m.ready()];
    k.place = ModelKey::parked;
    k.not_before = Time::min();
  }
  void run(Model const& m, Sut& sut) const override {
    auto const taken = sut.queue.take(m.now);
    RC_ASSERT(taken.has_value());
    sut.queue.park(taken->key);
    agree(nextState(m), sut);
  }
  void show(std::ostream& os) const override { os << "take and park"; }
};

struct Unpark : Command {
  int key = *rc::gen::inRange(0, key_count);
  void apply(Model& m) const override {
    if (m.keys[key].place == ModelKey::parked) m.keys[key].place = ModelKey::waiting;
  }
  void run(Model const& m, Sut& sut) const override {
    sut.queue.unpark(key_of(key));
    agree(nextState(m), sut);
  }
  void show(std::ostream& os) const override { os << "unpark(" << key << ")"; }
};

RC_GTEST_PROP(WorkQueueProperties, does_what_the_naive_model_does, ()) {
  Sut sut;
  rc::state::check(Model(), sut,
                   rc::state::gen::execOneOfWithArgs<Add, Add, Pass, Take, Take, Back, Back, TakeAndPark, Unpark>());
}

}  // namespace
