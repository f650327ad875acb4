// A watch of an in-process client. Internal to this folder.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "fakeapi/face/in_process_api.hpp"
#include "fakeapi/face/in_process_call.hpp"

namespace fakeapi {

using EventResult = api::Result<std::optional<api::WatchEvent>>;
using EventHandler = std::move_only_function<void(EventResult)>;

/// A cursor into the log that sees it up to a revision, which advances as the news of commits arrives. Outlived by its
/// api.
class InProcessWatch final : public api::Watch {
 public:
  InProcessWatch(InProcessApi& api, OpenedWatch opened, api::Request const& request);
  ~InProcessWatch() override;
  InProcessWatch(InProcessWatch const&) = delete;
  InProcessWatch& operator=(InProcessWatch const&) = delete;

  boost::asio::awaitable<EventResult> next(seams::MonotonicTime deadline) override;

  /// The API server that tells the news; null: the store itself.
  Frontend const* frontend() const { return frontend_; }
  /// The API server has taken in a commit to some resource.
  void committed(Commit const& commit);
  /// A definition has: it may be that of the watched resource.
  void definition_changed(Commit const& commit);

 private:
  // The handler of a next() that waits; shared with the context's pending handlers.
  struct Waiting final : Pending {
    EventHandler handler;
    void abandon() noexcept override { auto const dropped = std::exchange(handler, nullptr); }
  };
  enum class Ending : std::uint8_t { none, reset, end, expire };
  // News on its way: what will be visible, or how the stream will end, and when.
  struct Arrival {
    seams::MonotonicTime at;
    Revision revision;
    Ending ending;
  };

  std::optional<EventResult> take();
  void fall_silent();
  void arrive();
  void expect(Arrival arrival);
  void wake();
  void finish(EventResult result);
  void arm_bookmark();
  Revision told_by_server() const;

  InProcessApi& api_;
  std::unique_ptr<WatchCursor> cursor_;
  ResourceIndex resource_;
  Frontend* frontend_;
  std::uint64_t observer_ = 0;  ///< at the frontend
  bool bookmarks_;
  Revision visible_;  ///< what has reached the client
  Ending ending_ = Ending::none;
  bool silent_ = false;  ///< the connection is dead: what had arrived before is all there ever is
  bool bookmark_due_ = false;
  std::optional<api::WatchEvent> repeated_;
  std::deque<Arrival> arrivals_;
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
  seams::ScopedTimer arrival_timer_;
  seams::ScopedTimer deadline_timer_;
  seams::ScopedTimer timeout_timer_;
  seams::ScopedTimer bookmark_timer_;
};

}  // namespace fakeapi
