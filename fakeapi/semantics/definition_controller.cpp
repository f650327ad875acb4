// What the real server's controllers of definitions do some milliseconds later: accept names, establish, and in the
// end delete the objects. Each of their writes is a commit of its own, made before the call that caused it returns.
#include <algorithm>
#include <boost/json/object.hpp>
#include <set>

#include "fakeapi/semantics/definition_status.hpp"
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/fields.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

constexpr DefinitionCondition established{"Established", true, "InitialNamesAccepted",
                                          "the initial names have been accepted"};
constexpr DefinitionCondition deletion_in_progress{"Terminating", true, "InstanceDeletionInProgress",
                                                   "CustomResource deletion is in progress"};
constexpr DefinitionCondition all_deleted{"Terminating", false, "InstanceDeletionCompleted", "removed all instances"};
constexpr DefinitionCondition never_established{"Terminating", false, "NeverEstablished",
                                                "resource was never established"};

class Controller {
 public:
  Controller(State& state, RequestContext const& context) : state_(state) {
    context_.actor = Actor::server;
    context_.cause = context.cause;
    context_.now = context.now;
  }

  /// A definition has been written: serves what it defines, then takes the next step that is due. Every step is a
  /// write, which leads here again.
  void follow(api::ObjectPtr const& definition, Revision revision) {
    serve(*definition, revision);
    if (accept_names(*definition) || establish(*definition)) return;
    if (definition->metadata.terminating() && definition->metadata.has_finalizer(definition_finalizer)) {
      finalize(definition);
    }
  }

  /// A definition is gone, and its names are free.
  void forget(api::Object const& definition) {
    auto const compiled = state_.definitions->compile(definition.spec);
    state_.registry.remove(compiled->group, compiled->plural);
    reconsider(compiled->group, definition.metadata.name);
  }

  /// The last object of a definition that is being deleted is gone.
  void release(api::ObjectKey const& key) {
    api::ObjectPtr const stored = state_.log.find(index(), key);
    if (stored && stored->metadata.has_finalizer(definition_finalizer)) take_off_finalizer(*stored);
  }

 private:
  Served const& definitions() const { return state_.registry.definitions(); }
  ResourceIndex index() const { return definitions().index; }

  void serve(api::Object const& definition, Revision revision) {
    auto const compiled = state_.definitions->compile(definition.spec);
    if (!condition_holds(definition, "Established")) {
      state_.registry.remove(compiled->group, compiled->plural);
      return;
    }
    auto const names = DefinitionNames::read(api::find_path(definition.status.get(), {"acceptedNames"}));
    state_.registry.serve(compiled, names, revision, definition.metadata.terminating());
  }

  std::vector<api::ObjectPtr> all() const {
    std::vector<api::ObjectPtr> found;
    state_.log.visit_at(index(), state_.log.revision(), {}, [&](api::ObjectPtr const& object) {
      found.push_back(object);
      return true;
    });
    return found;
  }

  static std::string_view group_of(api::Object const& definition) {
    return api::find_string(definition.spec.get(), {"group"}).value_or("");
  }

  /// The other definitions of the group may have waited for a name.
  void reconsider(std::string_view group, std::string const& but) {
    for (auto const& other : all()) {
      if (group_of(*other) != group || other->metadata.name == but) continue;
      // It may have changed in the meantime.
      api::ObjectPtr const now = state_.log.find(index(), other->key());
      if (now && !accept_names(*now)) establish(*now);
    }
  }

  struct Taken {
    std::set<std::string> resources;
    std::set<std::string> kinds;
  };
  Taken taken_names(std::string_view group) const {
    Taken taken;
    for (auto const& other : all()) {
      if (group_of(*other) != group) continue;
      auto const names = DefinitionNames::read(api::find_path(other->status.get(), {"acceptedNames"}));
      taken.resources.insert({names.plural, names.singular});
      taken.resources.insert(names.short_names.begin(), names.short_names.end());
      taken.kinds.insert({names.kind, names.list_kind});
    }
    return taken;
  }

