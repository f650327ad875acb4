// What a served resource is, and the per-kind differences in behaviour: one Strategy per kind.
#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/error.hpp"
#include "operator/api/object.hpp"
#include "operator/api/request.hpp"

namespace fakeapi {

class DefinitionCache;
class FieldErrors;
class Schema;
struct CustomVersions;
struct Kind;
namespace printing {
struct CustomColumns;
}
namespace types {
class KindCodec;
}
struct State;

/// Where the numbers of the scale subresource of a custom resource are, each path without its leading dot split at
/// the dots.
struct ScalePaths {
  using Path = std::vector<std::string>;
  Path spec_replicas;
  Path status_replicas;
  Path label_selector;  ///< empty: none
};

/// A scale as one kind keeps it.
struct ScaleView {
  std::optional<std::int64_t> spec_replicas;
  std::int64_t status_replicas = 0;
  std::string selector;
};

/// What a kind's rules may look at besides the objects.
struct Admission {
  Kind const& kind;
  DefinitionCache& definitions;
  bool modern = false;  ///< Profile::modern
  /// Where admit() notes the paths of fields that it drops because they are unknown; null: nowhere.
  std::vector<std::string>* unknown_fields = nullptr;
};

/// What Strategy::allocate may look at besides the objects.
struct Allocation {
  Kind const& kind;
  State const& state;
  bool dry_run = false;
};

/// Which changes of an object count its metadata.generation up.
enum class Generation : std::uint8_t {
  none,                  ///< the kind has none
  spec_and_annotations,  ///< Deployments
  spec,
  all_but_metadata,  ///< custom resources; what a subresource owns has been restored before
};

/// Everything in which kinds differ. Constant, one per kind (strategies.hpp); null functions mean "nothing to do".
/// Objects are given in their stored form after admission, `stored` is the object that is replaced.
struct Strategy {
  /// A compiled-in kind: a missing apiVersion or kind is taken from the URL, unknown paths answer a Status.
  bool built_in = false;
  /// A PUT without resourceVersion overwrites whatever is there (else 422).
  bool unconditional_update = false;
  /// A PUT of an absent object creates it.
  bool create_on_update = false;
  Generation generation = Generation::none;
  /// Understands the orphan and foregroundDeletion finalizers.
  bool garbage_collected = false;
  bool has_status = false;  ///< serves /status; custom resources: if their definition says so
  bool has_scale = false;   ///< serves /scale; custom resources: if their definition says so

