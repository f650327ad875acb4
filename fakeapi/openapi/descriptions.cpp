#include "fakeapi/openapi/descriptions.hpp"

#include <algorithm>
#include <array>

namespace fakeapi::openapi {
namespace {

/// `what`: the end of a structure's name, then a field of it if it is about one.
struct Description {
  std::string_view structure;
  std::string_view field;
  std::string_view text;
};

constexpr auto table = std::to_array<Description>({
    {"", "apiVersion", "The group and version that the object is written in."},
    {"", "kind", "What kind of object this is."},
    {"", "metadata", "Name, labels and what else every object has."},
    {"", "spec", "What is wanted."},
    {"", "status", "What is, as the controllers see it."},
    {".ConfigMap", "", "Configuration that pods can read."},
    {".ConfigMap", "data", "The entries that are text."},
    {".ConfigMap", "binaryData", "The entries that are bytes, in base64."},
    {".Container", "", "One container of a pod."},
    {".Container", "image", "The image that it is made from."},
    {".Container", "name", "Its name, a DNS label, unique in the pod."},
    {".Container", "ports", "The ports that it listens on."},
    {".Container", "env", "Its environment variables."},
    {".Container", "resources", "What it needs and what it may use at most."},
    {".ClusterRole", "", "Rights in the whole cluster, to be bound to subjects."},
    {".ClusterRoleBinding", "", "Gives the rights of a ClusterRole to subjects, everywhere."},
    {".CustomResourceDefinition", "", "Defines a kind of objects that the server then serves."},
    {".Deployment", "", "Keeps a number of equal pods running and replaces them step by step."},
    {".DeploymentSpec", "", "The pods that a Deployment is to keep, and how it replaces them."},
    {".DeploymentSpec", "replicas", "How many pods; 1 if nothing is said."},
    {".DeploymentSpec", "selector", "Which pods belong to it; its template's labels must match."},
    {".DeploymentSpec", "template", "What the pods are made from."},
    {".DeploymentSpec", "strategy", "How old pods are replaced by new ones."},
    {".DeploymentSpec", "minReadySeconds", "How long a pod must be ready before it counts as available."},
    {".DeploymentSpec", "paused", "Changes of the template wait while it is true."},
    {".DeploymentSpec", "progressDeadlineSeconds", "After how long without progress it counts as failed."},
    {".DeploymentSpec", "revisionHistoryLimit", "How many old ReplicaSets are kept for going back to."},
    {".DeploymentStatus", "observedGeneration", "The generation that the controller has seen."},
    {".DeploymentStatus", "replicas", "How many pods there are."},
    {".DeploymentStatus", "updatedReplicas", "How many of them are made from the present template."},
    {".DeploymentStatus", "readyReplicas", "How many of them are ready."},
    {".DeploymentStatus", "availableReplicas", "How many of them are available."},
    {".Event", "", "Something that happened to an object."},
    {".Lease", "", "Who holds a lock, and until when."},
    {".Namespace", "", "A scope for names."},
    {".NetworkPolicy", "", "Which traffic pods may take and send."},
    {".ObjectMeta", "annotations", "Data for tools; nothing selects by it."},
    {".ObjectMeta", "creationTimestamp", "When the object was created."},
    {".ObjectMeta", "deletionTimestamp", "Since when, or from when on, the object is being deleted."},
    {".ObjectMeta", "finalizers", "What has to happen before the object goes."},
    {".ObjectMeta", "generation", "Counts changes of what is wanted."},
    {".ObjectMeta", "labels", "Keys and values that selectors match."},
    {".ObjectMeta", "managedFields", "Who owns which field."},
    {".ObjectMeta", "name", "The object's name, unique in its namespace."},
    {".ObjectMeta", "namespace", "The namespace that the object is in."},
    {".ObjectMeta", "ownerReferences", "The objects that this one belongs to."},
    {".ObjectMeta", "resourceVersion", "Changes with every change of the object."},
    {".ObjectMeta", "uid", "Tells the object from all others, ever."},
    {".Pod", "", "Containers that run together on one node."},
    {".PodDisruptionBudget", "", "How many pods may be disturbed at a time."},
    {".PodSpec", "containers", "The containers of the pod, at least one."},
    {".PodTemplateSpec", "", "What pods are made from."},
    {".ReplicaSet", "", "Keeps a number of equal pods running."},
    {".Role", "", "Rights in a namespace, to be bound to subjects."},
    {".RoleBinding", "", "Gives the rights of a role to subjects, in one namespace."},
    {".Secret", "", "Data that is not for everybody to read."},
    {".Service", "", "One address for a set of pods."},
    {".ServiceAccount", "", "Who pods are to the API server."},
});

}  // namespace

std::string_view describe(std::string_view structure) { return describe(structure, ""); }

std::string_view describe(std::string_view structure, std::string_view field) {
  auto const own = std::ranges::find_if(table, [&](Description const& one) {
    return one.field == field && !one.structure.empty() && structure.ends_with(one.structure);
  });
  if (own != table.end()) return own->text;
  if (field.empty()) return {};
  auto const any =
      std::ranges::find_if(table, [&](Description const& one) { return one.field == field && one.structure.empty(); });
  return any == table.end() ? std::string_view() : any->text;
}

}  // namespace fakeapi::openapi