  /// Accepts what names are free. Whether there was something to write.
  bool accept_names(api::Object const& definition) {
    auto const wanted = DefinitionNames::read(api::find_path(definition.spec.get(), {"names"}));
    auto const accepted = DefinitionNames::read(api::find_path(definition.status.get(), {"acceptedNames"}));
    if (wanted == accepted) return false;
    auto const taken = taken_names(group_of(definition));
    auto next = accepted;
    std::string reason = "NoConflicts";
    std::string message = "no conflicts found";
    auto const claim = [&](std::string const& name, std::string& place, std::set<std::string> const& used,
                           char const* conflict) {
      if (name != place && used.contains(name)) {
        reason = conflict;
        message = go_value::text(name) + " is already in use";
      } else {
        place = name;
      }
    };
    claim(wanted.plural, next.plural, taken.resources, "PluralConflict");
    claim(wanted.singular, next.singular, taken.resources, "SingularConflict");
    if (wanted.short_names != accepted.short_names) {
      std::vector<std::string> conflicts;
      for (auto const& name : wanted.short_names) {
        bool const own = std::ranges::find(accepted.short_names, name) != accepted.short_names.end();
        if (!own && taken.resources.contains(name)) conflicts.push_back(go_value::text(name) + " is already in use");
      }
      if (conflicts.empty()) {
        next.short_names = wanted.short_names;
      } else {
        reason = "ShortNamesConflict";
        message = conflicts.front();
        for (std::size_t i = 1; i < conflicts.size(); ++i) message += ", " + conflicts[i];
        if (conflicts.size() > 1) message = "[" + message + "]";
      }
    }
    claim(wanted.kind, next.kind, taken.kinds, "KindConflict");
    claim(wanted.list_kind, next.list_kind, taken.kinds, "ListKindConflict");
    next.categories = wanted.categories;

    bool const free = reason == "NoConflicts";
    DefinitionCondition const naming{"NamesAccepted", free, reason, message};
    if (next == accepted && has_condition(definition, naming)) return false;
    bool const was_established = condition_holds(definition, "Established");
    write(definition, [&](json::object& status) {
      status["acceptedNames"] = next.write();
      set_condition(status, naming, now());
      if (was_established) return;
      if (free) {
        set_condition(status, {"Established", false, "Installing", established.message}, now());
      } else if (!has_established_condition(status)) {
        set_condition(status, {"Established", false, "NotAccepted", "not all names are accepted"}, now());
      }
    });
    // Names may have become free.
    reconsider(group_of(definition), definition.metadata.name);
    return true;
  }

  static bool has_established_condition(json::object const& status) {
    auto const* list = status.if_contains("conditions");
    return list != nullptr && list->is_array() &&
           std::ranges::any_of(list->get_array(), [](json::value const& condition) {
             return api::find_string(&condition, {"type"}) == "Established";
           });
  }

  bool establish(api::Object const& definition) {
    if (!condition_holds(definition, "NamesAccepted") || condition_holds(definition, "Established")) return false;
    write(definition, [&](json::object& status) { set_condition(status, established, now()); });
    return true;
  }

  void finalize(api::ObjectPtr const& definition) {
    if (!has_condition(*definition, deletion_in_progress)) {
      write(*definition, [&](json::object& status) { set_condition(status, deletion_in_progress, now()); });
      return;
    }
    if (!condition_holds(*definition, "Established")) return take_off_finalizer(*definition);
    auto const compiled = state_.definitions->compile(definition->spec);
    auto const served = compiled->served.empty() ? nullptr : state_.registry.find(compiled->served.front()->resource);
    if (served) delete_objects(served);
    // The last object's end has released the definition already.
    if (!served || state_.log.size(served->index) == 0) release(definition->key());
  }

  void delete_objects(std::shared_ptr<Served const> const& served) {
    std::vector<api::ObjectKey> keys;
    state_.log.visit_at(served->index, state_.log.revision(), {}, [&](api::ObjectPtr const& object) {
      if (!object->metadata.terminating()) keys.push_back(object->key());
      return true;
    });
    for (auto& key : keys) {
      api::Request request;
      request.verb = api::Verb::delete_;
      request.resource = served->kind->resource;
      request.key = std::move(key);
      request.options = api::DeleteOptions();
      auto const deleted = delete_object({state_, served, request, context_});
      seams::check(deleted.has_value(), "an object of a definition can be deleted");
    }
  }

  void take_off_finalizer(api::Object const& definition) {
    auto finalizers = *definition.metadata.finalizers;
    std::erase(finalizers, definition_finalizer);
    if (finalizers.empty()) {
      state_.erase(definitions(), definition.key(), context_);
      return;
    }
    bool const lived = condition_holds(definition, "Established");
    api::Object next = definition;
    next.metadata.finalizers = std::move(finalizers);
    write(next, [&](json::object& status) { set_condition(status, lived ? all_deleted : never_established, now()); });
  }

  template <class Change>
  void write(api::Object const& definition, Change const& change) {
    json::object status;
    if (definition.status && definition.status->is_object()) status = definition.status->get_object();
    change(status);
    api::Object next = definition;
    next.status = api::share(std::move(status));
    if (state_.options.field_management) own(definition, next);
    state_.put(definitions(), std::move(next), context_);
  }

  /// As the writes of the server's own client are accounted for.
  void own(api::Object const& stored, api::Object& next) {
    api::Request request;
    request.verb = api::Verb::update;
    request.resource = definitions().kind->resource;
    request.subresource = api::Subresource::status;
    request.key = stored.key();
    RequestContext context = context_;
    context.default_manager = "kube-apiserver";
    own_fields({state_, state_.registry.find(request.resource), request, context}, &stored, next);
  }

  api::Timestamp now() const { return to_timestamp(context_.now); }

  State& state_;
  RequestContext context_;
};

}  // namespace

void follow_definition(State& state, Commit const& commit, RequestContext const& context) {
  if (commit.resource == state.registry.definitions().index) {
    // Copies: what follows appends commits of its own.
    api::ObjectPtr const before = commit.before;
    api::ObjectPtr const after = commit.after;
    Revision const revision = commit.revision;
    Controller controller(state, context);
    if (after) {
      controller.follow(after, revision);
    } else {
      controller.forget(*before);
    }
    return;
  }
  if (commit.after) return;
  auto const served = state.registry.find(commit.resource);
  if (!served || !served->terminating || state.log.size(served->index) != 0) return;
  Controller(state, context).release({"", served->kind->qualified});
}

}  // namespace fakeapi
