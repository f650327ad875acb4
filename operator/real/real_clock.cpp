#include "operator/real/real_clock.hpp"

#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "operator/seams/check.hpp"

namespace real {
namespace {

namespace asio = boost::asio;
using seams::Duration;
using seams::MonotonicTime;
using seams::TimerId;

MonotonicTime read_boot_time() {
  timespec time{};
  seams::check(::clock_gettime(CLOCK_BOOTTIME, &time) == 0, "CLOCK_BOOTTIME cannot be read");
  return MonotonicTime(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

int open_timer() {
  int const descriptor = ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::system_category(), "timerfd_create");
  return descriptor;
}

}  // namespace

class RealClock::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(asio::io_context& context)
      : context_(context), descriptor_(std::in_place, context.get_executor(), open_timer()) {}

  MonotonicTime now() {
    if (!now_) read_time();
    return *now_;
  }

  TimerId schedule_at(MonotonicTime at, seams::TimerCallback callback) {
    seams::check(!closed(), "a clock that was closed has no timers");
    TimerId const id{++last_id_};
    times_.emplace(id, at);
    timers_.emplace(Key{at, id}, std::move(callback));
    wait();
    return id;
  }

  void cancel(TimerId id) {
    auto const found = times_.find(id);
    if (found == times_.end()) return;
    auto const timer = timers_.find(Key{found->second, id});
    // Destroyed last: what the callback holds may call the clock as it goes.
    auto const callback = std::move(timer->second);
    timers_.erase(timer);
    times_.erase(found);
    stop_waiting_if_idle();
  }

  /// Destroys the callbacks, which may call cancel() as they go.
  void close() {
    while (!timers_.empty()) cancel(timers_.begin()->first.second);
    descriptor_.reset();
  }

 private:
  using Key = std::pair<MonotonicTime, TimerId>;

  bool closed() const { return !descriptor_; }

  /// Reads the system's clock and queues the end of that value's life.
  void read_time() {
    now_ = read_boot_time();
    if (expiry_queued_ || closed()) return;
    expiry_queued_ = true;
    asio::post(context_, [weak = weak_from_this()] {
      if (auto self = weak.lock()) {
        self->expiry_queued_ = false;
        self->now_.reset();
      }
    });
  }

  /// Makes sure that a turn comes when the first timer is due. A turn that comes too early does no harm.
  void wait() {
    if (timers_.empty() || turn_queued_) return;
    MonotonicTime const first = timers_.begin()->first.first;
    if (first < armed_for_) arm(first);
    if (waiting_) return;
    waiting_ = true;
    descriptor_->async_wait(asio::posix::descriptor_base::wait_read,
                            [weak = weak_from_this()](boost::system::error_code error) {
                              auto self = weak.lock();
                              if (!self) return;
                              self->waiting_ = false;
                              if (self->closed()) return;
                              if (!error) self->drain();
                              self->turn();
                            });
  }

  void arm(MonotonicTime at) {
    // Zero would disarm it.
    auto const time = std::max(at.time_since_epoch(), Duration(1));
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    itimerspec setting{};
    setting.it_value.tv_sec = seconds.count();
    setting.it_value.tv_nsec = (time - seconds).count();
    bool const armed = ::timerfd_settime(descriptor_->native_handle(), TFD_TIMER_ABSTIME, &setting, nullptr) == 0;
    seams::check(armed, "timerfd_settime failed");
    armed_for_ = at;
  }

  void drain() {
    std::uint64_t expirations = 0;
    // It does not block: the descriptor is non-blocking.
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): takes weak_ptr::lock() for a mutex
    [[maybe_unused]] auto const ignored = ::read(descriptor_->native_handle(), &expirations, sizeof expirations);
    armed_for_ = seams::never;
  }

  /// Runs the first timer that is due, and queues a turn for the next one.
  void turn() {
    if (timers_.empty()) return;
    read_time();
    auto const first = timers_.begin();
    if (first->first.first > *now_) {
      wait();
      return;
    }
    auto callback = std::move(first->second);
    times_.erase(first->first.second);
    timers_.erase(first);
    if (!timers_.empty() && timers_.begin()->first.first <= *now_) {
      queue_turn();
    } else {
      wait();
    }
    callback();
  }

  void queue_turn() {
    turn_queued_ = true;
    asio::post(context_, [weak = weak_from_this()] {
      if (auto self = weak.lock()) {
        self->turn_queued_ = false;
        self->turn();
      }
    });
  }

  /// A wait for nothing would keep the io_context from ending.
  void stop_waiting_if_idle() {
    if (!timers_.empty() || !waiting_) return;
    boost::system::error_code ignored;
    descriptor_->cancel(ignored);
  }

  asio::io_context& context_;
  std::optional<asio::posix::stream_descriptor> descriptor_;  // none: closed
  std::map<Key, seams::TimerCallback> timers_;
  std::map<TimerId, MonotonicTime> times_;
  std::uint64_t last_id_ = 0;
  std::optional<MonotonicTime> now_;
  MonotonicTime armed_for_ = seams::never;  ///< `never`: not armed
  bool expiry_queued_ = false;
  bool waiting_ = false;
  bool turn_queued_ = false;
};

RealClock::RealClock(asio::io_context& context) : impl_(std::make_shared<Impl>(context)) {}
RealClock::~RealClock() { impl_->close(); }

void RealClock::close() noexcept { impl_->close(); }

MonotonicTime RealClock::now() const { return impl_->now(); }

MonotonicTime RealClock::exact_now() const { return read_boot_time(); }

seams::WallTime RealClock::wall_now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

TimerId RealClock::schedule_at(MonotonicTime at, seams::TimerCallback callback) {
  return impl_->schedule_at(at, std::move(callback));
}

void RealClock::cancel(TimerId timer) noexcept { impl_->cancel(timer); }

}  // namespace real
