// Several API servers over one store, whatever is asked of them and however their caches lag: every answer is a state
// that the store once had, and a client that hops from one to the other is told each change once, in order.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>

#include "fakeapi/frontend.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using Texts = std::vector<std::string>;
using Names = std::map<std::string, Revision>;  // of the objects that are there

ServerOptions of(Profile profile) {
  ServerOptions options;
  options.profile = profile;
  return options;
}

/// What a client that lists once and watches from then on has been told.
struct Watcher {
  Revision listed = 0;
  Revision last = 0;
  WatchCursor cursor;
  Texts told;
};

class World {
 public:
  explicit World(Profile profile) : scene_(echo_definition(), of(profile)) {
    states_.emplace_back(scene_.server.revision(), Names());
    scene_.server.add_observer([this](Commit const& commit) {
      if (commit.resource != index_) return;
      Names next = states_.back().second;
      if (commit.after) {
        next[commit.key.name] = commit.revision;
      } else {
        next.erase(commit.key.name);
      }
      char const* const what = !commit.before ? "ADDED " : commit.after ? "MODIFIED " : "DELETED ";
      commits_.emplace_back(commit.revision, what + commit.key.name + "@" + std::to_string(commit.revision));
      states_.emplace_back(commit.revision, std::move(next));
    });
  }

  void write() {
    auto const name = *rc::gen::element<std::string>("a", "b", "c");
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        static_cast<void>(scene_.create(echoes, echo(name)));
        break;
      case 1:
        static_cast<void>(scene_.remove(echoes, name));
        break;
      default:
        static_cast<void>(scene_.patch(
            echoes, name, merge(R"({"spec": {"replicas": )" + std::to_string(*rc::gen::inRange(0, 3)) + "}}")));
    }
  }

  /// One frontend stops, moves on a little, or catches up.
  void lag() {
    Frontend& one = any_frontend();
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        one.hold(index_);
        break;
      case 1:
        if (one.is_held(index_)) one.advance(index_);
        break;
      default:
        one.release(index_);
    }
  }

  /// A list that need not be the latest.
  void list() {
    auto const which = *rc::gen::inRange<std::size_t>(0, 2);
    scene_.frontend = frontends_[which].get();
    Revision const asked = *rc::gen::inRange<Revision>(0, scene_.server.revision() + 1);
    auto const found = scene_.list(echoes, {.resource_version = api::ResourceVersion(asked)});
    if (!found) {
      // It has not come so far.
      RC_ASSERT(found.error().is_too_large_resource_version());
      RC_ASSERT(scene_.frontend->visible(index_) < asked);
      return;
    }
    auto const at = api::to_number(found->resource_version);
    RC_ASSERT(names_of(*found) == state_at(at));
    RC_ASSERT(at >= asked);
    RC_ASSERT(at >= newest_[which]);
    RC_ASSERT(at <= scene_.server.revision());
    newest_[which] = at;
  }

  /// The latest, which comes from the store however far behind the caches are.
  void read_latest() {
    scene_.frontend = &any_frontend();
    RC_ASSERT(names_of(*scene_.list(echoes)) == states_.back().second);
  }

  void start_watcher() {
    scene_.frontend = &any_frontend();
    auto const found = *scene_.list(echoes, {.resource_version = api::ResourceVersion::none});
    auto const at = api::to_number(found.resource_version);
    watchers_.push_back({at, at, open(at), {}});
  }

  /// A client comes back from where it was, to any of the servers.
  void hop() {
    if (watchers_.empty()) return;
    auto& watcher = watchers_[*rc::gen::inRange<std::size_t>(0, watchers_.size())];
    scene_.frontend = &any_frontend();
    watcher.cursor = open(watcher.last);
  }

  void read_watchers() {
    for (auto& watcher : watchers_) {
      for (auto const& event : scene_.events(watcher.cursor)) {
        RC_ASSERT(event.type != api::WatchEventType::error);
        auto const revision = api::to_number(event.object->metadata.resource_version);
        RC_ASSERT(revision > watcher.last);
        watcher.last = revision;
        char const* const what = event.type == api::WatchEventType::added      ? "ADDED "
                                 : event.type == api::WatchEventType::modified ? "MODIFIED "
                                                                               : "DELETED ";
        watcher.told.push_back(what + event.object->metadata.name + "@" + std::to_string(revision));
      }
      auto const all = commits_after(watcher.listed);
      RC_ASSERT(watcher.told.size() <= all.size());
      RC_ASSERT(std::equal(watcher.told.begin(), watcher.told.end(), all.begin()));
    }
  }

  /// Once nothing lags, everybody has been told everything.
  void end() {
    for (auto const& frontend : frontends_) frontend->release_all();
    read_watchers();
    for (auto const& watcher : watchers_) RC_ASSERT(watcher.told == commits_after(watcher.listed));
  }

 private:
  Frontend& any_frontend() { return *frontends_[*rc::gen::inRange<std::size_t>(0, 2)]; }
  WatchCursor open(Revision revision) {
    return scene_.watch(echoes, {.resource_version = api::ResourceVersion(revision)});
  }
  Names state_at(Revision revision) const {
    auto found = std::ranges::upper_bound(states_, revision, {}, &std::pair<Revision, Names>::first);
    return std::prev(found)->second;
  }
  Texts commits_after(Revision revision) const {
    Texts texts;
    for (auto const& [at, text] : commits_) {
      if (at > revision) texts.push_back(text);
    }
    return texts;
  }
  static Names names_of(api::ObjectList const& list) {
    Names names;
    for (auto const& item : list.items) names[item->metadata.name] = api::to_number(item->metadata.resource_version);
    return names;
  }

  Scene scene_;
  ResourceIndex index_ = *scene_.server.index_of(echoes);
  std::array<std::unique_ptr<Frontend>, 2> frontends_{std::make_unique<Frontend>(scene_.server),
                                                      std::make_unique<Frontend>(scene_.server)};
  std::array<Revision, 2> newest_{};
  std::vector<std::pair<Revision, Names>> states_;
  std::vector<std::pair<Revision, std::string>> commits_;
  std::vector<Watcher> watchers_;
};

RC_GTEST_PROP(LaggingFrontends, answer_with_a_state_that_was_and_tell_every_change_once_and_in_order, ()) {
  World world(*rc::gen::element(Profile::v1_20, Profile::modern));
  auto const steps = *rc::gen::inRange(0, 60);
  for (int i = 0; i < steps; ++i) {
    switch (*rc::gen::inRange(0, 9)) {
      case 0:
      case 1:
      case 2:
        world.write();
        break;
      case 3:
        world.lag();
        break;
      case 4:
        world.list();
        break;
      case 5:
        world.read_latest();
        break;
      case 6:
        world.start_watcher();
        break;
      case 7:
        world.hop();
        break;
      default:
        world.read_watchers();
    }
  }
  world.end();
}

}  // namespace
}  // namespace fakeapi::testing
