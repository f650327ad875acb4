// A tiny API server with a history: lists and watches only; tests write to it directly.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "operator/api/api.hpp"
#include "tests/runtime/support/gate.hpp"

namespace runtime_tests {

class HistoryApi final : public api::Api {
 public:
  explicit HistoryApi(seams::Clock& clock) : clock_(clock) {}

  /// Stores the object with the next revision; the object as stored.
  api::ObjectPtr put(api::Resource const& resource, api::Object object) {
    object.metadata.resource_version = api::ResourceVersion{++revision_};
    auto stored = std::make_shared<api::Object const>(std::move(object));
    auto& slot = objects_[resource][stored->key()];
    auto const type = slot ? api::WatchEventType::modified : api::WatchEventType::added;
    slot = stored;
    history_.push_back({resource, {type, stored, std::nullopt}});
    wake();
    return stored;
  }
  api::ObjectPtr put(api::Resource const& resource, api::ObjectPtr const& object) { return put(resource, *object); }
  /// False if there is no such object.
  bool remove(api::Resource const& resource, api::ObjectKey const& key) {
    auto& objects = objects_[resource];
    auto const at = objects.find(key);
    if (at == objects.end()) return false;
    api::Object last = *at->second;
    last.metadata.resource_version = api::ResourceVersion{++revision_};
    objects.erase(at);
    history_.push_back({resource, {api::WatchEventType::deleted, std::make_shared<api::Object const>(last), {}}});
    wake();
    return true;
  }
  std::map<api::ObjectKey, api::ObjectPtr> const& objects(api::Resource const& resource) { return objects_[resource]; }
  std::uint64_t revision() const { return revision_; }

  /// Watches of this resource hear nothing until release().
  void hold(api::Resource const& resource) { held_.insert(resource); }
  void release(api::Resource const& resource) {
    held_.erase(resource);
    wake();
  }
  void bookmark_all() {
    for (auto const& watch : watches_) watch->bookmark = true;
    wake();
  }
  void end_watches() {
    for (auto const& watch : watches_) watch->ended = true;
    wake();
  }
  void reset_watches() {
    for (auto const& watch : watches_) watch->broken = true;
    wake();
  }
  /// Forgets all history: who has not heard everything must list again.
  void compact() {
    compacted_ = revision_;
    wake();
  }

  unsigned failing_calls = 0;  ///< so many calls fail from now on
  std::uint64_t lists = 0;

  api::AsyncResult<api::Response> call(api::Request request) override {
    seams::check(request.verb == api::Verb::list, "this server only lists");
    ++lists;
    if (failing()) co_return std::unexpected(failure());
    api::ObjectList list;
    list.resource_version = api::ResourceVersion{revision_};
    for (auto const& [key, object] : objects_[request.resource]) list.items.push_back(object);
    co_return api::Response(std::move(list));
  }

  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override {
    if (failing()) co_return std::unexpected(failure());
    auto const from = to_number(*std::get<api::WatchOptions>(request.options).resource_version);
    if (from < compacted_) co_return std::unexpected(expired());
    auto state = std::make_shared<State>(clock_, request.resource, from);
    watches_.push_back(state);
    std::unique_ptr<api::Watch> watch = std::make_unique<Stream>(*this, std::move(state));
    co_return std::move(watch);
  }

 private:
  struct State {
    State(seams::Clock& clock, api::Resource r, std::uint64_t from) : gate(clock), resource(std::move(r)), seen(from) {}
    Gate gate;
    api::Resource resource;
    std::uint64_t seen;
    bool bookmark = false;
    bool ended = false;
    bool broken = false;
  };

  class Stream final : public api::Watch {
   public:
    Stream(HistoryApi& api, std::shared_ptr<State> state) : api_(api), state_(std::move(state)) {}
    ~Stream() override { std::erase(api_.watches_, state_); }

    boost::asio::awaitable<std::expected<std::optional<api::WatchEvent>, api::Error>> next(
        seams::MonotonicTime deadline) override {
      while (true) {
        if (state_->broken) co_return std::unexpected(failure());
        if (auto event = api_.event_for(*state_)) co_return event;
        if (state_->ended) co_return std::nullopt;
        Woken const woken = co_await state_->gate.wait(deadline);
        if (woken == Woken::opened) continue;
        api::Error error;
        error.reason = woken == Woken::deadline ? api::Reason::deadline_exceeded : api::Reason::cancelled;
        co_return std::unexpected(std::move(error));
      }
    }

   private:
    HistoryApi& api_;
    std::shared_ptr<State> state_;
  };

  std::optional<api::WatchEvent> event_for(State& state) {
    if (held_.contains(state.resource)) return std::nullopt;
    if (state.seen < compacted_) return api::WatchEvent{api::WatchEventType::error, nullptr, expired()};
    for (std::uint64_t i = state.seen; i < revision_; ++i) {
      state.seen = i + 1;
      if (history_[i].first == state.resource) return history_[i].second;
    }
    if (!std::exchange(state.bookmark, false)) return std::nullopt;
    auto mark = std::make_shared<api::Object>();
    mark->metadata.resource_version = api::ResourceVersion{std::max<std::uint64_t>(revision_, 1)};
    return api::WatchEvent{api::WatchEventType::bookmark, mark, std::nullopt};
  }

  void wake() {
    for (auto const& watch : watches_) watch->gate.open();
  }
  bool failing() { return failing_calls > 0 && failing_calls-- > 0; }
  static api::Error failure() {
    api::Error error;
    error.reason = api::Reason::connection_failed;
    return error;
  }
  static api::Error expired() {
    api::Error error;
    error.reason = api::Reason::expired;
    error.code = 410;
    return error;
  }

  seams::Clock& clock_;
  std::uint64_t revision_ = 1;  ///< of the empty store, as etcd counts
  std::uint64_t compacted_ = 0;
  std::map<api::Resource, std::map<api::ObjectKey, api::ObjectPtr>> objects_;
  std::vector<std::pair<api::Resource, api::WatchEvent>> history_{{}};  ///< the event of revision i + 1 at i
  std::set<api::Resource> held_;
  std::vector<std::shared_ptr<State>> watches_;
};

}  // namespace runtime_tests
