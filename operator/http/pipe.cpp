#include "operator/http/pipe.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>

#include "operator/seams/check.hpp"
#include "operator/seams/gate.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
using seams::MonotonicTime;
using seams::StreamError;
using seams::StreamResult;
using Kind = StreamError::Kind;

std::unexpected<StreamError> error(Kind kind, std::string message) {
  return std::unexpected(StreamError{kind, std::move(message)});
}

/// How many calls in a row may succeed without a wait before the turn is given up.
constexpr int patience = 16;

/// The bytes that go one way. Times are those of the reader's clock.
struct Channel {
  enum class End : std::uint8_t { open, ended, reset };
  struct Segment {
    MonotonicTime arrives;
    std::string bytes;
    std::size_t read = 0;
  };

  Channel(seams::Clock& writer_clock, seams::Clock& reader_clock)
      : reader_time(reader_clock), writer(writer_clock), reader(reader_clock) {}

  MonotonicTime arrival(seams::Duration latency) {
    last_arrival = std::max(last_arrival, reader_time.now() + latency);
    return last_arrival;
  }
  void finish(End how, seams::Duration latency = seams::Duration(0)) {
    if (end != End::open) return;
    end = how;
    end_arrives = arrival(latency);
    reader.open();
    writer.open();
  }

  seams::Clock& reader_time;
  seams::Gate writer;
  seams::Gate reader;
  std::deque<Segment> segments;
  std::size_t under_way = 0;
  MonotonicTime last_arrival = MonotonicTime::min();
  End end = End::open;
  MonotonicTime end_arrives = MonotonicTime::min();
};

struct PipeState {
  PipeState(seams::Clock& first, seams::Clock& second, std::size_t capacity_, PipeHooks* hooks_)
      : capacity(capacity_), hooks(hooks_), forth(first, second), back(second, first) {}

  std::size_t capacity;
  PipeHooks* hooks;
  Channel forth;
  Channel back;
};

class PipeStream final : public seams::Stream {
 public:
  PipeStream(std::shared_ptr<PipeState> state, bool is_first, seams::Clock& clock, seams::Peer peer)
      : state_(std::move(state)),
        clock_(clock),
        out_(is_first ? state_->forth : state_->back),
        in_(is_first ? state_->back : state_->forth),
        out_direction_(is_first ? PipeDirection::first_to_second : PipeDirection::second_to_first),
        in_direction_(is_first ? PipeDirection::second_to_first : PipeDirection::first_to_second),
        peer_(std::move(peer)) {}
  ~PipeStream() override { PipeStream::close(); }

  asio::awaitable<StreamResult<std::size_t>> read_some(std::span<char> into, MonotonicTime deadline) override {
    seams::check(!into.empty(), "a read wants room for one byte at least");
    if (++without_wait_ > patience) {
      without_wait_ = 0;
      co_await seams::yield_turn();
    }
    for (;;) {
      if (failure_) co_return std::unexpected(*failure_);
      MonotonicTime const now = clock_.now();
      if (!in_.segments.empty() && in_.segments.front().arrives <= now) co_return take(into);
      if (in_.segments.empty() && in_.end != Channel::End::open && in_.end_arrives <= now) {
        if (in_.end == Channel::End::ended) co_return std::size_t{0};
        co_return fail(Kind::reset, "the connection was broken by the other side");
      }
      auto const woken = co_await in_.reader.wait(std::min(deadline, next_arrival()));
      without_wait_ = 0;
      if (woken == seams::Woken::cancelled) co_return error(Kind::cancelled, "the read was cancelled");
      if (woken == seams::Woken::deadline && clock_.now() >= deadline && !readable())
        co_return fail(Kind::timed_out, "nothing came in time");
    }
  }

  asio::awaitable<StreamResult<void>> write(std::string_view bytes, MonotonicTime deadline) override {
    if (failure_) co_return std::unexpected(*failure_);
    if (++without_wait_ > patience) {
      without_wait_ = 0;
      co_await seams::yield_turn();
    }
    auto const fate = state_->hooks == nullptr ? PipeHooks::Fate() : state_->hooks->on_write(out_direction_, bytes);
    bool const breaks = fate.reset || fate.arrives < bytes.size();
    bytes = bytes.substr(0, fate.arrives);
    while (!bytes.empty()) {
      if (failure_) co_return std::unexpected(*failure_);
      if (ended_) co_return error(Kind::closed, "this side has ended its stream");
      // What the other side sent before it broke the connection can still be read.
      if (out_.end != Channel::End::open) co_return error(Kind::reset, "the connection was broken by the other side");
      if (std::size_t const room = state_->capacity - out_.under_way; room > 0) {
        auto const piece = bytes.substr(0, room);
        out_.segments.push_back({out_.arrival(fate.latency), std::string(piece)});
        out_.under_way += piece.size();
        bytes.remove_prefix(piece.size());
        out_.reader.open();
        continue;
      }
      auto const woken = co_await out_.writer.wait(deadline);
      without_wait_ = 0;
      if (woken == seams::Woken::cancelled) co_return error(Kind::cancelled, "the write was cancelled");
      if (woken == seams::Woken::deadline && out_.under_way >= state_->capacity)
        co_return fail(Kind::timed_out, "the other side did not read in time");
    }
    if (breaks) {
      out_.finish(Channel::End::reset, fate.latency);
      in_.finish(Channel::End::reset, fate.latency);
    }
    co_return StreamResult<void>();
  }

  asio::awaitable<StreamResult<void>> end(MonotonicTime /*deadline*/) override {
    if (failure_) co_return std::unexpected(*failure_);
    ended_ = true;
    out_.finish(Channel::End::ended);
    co_return StreamResult<void>();
  }