  /// Brings what a client sent into the form that is stored: drops unknown fields, fills in defaults. Leaves alone
  /// (same pointers) what is as it should be, and what is the stored object's. Fails where decoding would (400).
  std::optional<api::Error> (*admit)(Admission const& admission, api::Object& object,
                                     api::Object const* stored) = nullptr;
  /// The same of what server-side apply made, where that is not what decoding makes: unknown fields stay until the
  /// object has been validated. Null: `admit`.
  std::optional<api::Error> (*admit_applied)(Admission const& admission, api::Object& object,
                                             api::Object const* stored) = nullptr;
  /// What decoding fills in depending on other fields, in the object's JSON: who sets them is accounted for. `admit`
  /// has to do the same. Null: nothing.
  void (*fill_in)(boost::json::object& document, bool modern) = nullptr;
  void (*prepare_create)(Kind const& kind, api::Object& object) = nullptr;
  /// Last of all, when the object is known to be valid: gives it what is given out once in a cluster (addresses,
  /// ports). `stored` is null on create.
  std::optional<api::Error> (*allocate)(Allocation const& allocation, api::Object& object,
                                        api::Object const* stored) = nullptr;
  /// Objects are stored as another version has them: the form in which this version shows one. Null: only apiVersion
  /// differs.
  void (*show)(api::Object& stored) = nullptr;
  /// Restores what a main update may not touch.
  void (*prepare_update)(Kind const& kind, api::Object& next, api::Object const& stored) = nullptr;
  /// Restores what an update of /status may not touch.
  void (*prepare_status_update)(Kind const& kind, api::Object& next, api::Object const& stored) = nullptr;
  /// The kind's own rules look at metadata as well: on create before everything else, on update once more after the
  /// rules for every kind. Without it a new object's metadata is checked last, and its name can be any path segment.
  bool checks_metadata = true;
  /// The kind's own rules. `stored` is null on create.
  void (*validate)(Admission const& admission, api::Object const& next, api::Object const* stored,
                   FieldErrors& errors) = nullptr;
  /// Takes the place of both on update, metadata included. Null: none does.
  void (*validate_update)(Admission const& admission, api::Object const& next, api::Object const& stored,
                          FieldErrors& errors) = nullptr;
  void (*validate_status)(Admission const& admission, api::Object const& next, api::Object const* stored,
                          FieldErrors& errors) = nullptr;
  /// Any word is a finalizer; else one needs a domain or has to be a known one. Custom resources: any.
  bool loose_finalizers = false;
  /// What is wrong with a metadata.name, or with a metadata.generateName (`prefix`), which may end in '-'.
  std::vector<std::string> (*name_messages)(std::string_view name, bool prefix) = nullptr;
  /// Why an object of this name can never be deleted; null text: it can. Null: all can.
  char const* (*undeletable)(std::string_view name) = nullptr;
  /// Restores what an update of /finalize may not touch. Null: the kind does not serve it.
  void (*prepare_finalize)(Kind const& kind, api::Object& next, api::Object const& stored) = nullptr;
  void (*validate_finalize)(Kind const& kind, api::Object const& next, FieldErrors& errors) = nullptr;
  /// Serves /binding and /eviction, as Pods do.
  bool has_pod_subresources = false;
  /// The first delete only turns the stored object into the terminating one, which this does; the next ones are as
  /// usual. Null: so is the first.
  void (*begin_deletion)(api::Object& next, api::PropagationPolicy policy, api::Timestamp now) = nullptr;
  /// Deletion gives an object of this kind time to end: how many seconds, where the delete asked for `asked`. Null: it
  /// does not.
  std::int64_t (*grace)(api::Object const& object, std::optional<std::int64_t> asked) = nullptr;
  /// A delete that removes the object at once answers the object, not a Status.
  bool returns_deleted = false;
  /// A terminating object without finalizers has to stay. Null: none has to.
  bool (*stays)(api::Object const& object) = nullptr;
  /// The value of a field that selectors may ask for besides metadata.name and metadata.namespace, or nothing if there
  /// is no such field. Null: only those two.
  std::optional<std::string> (*select_field)(api::Object const& object, std::string_view field) = nullptr;
  /// The scale in an object; an error if its place holds something else.
  std::expected<ScaleView, api::Error> (*read_scale)(Kind const& kind, api::Object const& object) = nullptr;
  void (*write_scale)(Kind const& kind, api::Object& object, std::int64_t replicas) = nullptr;
};

/// One version of one resource as it is served. Immutable; shared between servers.
struct Kind {
  api::Resource resource;
  std::string api_version;      ///< "example.com/v1"
  std::string kind;             ///< "Echo"
  std::string qualified;        ///< "echoes.example.com"
  std::string qualified_kind;   ///< "Echo.example.com"
  std::string resource_group;   ///< in the details of errors about the resource
  std::string kind_group;       ///< in the details of errors about the Kind
  std::string registry_prefix;  ///< "/registry/example.com/echoes/"
  bool namespaced = true;
  bool has_status = false;
  bool has_scale = false;
  Strategy const* strategy = nullptr;
  std::shared_ptr<types::KindCodec const> codec;  ///< of a compiled-in kind
  // For discovery. make_kind() fills in what most have.
  std::string singular;                  ///< "echo"
  std::string list_kind;                 ///< "EchoList"
  std::vector<std::string> short_names;  ///< "deploy"
  std::vector<std::string> categories;   ///< "all"
  std::vector<std::string_view> verbs;   ///< in the order of the real server's documents
  // Of custom resources:
  std::shared_ptr<Schema const> schema;            ///< null: fields are not restricted
  std::shared_ptr<CustomVersions const> versions;  ///< all of the definition, this one among them
  std::optional<ScalePaths> scale;
  /// Name and the additionalPrinterColumns; null: no definition said any.
  std::shared_ptr<printing::CustomColumns const> columns;
  /// The openAPIV3Schema as it was given.
  api::SharedJson schema_source;
};

}  // namespace fakeapi
