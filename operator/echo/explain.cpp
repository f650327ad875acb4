#include "operator/echo/explain.hpp"

#include <boost/json/serialize.hpp>
#include <memory>
#include <utility>

#include "operator/api/object_json.hpp"
#include "operator/echo/conditions.hpp"
#include "operator/echo/deployment.hpp"
#include "operator/echo/echo.hpp"

namespace echo {
namespace {

namespace json = boost::json;

std::string shown(json::value const* value) {
  if (value == nullptr) return "nothing";
  constexpr std::size_t most = 120;
  std::string text = json::serialize(*value);
  if (text.size() <= most) return text;
  text.resize(most);
  // Not in the middle of a character.
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80U) text.pop_back();
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0U) text.pop_back();
  return text + "…";
}

std::string deployment_line(Echo const& echo, api::Object const* deployment) {
  if (deployment == nullptr) return "there is none";
  std::string text = "there is one";
  switch (owner_of(echo, deployment)) {
    case Owner::ours:
      text += ", this Echo's";
      break;
    case Owner::tutorial:
      text += ", which does not belong to this Echo and looks as the tutorial's operator makes them";
      break;
    case Owner::older_echo:
      text += ", of an earlier Echo of this name";
      break;
    default:
      text += ", which does not belong to this Echo";
      break;
  }
  if (deployment->metadata.terminating()) text += ", and it is being deleted";
  auto const wanted = api::find_integer(deployment->spec.get(), {"replicas"});
  auto const ready = api::find_integer(deployment->status.get(), {"readyReplicas"});
  if (wanted)
    text += "; " + std::to_string(ready.value_or(0)) + " of " + std::to_string(*wanted) + " replicas are ready";
  return text;
}

/// A patch line by line: what stands in a place and what is to stand there.
std::string patch_lines(PatchDeployment const& patch, api::Object const& deployment) {
  std::string text;
  json::value const now = api::object_to_json(deployment);
  for (auto const& operation : patch.operations) {
    if (operation.verb == api::JsonPatchVerb::test) continue;
    json::error_code missing;
    json::value const* const stands = now.find_pointer(operation.path, missing);
    text += "\n       " + operation.path + ": " + shown(stands) + " -> ";
    text += operation.verb == api::JsonPatchVerb::remove ? "nothing" : shown(operation.value.get());
  }
  return text;
}

struct Describe {
  Observation const& seen;

  std::string operator()(AddFinalizer const&) const {
    return "add the finalizer " + std::string(finalizer) + " to the Echo";
  }
  std::string operator()(CreateDeployment const&) const { return "create the Deployment"; }
  std::string operator()(PatchDeployment const& patch) const {
    return "put the Deployment right" + patch_lines(patch, *seen.deployment);
  }
  std::string operator()(DeleteDeployment const&) const {
    return "delete the Deployment (uid " + seen.deployment->metadata.uid + " and no other)";
  }
  std::string operator()(RemoveFinalizer const&) const {
    return "take the finalizer off the Echo, once no Deployment of this Echo is left";
  }
  std::string operator()(WriteStatus const& write) const {
    std::string text = "write the status";
    for (std::size_t index = 0; index < condition_count; ++index) {
      Condition const& condition = write.status.conditions[index];
      text += "\n       " + std::string(to_string(static_cast<ConditionType>(index))) +
              (condition.holds ? "=True   " : "=False  ") + std::string(condition.reason.view()) + ": " +
              std::string(condition.message.view());
    }
    return text;
  }
  std::string operator()(RecordEvent const& event) const {
    return std::string("record an Event (") + (event.warning ? "Warning" : "Normal") + " " +
           std::string(event.reason.view()) + ": " + std::string(event.message.view()) + ")";
  }
};

/// What a paused Echo is kept from.
std::string once_resumed(Observation const& observation) {
  auto echo = std::make_shared<api::Object>(*observation.echo);
  json::object spec = echo->spec->get_object();
  spec.erase("paused");
  echo->spec = api::share(json::value(std::move(spec)));
  Observation resumed = observation;
  resumed.echo = std::move(echo);
  return "Resumed     " + to_string(plan(resumed));
}

}  // namespace

std::string_view meaning_of(Situation situation) {
  switch (situation) {
    case Situation::gone:
      return "There is no such Echo.";
    case Situation::cluster_scoped:
      return "The definition of Echo has scope: Cluster; there is no namespace for a Deployment.";
    case Situation::invalid_spec:
      return "No Deployment can be made of this spec.";
    case Situation::refused:
      return "The server does not take what this Echo wants.";
    case Situation::paused:
      return "spec.paused is true: the Deployment is left as it is.";
    case Situation::adoptable:
      return "The tutorial's operator made the Deployment of this name; it is taken over.";
    case Situation::name_taken:
      return "A Deployment of this name belongs to somebody else and is left alone.";
    case Situation::waiting_for_garbage_collection:
      return "The Deployment of an earlier Echo of this name is still there; the garbage collector will take it.";
    case Situation::missing:
      return "The Deployment is missing.";
    case Situation::drifted:
      return "Our part of the Deployment is not as this Echo wants it.";
    case Situation::child_terminating:
      return "The Deployment is being deleted; a new one is made when it is gone.";
    case Situation::rolling_out:
      return "The Deployment is as wanted, its pods are not yet.";
    case Situation::ready:
      return "Everything is as wanted.";
    case Situation::terminating:
      return "The Echo is being deleted; its Deployment goes first, then the finalizer.";
    case Situation::released:
      return "The Echo is being deleted, and nothing of it is the operator's any more.";
  }
  return "";
}

std::string explain(Observation const& observation) {
  Echo const echo(*observation.echo);
  Plan const decided = plan(observation);
  std::string text = "Echo        " + observation.echo->key().to_string() + " (uid " + echo.uid() + ", generation " +
                     std::to_string(echo.generation()) + ")";
  if (echo.terminating()) text += ", being deleted";
  auto const replicas = echo.replicas();
  text +=
      "\nWants       " +
      (replicas
           ? std::to_string(*replicas) + " replicas of " + std::string(wanted_image(echo, observation.fallback_image))
           : "what cannot be read: spec.replicas " + shown(api::find_path(observation.echo->spec.get(), {"replicas"})));
  text += "\nFinalizer   " + std::string(echo.has_finalizer() ? "ours is there" : "ours is not there");
  if (echo.has_foreign_finalizer()) text += ", and others'";
  text += "\nDeployment  " + deployment_line(echo, observation.deployment.get());
  text +=
      "\nSituation   " + std::string(to_string(decided.situation)) + ": " + std::string(meaning_of(decided.situation));
  if (decided.actions.empty()) {
    text += decided.status_held ? "\nNow         wait a moment before the status is written"
                                : "\nNow         nothing to do";
  } else {
    text += "\nNow";
    for (std::size_t at = 0; at < decided.actions.size(); ++at)
      text += "\n  " + std::to_string(at + 1) + ". " + std::visit(Describe{observation}, decided.actions[at]);
  }
  if (decided.situation == Situation::paused) text += "\n" + once_resumed(observation);
  return text + "\n";
}

}  // namespace echo
