// The journey of one call through the four hook points. Internal to this folder.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "fakeapi/face/in_process_api.hpp"
#include "fakeapi/face/pending_handlers.hpp"

namespace fakeapi {

using CallHandler = std::move_only_function<void(api::Result<api::Response>)>;

/// What stands for a watch that has been opened, until open_watch() turns it into a Watch: the cursor is made when the
/// request arrives at the server, not when its answer is delivered.
struct OpenedWatch {
  std::unique_ptr<WatchCursor> cursor;
  Frontend* frontend = nullptr;  ///< that took it
  bool expired = false;          ///< all it says is that the revision asked for is too old
};

/// Kept alive by whatever will move it on: a timer of the server, a timer of the client, or the client's pending
/// handlers.
class InProcessCall final : public Pending, public std::enable_shared_from_this<InProcessCall> {
 public:
  InProcessCall(InProcessFront& front, Actor actor, seams::Environment const& client, api::Request request)
      : front_(front), client_(client), request_(std::move(request)), info_{++front.calls, actor, request_} {}

  void start(CallHandler handler);
  void abandon() noexcept override;
  /// Ends a read's wait; a write that has been sent goes on.
  void cancel();

  OpenedWatch take_watch() { return std::move(watch_); }

 private:
  void arrive();
  void apply();
  api::Result<api::Response> execute();
  void answer(api::Result<api::Response> outcome, seams::Duration delay);
  void deliver(api::Result<api::Response> outcome);
  void finish(api::Result<api::Response> outcome);
  void lose_answer();
  api::Error no_answer(api::Reason reason, std::string message) const;

  InProcessFront& front_;
  seams::Environment client_;  // its references are used only while handler_ is set
  api::Request request_;
  CallInfo info_;
  CallHandler handler_;  // null: the caller is gone or has its answer
  OpenedWatch watch_;
  Frontend* frontend_ = nullptr;                  // that takes the call
  std::optional<seams::MonotonicTime> fresh_by_;  // how long the server waits for its cache to catch up
};

}  // namespace fakeapi
