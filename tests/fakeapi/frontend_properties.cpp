// Whatever API servers lag, are held, moved on and hopped between: a client that lists from a cache or from the store
// and watches from there is shown states that the store has had, in their order, and in the end the state that it has.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>

#include "fakeapi/frontend.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::ResourceVersion;
using View = std::map<std::string, std::uint64_t>;  // the objects' names and revisions

// The kind's states, by the revision that led there.
class Truth {
 public:
  explicit Truth(Server& server) : server_(server), index_(*server.index_of(echoes)) {
    states_[0] = {};
    id_ = server.add_observer([this](Commit const& commit) {
      if (commit.resource != index_) return;
      View state = states_.rbegin()->second;
      if (commit.after) {
        state[commit.key.name] = commit.revision;
      } else {
        state.erase(commit.key.name);
      }
      states_[commit.revision] = std::move(state);
    });
  }
  ~Truth() { server_.remove_observer(id_); }
  View const& at(std::uint64_t revision) const { return std::prev(states_.upper_bound(revision))->second; }

 private:
  Server& server_;
  ResourceIndex index_;
  std::uint64_t id_ = 0;
  std::map<std::uint64_t, View> states_;
};

// What a client makes of lists and events.
class Client {
 public:
  Client(Scene& scene, Truth const& truth) : scene_(scene), truth_(truth) {}

  void list(bool cached) {
    Listing options;
    if (cached) options.resource_version = ResourceVersion::none;
    auto const listed = scene_.list(echoes, options);
    RC_ASSERT(listed.has_value());
    view_.clear();
    for (auto const& item : listed->items) view_[item->metadata.name] = api::to_number(item->metadata.resource_version);
    version_ = api::to_number(listed->resource_version);
    RC_ASSERT(version_ > 0U);
    RC_ASSERT(version_ <= scene_.server.revision());
    RC_ASSERT(view_ == truth_.at(version_));
    watch();
  }

  void watch() { cursor_.emplace(scene_.watch(echoes, {.resource_version = ResourceVersion(version_)})); }

  // Takes all events that are there; false: the watch has to begin anew with a list.
  bool hear() {
    for (auto const& event : scene_.events(*cursor_)) {
      if (event.type == api::WatchEventType::error) return false;
      auto const revision = api::to_number(event.object->metadata.resource_version);
      RC_ASSERT(revision > version_);
      version_ = revision;
      auto const& name = event.object->metadata.name;
      if (event.type == api::WatchEventType::deleted) {
        RC_ASSERT(view_.erase(name) == 1U);
      } else {
        RC_ASSERT(view_.contains(name) == (event.type == api::WatchEventType::modified));
        view_[name] = revision;
      }
      RC_ASSERT(view_ == truth_.at(revision));
    }
    return true;
  }
  View const& view() const { return view_; }

 private:
  Scene& scene_;
  Truth const& truth_;
  View view_;
  std::uint64_t version_ = 0;
  std::optional<WatchCursor> cursor_;
};

void write(Scene& scene, std::string const& name) {
  auto const there = scene.get(echoes, name);
  if (there) {
    auto const replicas = std::to_string(scene.server.revision() % 1000);
    RC_ASSERT(scene.patch(echoes, name, merge(R"({"spec": {"replicas": )" + replicas + "}}")).has_value());
  } else {
    RC_ASSERT(scene.create(echoes, echo(name)).has_value());
  }
}

void shows_only_what_has_been(Profile profile) {
  Scene scene(echo_definition(), {.profile = profile});
  Truth const truth(scene.server);
  auto const index = *scene.server.index_of(echoes);
  std::array<Frontend, 2> frontends{Frontend(scene.server), Frontend(scene.server)};
  scene.frontend = &frontends[0];
  Client client(scene, truth);
  client.list(false);

  auto const steps = *rc::gen::container<std::vector<std::pair<unsigned, unsigned>>>(
      rc::gen::pair(rc::gen::inRange(0U, 18U), rc::gen::inRange(0U, 8U)));
  for (auto const& [what, which] : steps) {
    std::string const name(1, static_cast<char>('a' + which % 4));
    Frontend& frontend = frontends.at(which % 2);
    auto const before = frontend.visible(index);
    if (what < 5) {
      write(scene, name);
    } else if (what < 7) {
      (void)scene.remove(echoes, name);
    } else if (what == 7) {
      (void)scene.create(api::deployments, deployment(name));  // the store moves on, this kind does not
    } else if (what == 8) {
      frontend.hold(index);
    } else if (what == 9) {
      frontend.hold_all();
    } else if (what == 10) {
      frontend.advance(index);
    } else if (what == 11) {
      frontend.advance(index, scene.server.revision() * which / 8);
    } else if (what == 12) {
      frontend.release(index);
    } else if (what == 13) {
      scene.server.compact(scene.server.revision() * which / 8);
    } else {
      scene.frontend = &frontend;  // the client hops
      if (what < 16) {
        client.watch();
      } else {
        client.list(what == 16);
      }
    }
    RC_ASSERT(frontend.visible(index) >= before);
    if (which < 6 && !client.hear()) client.list(which % 2 == 0);
  }
  for (auto& frontend : frontends) frontend.release_all();
  if (!client.hear()) {
    client.list(true);
    RC_ASSERT(client.hear());
  }
  RC_ASSERT(client.view() == truth.at(scene.server.revision()));
}

RC_GTEST_PROP(FrontendProperties, a_client_of_servers_that_lag_sees_only_states_that_the_store_has_had, ()) {
  shows_only_what_has_been(Profile::v1_20);
}

RC_GTEST_PROP(FrontendProperties, a_client_of_modern_servers_that_lag_sees_only_states_that_the_store_has_had, ()) {
  shows_only_what_has_been(Profile::modern);
}

}  // namespace
}  // namespace fakeapi::testing
