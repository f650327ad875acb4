// A call to the Kubernetes API as a value: what clients send, servers execute, simulators intercept.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/api/patch.hpp"
#include "operator/seams/time.hpp"

namespace api {

enum class Verb : std::uint8_t { get, list, watch, create, update, patch, delete_, delete_collection };
inline constexpr unsigned verb_count = 8;
/// "get" … "deletecollection": the words of RBAC.
std::string_view to_string(Verb verb);
constexpr bool is_write(Verb verb) { return verb >= Verb::create; }

/// `binding` (of a Pod, create only) assigns a node; `finalize` (of a Namespace, update only) sets spec.finalizers;
/// `eviction` (of a Pod, create only) is a delete that asks the PodDisruptionBudgets first.
enum class Subresource : std::uint8_t { none, status, scale, binding, finalize, eviction };
/// "", "status", "scale", …
std::string_view to_string(Subresource subresource);

/// resourceVersionMatch of a list.
enum class ResourceVersionMatch : std::uint8_t { unset, not_older_than, exact };

struct GetOptions {
  /// Unset: the latest (a quorum read). 0: whatever is at hand. n: not older than n.
  std::optional<ResourceVersion> resource_version;
  seams::MonotonicTime deadline = seams::never;
};

struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  std::optional<ResourceVersion> resource_version;
  ResourceVersionMatch match = ResourceVersionMatch::unset;
  std::int64_t limit = 0;         ///< most items in one answer; 0: all
  std::string continue_token;     ///< from the answer before; "": the first page
  std::vector<std::string> trim;  ///< paths to drop from each object, see api::trim
  seams::MonotonicTime deadline = seams::never;
};

struct WatchOptions {
  std::string label_selector;
  std::string field_selector;
  /// Events after this revision. Unset or 0: first an ADDED for each existing object, then what follows.
  std::optional<ResourceVersion> resource_version;
  /// sendInitialEvents (KEP-3157): true asks for an ADDED for each object, then for a bookmark annotated
  /// k8s.io/initial-events-end, whatever the resource_version; needs `match` not_older_than.
  std::optional<bool> send_initial_events;
  ResourceVersionMatch match = ResourceVersionMatch::unset;
  bool allow_bookmarks = true;
  /// After which the server ends the stream; 0: the server's choice.
  std::chrono::seconds timeout{0};
  std::vector<std::string> trim;
  seams::MonotonicTime deadline = seams::never;  ///< for opening the stream, not for the stream
};

/// fieldValidation of a write: what becomes of unknown and duplicate fields. Unset: the server's choice.
enum class FieldValidation : std::uint8_t { unset, ignore, warn, strict };

struct WriteOptions {
  std::string field_manager;
  bool dry_run = false;
  FieldValidation field_validation = FieldValidation::unset;
  /// The moment after which the write must not be sent (a lease's end); checked when its bytes are handed over.
  seams::MonotonicTime not_after = seams::never;
  /// When to stop waiting for the answer. A write that was sent has then an unknown outcome.
  seams::MonotonicTime deadline = seams::never;
};

struct Preconditions {
  std::string uid;  ///< "": any
  ResourceVersion resource_version = ResourceVersion::none;
};

enum class PropagationPolicy : std::uint8_t { unset, background, foreground, orphan };

struct DeleteOptions {
  Preconditions preconditions;
  PropagationPolicy propagation = PropagationPolicy::unset;
  std::optional<std::int64_t> grace_period_seconds;
  WriteOptions write;
};

/// Deletes each object that the list options select.
struct DeleteCollectionOptions {
  DeleteOptions each;
  ListOptions select;
};

struct Request {
  Verb verb = Verb::get;
  Subresource subresource = Subresource::none;
  Resource resource;
  /// The namespace ("" for all of them or for a cluster-scoped resource) and, for one object, its name.
  ObjectKey key;
  /// What the verb brings along: create and update an ObjectPtr, patch a Patch.
  std::variant<std::monostate, ObjectPtr, Patch> body;
  std::variant<GetOptions, ListOptions, WatchOptions, WriteOptions, DeleteOptions, DeleteCollectionOptions> options;

  /// The write options of a write, else null.
  WriteOptions const* write_options() const;
  seams::MonotonicTime deadline() const;
  /// For people and traces: "PATCH deployments.apps default/a/status".
  std::string to_string() const;
};

struct ObjectList {
  ResourceVersion resource_version = ResourceVersion::none;
  std::string continue_token;  ///< "" on the last page
  std::optional<std::int64_t> remaining_item_count;
  std::vector<ObjectPtr> items;
};

/// A delete that removed the object at once (the Status that the server answers).
struct Deleted {
  std::string uid;
};

/// get, create, update, patch and a delete that has to wait for finalizers answer an object; list and deletecollection
/// a list (of what was found).
using Response = std::variant<ObjectPtr, ObjectList, Deleted>;

}  // namespace api
