// An Api that answers what a test has written down, one answer after the other, and remembers what it was asked.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "operator/api/api.hpp"
#include "tests/runtime/support/gate.hpp"

namespace runtime_tests {

/// A watch that a test feeds. The test's end: it outlives the stream's.
class WatchScript {
 public:
  explicit WatchScript(seams::Clock& clock) : gate(clock) {}

  using Next = std::expected<std::optional<api::WatchEvent>, api::Error>;
  void send(api::WatchEventType type, api::ObjectPtr object) {
    put(api::WatchEvent{type, std::move(object), std::nullopt});
  }
  void bookmark(std::uint64_t version) {
    auto object = std::make_shared<api::Object>();
    object->metadata.resource_version = api::ResourceVersion{version};
    send(api::WatchEventType::bookmark, std::move(object));
  }
  /// An ERROR event.
  void send_error(api::Error error) { put(api::WatchEvent{api::WatchEventType::error, nullptr, std::move(error)}); }
  /// The server ends the stream in good order.
  void end() { put(std::nullopt); }
  /// The connection breaks.
  void reset(api::Error error) {
    answers.push_back(std::unexpected(std::move(error)));
    gate.open();
  }

  Gate gate;
  std::deque<Next> answers;
  std::optional<seams::MonotonicTime> deadline;  ///< of the last wait
  bool closed = false;

 private:
  void put(std::optional<api::WatchEvent> event) {
    answers.push_back(std::move(event));
    gate.open();
  }
};

class ScriptedWatch final : public api::Watch {
 public:
  explicit ScriptedWatch(std::shared_ptr<WatchScript> script) : script_(std::move(script)) {}
  ~ScriptedWatch() override { script_->closed = true; }

  boost::asio::awaitable<WatchScript::Next> next(seams::MonotonicTime deadline) override {
    script_->deadline = deadline;
    while (script_->answers.empty()) {
      Woken const woken = co_await script_->gate.wait(deadline);
      if (woken == Woken::opened) continue;
      api::Error error;
      error.reason = woken == Woken::deadline ? api::Reason::deadline_exceeded : api::Reason::cancelled;
      co_return std::unexpected(std::move(error));
    }
    WatchScript::Next next = std::move(script_->answers.front());
    script_->answers.pop_front();
    co_return next;
  }

 private:
  std::shared_ptr<WatchScript> script_;
};

class ScriptedApi final : public api::Api {
 public:
  explicit ScriptedApi(seams::Clock& clock) : clock_(clock) {}

  struct Asked {
    api::Request request;
    seams::MonotonicTime at;
    api::ListOptions const& list() const { return std::get<api::ListOptions>(request.options); }
    api::WatchOptions const& watch() const { return std::get<api::WatchOptions>(request.options); }
  };

  /// The next list is answered so. Without an answer it hangs until its deadline, or as `otherwise` says.
  void answer_list(api::Result<api::ObjectList> answer) { lists.push_back(std::move(answer)); }
  void answer_list(std::uint64_t version, std::vector<api::ObjectPtr> items, std::string continue_token = "") {
    api::ObjectList list;
    list.resource_version = api::ResourceVersion{version};
    list.items = std::move(items);
    list.continue_token = std::move(continue_token);
    lists.push_back(std::move(list));
  }
  /// The next watch is refused so. Without a refusal it is opened.
  void refuse_watch(api::Error error) { refusals.push_back(std::move(error)); }
  /// The watch opened last.
  WatchScript& watch() { return *watches.back(); }

  api::AsyncResult<api::Response> call(api::Request request) override {
    asked_lists.push_back({std::move(request), clock_.now()});
    auto const deadline = asked_lists.back().request.deadline();
    if (lists.empty() && otherwise) co_return std::unexpected(*otherwise);
    if (lists.empty()) {
      Gate hang(clock_);
      Woken const woken = co_await hang.wait(deadline);
      api::Error error;
      error.reason = woken == Woken::deadline ? api::Reason::deadline_exceeded : api::Reason::cancelled;
      co_return std::unexpected(std::move(error));
    }
    auto answer = std::move(lists.front());
    lists.pop_front();
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    co_return api::Response(std::move(*answer));
  }

  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override {
    asked_watches.push_back({std::move(request), clock_.now()});
    std::optional<api::Error> refusal = refuse_always;
    if (!refusals.empty()) {
      refusal = std::move(refusals.front());
      refusals.pop_front();
    }
    if (refusal) co_return std::unexpected(std::move(*refusal));
    watches.push_back(std::make_shared<WatchScript>(clock_));
    std::unique_ptr<api::Watch> watch = std::make_unique<ScriptedWatch>(watches.back());
    co_return std::move(watch);
  }

  std::deque<api::Result<api::ObjectList>> lists;
  std::optional<api::Error> otherwise;
  std::deque<api::Error> refusals;
  std::optional<api::Error> refuse_always;
  std::vector<Asked> asked_lists;
  std::vector<Asked> asked_watches;
  std::vector<std::shared_ptr<WatchScript>> watches;

 private:
  seams::Clock& clock_;
};

inline api::Error error_of(api::Reason reason, int code, std::string message = "no") {
  api::Error error;
  error.reason = reason;
  error.code = code;
  error.message = std::move(message);
  return error;
}

}  // namespace runtime_tests
