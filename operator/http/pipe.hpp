// Connections without a network: streams in memory, deterministic, with a say in what becomes of every byte.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "operator/seams/clock.hpp"
#include "operator/seams/stream.hpp"

namespace http {

/// Which way bytes go through a pipe.
enum class PipeDirection : std::uint8_t { first_to_second, second_to_first };

/// What may happen to bytes on their way. The answers here are those of a perfect network.
class PipeHooks {
 public:
  static constexpr std::size_t all = static_cast<std::size_t>(-1);

  /// What becomes of one write. The writer is told that all is well.
  struct Fate {
    std::size_t arrives = all;   ///< this many bytes get through; the connection breaks behind them if it is not all
    bool reset = false;          ///< the connection breaks behind what gets through
    seams::Duration latency{0};  ///< on the reader's clock; never overtakes what was written before
  };

  virtual ~PipeHooks() = default;
  virtual Fate on_write(PipeDirection /*direction*/, std::string_view /*bytes*/) { return Fate(); }
  /// How many of the `available` bytes one read gets: at least one.
  virtual std::size_t on_read(PipeDirection /*direction*/, std::size_t available) { return available; }
};

struct PipeOptions {
  /// How many bytes are under way in each direction before a write has to wait.
  std::size_t capacity = std::size_t{64} * 1024;
  /// Outlives the pipe. Null: a perfect network.
  PipeHooks* hooks = nullptr;
  seams::Peer first_sees{};   ///< the peer of the first end
  seams::Peer second_sees{};  ///< the peer of the second end
};

/// Both ends of a new connection. Each end waits on the clock of its own process. What was written before a side broke
/// or ended the connection is still read by the other one, then it sees the break or the end. The clocks outlive the
/// ends.
std::pair<std::unique_ptr<seams::Stream>, std::unique_ptr<seams::Stream>> make_pipe(seams::Clock& first,
                                                                                    seams::Clock& second,
                                                                                    PipeOptions options = {});

/// A place that pipes can be connected to: the listener of one process, connectors of any other.
class PipeHost {
 public:
  /// `backlog`: how many connections may wait to be accepted; more are refused.
  explicit PipeHost(PipeOptions options = {}, std::size_t backlog = 128);
  ~PipeHost();
  PipeHost(PipeHost const&) = delete;
  PipeHost& operator=(PipeHost const&) = delete;

  /// The listener of the process with this clock; connections wait for accept() from now on. A new one takes the place
  /// of an old one that was closed.
  std::unique_ptr<seams::Listener> listen(seams::Clock& clock);
  /// A connector for the process with this clock: `first` is its end. Refused when nobody listens.
  std::unique_ptr<seams::Connector> connector(seams::Clock& clock);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace http
