// POST.
#include "fakeapi/semantics/field_validation.hpp"
#include "fakeapi/semantics/fields.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi {
namespace {

constexpr std::size_t longest_generated_base = 58;  // a label's 63 characters less the suffix

}  // namespace

// The admission plugin NamespaceLifecycle.
std::optional<api::Error> check_namespace(Call const& call, std::string const& name) {
  Served const& namespaces = call.state.registry.namespaces();
  auto const& found = call.state.log.find(namespaces.index, {"", call.request.key.namespace_});
  if (!found) return status::not_found(*namespaces.kind, call.request.key.namespace_);
  if (!found->metadata.terminating()) return std::nullopt;
  auto const& own = found->metadata.name;
  auto error = status::forbidden(
      call.kind(), name, "unable to create new content in namespace " + own + " because it is being terminated");
  error.causes.push_back({"NamespaceTerminating", "namespace " + own + " is being terminated", "metadata.namespace"});
  return error;
}

Result<api::ObjectPtr> create(Call const& call, api::ObjectPtr const& body, Creation creation) {
  Kind const& kind = call.kind();
  auto const& request = call.request;
  if (auto error = check_field_manager(call)) return std::unexpected(*std::move(error));
  // The real paths: a namespaced object is only created below its namespace, a cluster-scoped one only outside.
  if (kind.namespaced == request.key.namespace_.empty()) {
    return std::unexpected(kind.strategy->built_in ? status::no_such_resource() : status::page_not_found());
  }
  if (call.served->terminating) return std::unexpected(status::definition_terminating(kind));
  if (!body) return std::unexpected(status::bad_request("the body of the request is missing"));

  api::Object object = *body;
  if (auto error = check_type(kind, object)) return std::unexpected(*std::move(error));
  if (creation == Creation::post) {
    if (auto error = validate_fields(call, object)) return std::unexpected(*std::move(error));
  }
  auto& metadata = object.metadata;
  remove_duplicate_owners(call, metadata, false);
  if (kind.namespaced) {
    auto const& name = metadata.name.empty() ? metadata.generate_name : metadata.name;
    if (auto error = check_namespace(call, name)) return std::unexpected(*std::move(error));
    if (metadata.namespace_.empty()) metadata.namespace_ = request.key.namespace_;
    if (metadata.namespace_ != request.key.namespace_) {
      return std::unexpected(
          status::bad_request("the namespace of the provided object does not match the namespace sent on the request"));
    }
  } else {
    metadata.namespace_.clear();  // dropped without a word: rest/create.go, BeforeCreate
  }

  api::ResourceVersion const sent_version = metadata.resource_version;
  metadata.resource_version = api::ResourceVersion::none;
  metadata.creation_timestamp = to_timestamp(call.context.now);
  // Kinds that do not count theirs keep what is sent.
  if (kind.strategy->generation != Generation::none) metadata.generation = 1;
  if (!manages_fields(call)) metadata.rest = nullptr;
  bool const generated = metadata.name.empty() && !metadata.generate_name.empty();
  if (generated) {
    metadata.name = metadata.generate_name.substr(0, longest_generated_base) + call.state.identities.next_suffix();
  }
  Admission const admission{kind, *call.state.definitions, call.state.options.profile == Profile::modern, nullptr};
  // Nobody owns what admission adds, which in compiled-in kinds does more than to decode.
  bool const accounts = manages_fields(call) && creation != Creation::apply;
  if (accounts && kind.strategy->built_in) own_fields(call, nullptr, object);
  auto const decode = decoder(call);
  if (decode != nullptr) {
    if (auto error = decode(admission, object, nullptr)) return std::unexpected(*std::move(error));
  }
  if (accounts && !kind.strategy->built_in) own_fields(call, nullptr, object);
  // Accounted for all the same.
  metadata.deletion_timestamp.reset();
  metadata.deletion_grace_period_seconds.reset();
  if (kind.strategy->prepare_create != nullptr) kind.strategy->prepare_create(kind, object);

  FieldErrors errors;
  if (kind.strategy->checks_metadata) validate_metadata(kind, metadata, errors);
  if (metadata.rest) validate_managed_fields(metadata, errors);
  if (kind.strategy->validate != nullptr) kind.strategy->validate(admission, object, nullptr, errors);
  if (!kind.strategy->checks_metadata && errors.empty()) validate_metadata(kind, metadata, errors);
  if (!errors.empty()) return std::unexpected(errors.to_error(kind, metadata.name));
  if (decode != kind.strategy->admit) {
    if (auto error = kind.strategy->admit(admission, object, nullptr)) return std::unexpected(*std::move(error));
  }
  if (sent_version != api::ResourceVersion::none && creation == Creation::post && !call.dry_run()) {
    return std::unexpected(status::plain_error("resourceVersion should not be set on objects to be created"));
  }
  if (auto const& there = call.state.log.find(call.served->index, object.key())) {
    if (generated) return std::unexpected(status::name_collision(kind));
    return std::unexpected(status::already_exists(kind, metadata.name, there->metadata.terminating()));
  }
  if (kind.strategy->allocate != nullptr) {
    if (auto error = kind.strategy->allocate({kind, call.state, call.dry_run()}, object, nullptr))
      return std::unexpected(*std::move(error));
  }
  metadata.uid = call.state.identities.next_uid();
  if (auto error = check_size(call.state, object)) return std::unexpected(*std::move(error));
  call.created();
  if (call.dry_run()) {
    auto made = std::make_shared<api::Object const>(std::move(object));
    return kind.versions ? made : present(call, std::move(made));
  }
  to_storage(kind, object);
  return present(call, call.state.put(*call.served, std::move(object), call.context));
}

}  // namespace fakeapi
