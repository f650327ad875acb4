#include "fakeapi/face/http/watch_stream.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "fakeapi/face/http/answers.hpp"

namespace fakeapi::http {
namespace {

using namespace std::chrono_literals;

// How much text is put together before it is sent.
constexpr std::size_t piece = std::size_t{64} * 1024;
// What an idle watch may keep of the room for it.
constexpr std::size_t idle_room = 4096;

constexpr seams::Duration bookmark_interval = 60s;
// The last bookmark comes this long before the end, so that who begins anew misses as little as can be.
constexpr seams::Duration before_the_end = 2s;
constexpr seams::Duration shortest_timeout = 30min;

seams::Duration own_timeout(seams::Random& random) {
  auto const range =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(shortest_timeout).count());
  return shortest_timeout + std::chrono::milliseconds(random.below(range, seams::RandomUse::watch_timeout));
}

class Stream {
 public:
  Stream(WatchSurroundings const& surroundings, WatchPlan plan)
      : surroundings_(surroundings),
        plan_(std::move(plan)),
        clock_(surroundings.environment.clock),
        gate_(clock_),
        end_(clock_.now() +
             (plan_.timeout > 0s ? seams::Duration(plan_.timeout) : own_timeout(surroundings.environment.random))) {
    next_bookmark_ = bookmark_after(clock_.now());
  }
  ~Stream() { surroundings_.gates.forget(gate_); }
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;

  seams::Gate& gate() { return gate_; }

  /// Puts together the next piece of text; empty if there is nothing to tell.
  std::string& fill() {
    text_.clear();
    Rendering const rendering{surroundings_.cache, plan_.kind, plan_.form, clock_.wall_now()};
    while (text_.size() < piece) {
      auto event = surroundings_.server.next_event(*plan_.cursor, surroundings_.server.revision());
      if (!event) break;
      append_event(text_, rendering, *event, std::exchange(columns_, false));
    }
    if (text_.empty()) fill_bookmark(rendering);
    return text_;
  }

  bool over() const { return clock_.now() >= end_ || surroundings_.server.watch_ended(*plan_.cursor); }

  boost::asio::awaitable<seams::Woken> wait() {
    if (text_.capacity() > idle_room) std::string().swap(text_);
    if (!waiting_) surroundings_.gates.await_commit(plan_.cursor->resource, gate_);
    waiting_ = true;
    auto const woken = co_await gate_.wait(plan_.bookmarks ? std::min(end_, next_bookmark_) : end_);
    if (woken == seams::Woken::opened) waiting_ = false;
    co_return woken;
  }

 private:
  // When the next bookmark is due; never, if the last one was.
  seams::MonotonicTime bookmark_after(seams::MonotonicTime now) const {
    auto const last = end_ - before_the_end;
    return now < last ? std::min(now + bookmark_interval, last) : seams::never;
  }

  void fill_bookmark(Rendering const& rendering) {
    auto const now = clock_.now();
    if (!plan_.bookmarks || now < next_bookmark_) return;
    next_bookmark_ = bookmark_after(now);
    auto const bookmark = surroundings_.server.bookmark(*plan_.cursor, surroundings_.server.revision());
    if (bookmark) append_event(text_, rendering, *bookmark, false);
  }

  WatchSurroundings surroundings_;
  WatchPlan plan_;
  seams::Clock& clock_;
  seams::Gate gate_;
  seams::MonotonicTime end_;
  seams::MonotonicTime next_bookmark_{};
  bool columns_ = true;
  bool waiting_ = false;  // the gate will open at the next commit
  std::string text_;
};

// What is to be done when the connection ends, for as long as this lives.
class EndCallback {
 public:
  EndCallback(seams::HttpResponseWriter& writer, std::move_only_function<void()> callback) : writer_(writer) {
    writer_.on_end(std::move(callback));
  }
  ~EndCallback() { writer_.on_end(nullptr); }
  EndCallback(EndCallback const&) = delete;
  EndCallback& operator=(EndCallback const&) = delete;

 private:
  seams::HttpResponseWriter& writer_;
};

}  // namespace

boost::asio::awaitable<void> stream_watch(WatchSurroundings surroundings, WatchPlan plan, seams::HttpHeaders headers,
                                          seams::HttpResponseWriter& writer) {
  Stream stream(surroundings, std::move(plan));
  if (!co_await writer.start(200, std::move(headers))) co_return;
  bool ended = false;
  EndCallback const callback(writer, [&] {
    ended = true;
    stream.gate().open();
  });
  for (;;) {
    auto const& text = stream.fill();
    bool const silent = text.empty();
    if (!silent) {
      if (!co_await writer.write(text)) co_return;
      // A client that always has news must not keep the others from theirs.
      co_await seams::yield_turn();
    }
    if (ended || writer.draining()) break;
    if (silent) {
      if (stream.over()) break;
      co_await stream.wait();
    }
  }
  co_await writer.finish();
}

}  // namespace fakeapi::http
