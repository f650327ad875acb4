#include "fakeapi/face/http/waiting.hpp"

#include <algorithm>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi::http {
namespace {

void open_all(std::vector<seams::Gate*>& gates) {
  for (auto* gate : std::exchange(gates, {})) gate->open();
}

}  // namespace

CommitGates::CommitGates(Server& server)
    : server_(server),
      definitions_(server.index_of(api::custom_resource_definitions).value()),
      observer_(server.add_observer([this](Commit const& commit) { committed(commit); })) {}

CommitGates::~CommitGates() { server_.remove_observer(observer_); }

std::vector<seams::Gate*>& CommitGates::waiting_for(ResourceIndex resource) {
  auto const place = static_cast<std::size_t>(resource);
  if (place >= resources_.size()) resources_.resize(place + 1);
  return resources_[place];
}

void CommitGates::await_commit(ResourceIndex resource, seams::Gate& gate) { waiting_for(resource).push_back(&gate); }

void CommitGates::await_revision(Revision revision, seams::Gate& gate) { revisions_.push_back({revision, &gate}); }

void CommitGates::forget(seams::Gate& gate) {
  for (auto& waiting : resources_) std::erase(waiting, &gate);
  std::erase_if(revisions_, [&](RevisionWait const& wait) { return wait.gate == &gate; });
}

void CommitGates::committed(Commit const& commit) {
  open_all(waiting_for(commit.resource));
  // A definition that goes, or is replaced, may end the watches of what it defines.
  if (commit.resource == definitions_) {
    for (auto& waiting : resources_) open_all(waiting);
  }
  std::erase_if(revisions_, [&](RevisionWait const& wait) {
    if (wait.revision > commit.revision) return false;
    wait.gate->open();
    return true;
  });
}

}  // namespace fakeapi::http