  void close() noexcept override {
    if (!failure_) failure_ = StreamError{Kind::closed, "this side has closed the connection"};
    break_both();
  }

  seams::Peer const& peer() const override { return peer_; }

 private:
  std::size_t take(std::span<char> into) {
    auto& segment = in_.segments.front();
    std::size_t count = std::min(into.size(), segment.bytes.size() - segment.read);
    if (state_->hooks != nullptr)
      count = std::clamp(state_->hooks->on_read(in_direction_, count), std::size_t{1}, count);
    std::copy_n(segment.bytes.data() + segment.read, count, into.data());
    segment.read += count;
    in_.under_way -= count;
    if (segment.read == segment.bytes.size()) in_.segments.pop_front();
    in_.writer.open();
    return count;
  }

  MonotonicTime next_arrival() const {
    if (!in_.segments.empty()) return in_.segments.front().arrives;
    return in_.end == Channel::End::open ? seams::never : in_.end_arrives;
  }
  bool readable() const { return next_arrival() <= clock_.now(); }

  /// The connection is of no use any more, to either side.
  std::unexpected<StreamError> fail(Kind kind, std::string message) {
    if (!failure_) failure_ = StreamError{kind, std::move(message)};
    break_both();
    return std::unexpected(*failure_);
  }
  void break_both() {
    out_.finish(Channel::End::reset);
    in_.finish(Channel::End::reset);
    // What this side waits for will not come; what the other side still reads stays.
    in_.reader.open();
    out_.writer.open();
  }

  std::shared_ptr<PipeState> state_;
  seams::Clock& clock_;
  Channel& out_;
  Channel& in_;
  PipeDirection out_direction_;
  PipeDirection in_direction_;
  seams::Peer peer_;
  std::optional<StreamError> failure_;
  bool ended_ = false;
  int without_wait_ = 0;
};

}  // namespace

std::pair<std::unique_ptr<seams::Stream>, std::unique_ptr<seams::Stream>> make_pipe(seams::Clock& first,
                                                                                    seams::Clock& second,
                                                                                    PipeOptions options) {
  seams::check(options.capacity > 0, "a pipe holds one byte at least");
  auto const state = std::make_shared<PipeState>(first, second, options.capacity, options.hooks);
  return {std::make_unique<PipeStream>(state, true, first, std::move(options.first_sees)),
          std::make_unique<PipeStream>(state, false, second, std::move(options.second_sees))};
}

/// Shared by the host, its listener and its connectors, whichever lives longest.
struct PipeHost::State {
  struct Waiting {
    explicit Waiting(seams::Clock& its_clock) : clock(its_clock), gate(its_clock) {}
    seams::Clock& clock;
    seams::Gate gate;
    std::deque<std::unique_ptr<seams::Stream>> ready;
    bool closed = false;
  };

  PipeOptions options;
  std::size_t backlog = 0;
  std::weak_ptr<Waiting> listening;
};

namespace {

template <class State>
class PipeListener final : public seams::Listener {
 public:
  explicit PipeListener(std::shared_ptr<typename State::Waiting> waiting) : waiting_(std::move(waiting)) {}
  ~PipeListener() override { PipeListener::close(); }

  asio::awaitable<StreamResult<std::unique_ptr<seams::Stream>>> accept() override {
    auto const waiting = waiting_;
    for (;;) {
      if (waiting->closed) co_return error(Kind::closed, "the listener was closed");
      if (!waiting->ready.empty()) {
        auto stream = std::move(waiting->ready.front());
        waiting->ready.pop_front();
        co_return stream;
      }
      if (co_await waiting->gate.wait() == seams::Woken::cancelled)
        co_return error(Kind::cancelled, "the wait for a connection was cancelled");
    }
  }

  void close() noexcept override {
    waiting_->closed = true;
    waiting_->ready.clear();
    waiting_->gate.open();
  }

 private:
  std::shared_ptr<typename State::Waiting> waiting_;
};

template <class State>
class PipeConnector final : public seams::Connector {
 public:
  PipeConnector(std::shared_ptr<State> state, seams::Clock& clock) : state_(std::move(state)), clock_(clock) {}

  asio::awaitable<StreamResult<std::unique_ptr<seams::Stream>>> connect(MonotonicTime /*deadline*/) override {
    auto const listening = state_->listening.lock();
    if (!listening || listening->closed) co_return error(Kind::refused, "nobody listens");
    if (listening->ready.size() >= state_->backlog) co_return error(Kind::refused, "too many connections wait");
    auto [mine, theirs] = make_pipe(clock_, listening->clock, state_->options);
    listening->ready.push_back(std::move(theirs));
    listening->gate.open();
    co_return std::move(mine);
  }

 private:
  std::shared_ptr<State> state_;
  seams::Clock& clock_;
};

}  // namespace

PipeHost::PipeHost(PipeOptions options, std::size_t backlog) : state_(std::make_shared<State>()) {
  state_->options = std::move(options);
  state_->backlog = backlog;
}
PipeHost::~PipeHost() = default;

std::unique_ptr<seams::Listener> PipeHost::listen(seams::Clock& clock) {
  auto const before = state_->listening.lock();
  seams::check(!before || before->closed, "one listener at a time");
  auto waiting = std::make_shared<State::Waiting>(clock);
  state_->listening = waiting;
  return std::make_unique<PipeListener<State>>(std::move(waiting));
}

std::unique_ptr<seams::Connector> PipeHost::connector(seams::Clock& clock) {
  return std::make_unique<PipeConnector<State>>(state_, clock);
}

}  // namespace http
