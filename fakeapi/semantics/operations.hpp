// The verbs. Each takes a request whose resource has been found.
#pragma once
#include "fakeapi/semantics/state.hpp"
#include "operator/api/request.hpp"

namespace fakeapi {

struct Call {
  State& state;
  std::shared_ptr<Served const> served;
  api::Request const& request;
  RequestContext const& context;

  Kind const& kind() const { return *served->kind; }
  /// The answer is a 201.
  void created() const {
    if (context.report != nullptr) context.report->created = true;
  }
  bool dry_run() const {
    auto const* options = request.write_options();
    return options != nullptr && options->dry_run;
  }
};

Result<api::ObjectPtr> get(Call const& call);
/// `options` are those of the request, or those that a deletecollection brings along.
Result<api::ObjectList> list(Call const& call, api::ListOptions const& options);
/// How an object comes to be: by POST, or by a write to a name that is not there yet.
enum class Creation : std::uint8_t { post, put, apply };
Result<api::ObjectPtr> create(Call const& call, api::ObjectPtr const& body, Creation creation = Creation::post);
/// POST of a Pod's subresources; both answer a Status of success.
Result<api::ObjectPtr> bind_pod(Call const& call, api::ObjectPtr const& body);
Result<api::ObjectPtr> evict_pod(Call const& call, api::ObjectPtr const& body);
/// PUT and PATCH, of the object and of its subresources.
Result<api::ObjectPtr> update(Call const& call);
Result<api::Response> delete_object(Call const& call);

/// Deletes each object that a list finds, one after the other; answers what it found.
Result<api::Response> delete_collection(Call const& call);

Result<std::unique_ptr<WatchCursor>> open_watch(State const& state, Served const& served, api::Request const& request,
                                                RequestContext const& context);
std::optional<api::WatchEvent> next_event(State const& state, WatchCursor& cursor, Revision up_to);
std::optional<api::WatchEvent> bookmark(State const& state, WatchCursor const& cursor, Revision up_to);

// Shared by them.

/// Whether the namespace of a request takes new objects; `name` is that of the object.
std::optional<api::Error> check_namespace(Call const& call, std::string const& name);

/// What selectors mean for this kind.
Result<Filter> make_filter(Kind const& kind, std::string_view namespace_, std::string const& label_selector,
                           std::string const& field_selector);
bool matches(Kind const& kind, Filter const& filter, api::Object const& object);
/// Where the keys of a filter begin.
api::ObjectKey first_key(Filter const& filter);

/// The object as this version of its kind shows it. `since`: when the definition last changed; what was written before
/// gets the defaults it has now.
api::ObjectPtr present(Kind const& kind, Revision since, api::ObjectPtr object);
inline api::ObjectPtr present(Call const& call, api::ObjectPtr object) {
  return present(call.kind(), call.served->since, std::move(object));
}
/// An object that a request has made, in the form in which it is kept.
void to_storage(Kind const& kind, api::Object& object);

/// Takes out owner references that come twice, and says so in a warning. `patched`: the object came out of a patch.
void remove_duplicate_owners(Call const& call, api::ObjectMeta& metadata, bool patched);
/// An object that is too large to be stored, if the server has such a limit.
std::optional<api::Error> check_size(State const& state, api::Object const& object);

/// Whether a body is of this kind; fills in what a built-in kind takes from the URL.
std::optional<api::Error> check_type(Kind const& kind, api::Object& object);

/// The autoscaling/v1 Scale of an object.
Result<api::Object> scale_of(Kind const& kind, api::Object const& object);
/// 404 on a subresource.
api::Error subresource_not_found(Call const& call);

/// Brings an update through the kind's pipeline and stores it: `next` was made from `stored`, by a client.
Result<api::ObjectPtr> write_update(Call const& call, api::ObjectPtr const& stored, api::Object next,
                                    api::Subresource subresource);

/// All of one object's finalizers are off and it is marked: whether it is to vanish.
bool may_vanish(Kind const& kind, api::Object const& next, api::Object const& stored);

/// What the controllers of definitions do, at once: serve what a definition defines; when it is marked for deletion,
/// delete its objects, and the definition itself when none is left.
void follow_definition(State& state, Commit const& commit, RequestContext const& context);

}  // namespace fakeapi
