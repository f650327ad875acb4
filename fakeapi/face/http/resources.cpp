// Requests for objects: from HTTP to the core's verbs and back.
#include <algorithm>
#include <utility>

#include "fakeapi/authorization/escalation.hpp"
#include "fakeapi/face/http/answers.hpp"
#include "fakeapi/face/http/body.hpp"
#include "fakeapi/face/http/exchange.hpp"
#include "fakeapi/face/http/failures.hpp"
#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/face/http/json_text.hpp"
#include "fakeapi/face/http/parameters.hpp"
#include "fakeapi/face/http/routes.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi::http {
namespace {

class Handler {
 public:
  Handler(Exchange& exchange, std::shared_ptr<Served const> served)
      : exchange_(exchange), served_(std::move(served)), kind_(*served_->kind) {}

  Outcome run() {
    auto const& info = exchange_.info;
    if (auto error = check_route(info, exchange_.request.method, kind_)) return *std::move(error);
    request_.resource = kind_.resource;
    request_.key = {kind_.namespaced ? info.namespace_ : "", info.name};
    request_.subresource = to_subresource(info.subresource).value_or(api::Subresource::none);
    if (info.verb == "get") return get();
    if (info.verb == "list") return list();
    if (info.verb == "watch") return watch();
    if (info.verb == "create") return create();
    if (info.verb == "update") return update();
    if (info.verb == "patch") return patch();
    if (info.verb == "delete") return remove();
    if (info.verb == "deletecollection") return remove_collection();
    return failures::method_not_allowed();
  }

 private:
  std::string const& body() const { return exchange_.request.body; }
  Query const& query() const { return exchange_.url.query; }
  Profile profile() const { return exchange_.server.profile(); }
  bool built_in() const { return kind_.strategy->built_in; }

  std::optional<api::Error> negotiate_form() {
    auto form = negotiate(exchange_.request.headers, query(), built_in());
    if (!form) return std::move(form.error());
    form_ = *form;
    return std::nullopt;
  }

  Rendering rendering() const { return {exchange_.cache, served_->kind, form_, exchange_.now}; }

  RequestContext request_context() const {
    RequestContext context;
    context.actor = exchange_.actor;
    context.now = exchange_.now;
    context.frontend = exchange_.frontend;
    return context;
  }

  Result<api::Response> execute() {
    manager_ = manager_of(exchange_.request.headers.get("User-Agent"));
    auto context = request_context();
    context.default_manager = manager_;
    context.duplicate_fields = &duplicates_;
    context.report = &report_;
    before_ = exchange_.server.revision();
    if (auto error = refuse_escalation(context)) return std::unexpected(*std::move(error));
    auto result = exchange_.server.execute(request_, context);
    exchange_.warnings.insert(exchange_.warnings.end(), report_.warnings.begin(), report_.warnings.end());
    return result;
  }

  // What would be stored of a role or a binding is held against the rights of who writes it.
  std::optional<api::Error> refuse_escalation(RequestContext context) {
    bool const concerned =
        exchange_.by_roles && request_.resource.group == "rbac.authorization.k8s.io" &&
        (request_.verb == api::Verb::create || request_.verb == api::Verb::update || request_.verb == api::Verb::patch);
    if (!concerned) return std::nullopt;
    api::Request rehearsal = request_;
    std::get<api::WriteOptions>(rehearsal.options).dry_run = true;
    context.report = nullptr;
    auto const result = exchange_.server.execute(rehearsal, context);
    auto const* object = result ? std::get_if<api::ObjectPtr>(&*result) : nullptr;
    if (object == nullptr || !*object) return std::nullopt;  // it fails, and says so itself
    auto const stored = exchange_.server.find(request_.resource, (*object)->key());
    return authorization::check_escalation(exchange_.server, exchange_.user, request_.resource, **object, stored.get());
  }

  // Whether what came back is as the store has it: then its text is worth keeping. The answer to an update that made
  // the object vanish is not; it bears a revision at which something else was there.
  bool is_stored(api::Object const& object, bool read) const {
    if (request_.subresource == api::Subresource::scale) return false;
    return read || api::to_number(object.metadata.resource_version) > before_;
  }

  Outcome answer(Result<api::Response> result, int status, bool read) {
    if (!result) {
      bool const early = result.error().is_too_large_resource_version() && read;
      if (early) return NotYet{asked_revision(), std::move(result.error())};
      return std::move(result.error());
    }
    if (auto const* object = std::get_if<api::ObjectPtr>(&*result)) {
      if (!*object) return make_response(status, form_, render_success(form_, status));
      return finish(status, render(rendering(), **object, is_stored(**object, read)));
    }
    if (auto const* list = std::get_if<api::ObjectList>(&*result)) return finish(status, render(rendering(), *list));
    auto const& deleted = std::get<api::Deleted>(*result);
    if (request_.verb == api::Verb::create) return make_response(status, form_, render_success(form_, status));
    return make_response(status, form_, render_deleted(form_, kind_, request_.key.name, deleted));
  }

  Outcome finish(int status, std::expected<Body, api::Error> rendered) {
    if (!rendered) return std::move(rendered.error());
    return make_response(status, form_, *std::move(rendered));
  }

  Revision asked_revision() const {
    std::optional<api::ResourceVersion> version;
    if (auto const* get = std::get_if<api::GetOptions>(&request_.options)) version = get->resource_version;
    if (auto const* list = std::get_if<api::ListOptions>(&request_.options)) version = list->resource_version;
    return version ? api::to_number(*version) : 0;
  }

  Outcome get() {
    if (auto error = negotiate_form()) return *std::move(error);
    auto options = get_options(query());
    if (!options) return std::move(options.error());
    request_.verb = api::Verb::get;
    request_.options = *std::move(options);
    return answer(execute(), 200, true);
  }

  Outcome list() {
    // A name that a field selector asks for has only been taken out of it.
    request_.key.name.clear();
    if (auto error = negotiate_form()) return *std::move(error);
    auto options = list_options(query(), profile());
    if (!options) return std::move(options.error());
    request_.verb = api::Verb::list;
    request_.options = *std::move(options);
    return answer(execute(), 200, true);
  }

  Outcome watch() {
    bool const by_path = exchange_.info.parts.size() >= 2;
    if (!by_path) request_.key.name.clear();
    if (auto error = negotiate_form()) return *std::move(error);
    auto options = watch_options(query(), profile());
    if (!options) return std::move(options.error());
    if (by_path) {
      auto const& selector = options->field_selector;
      if (!selector.empty() && selector != "metadata.name=" + request_.key.name) {
        return status::bad_request("fieldSelector metadata.name doesn't match requested name");
      }
    }
    request_.verb = api::Verb::watch;
    WatchPlan plan;
    plan.kind = served_->kind;
    plan.form = form_;
    plan.timeout = options->timeout;
    plan.bookmarks = options->allow_bookmarks;
    request_.options = *std::move(options);
    auto cursor = exchange_.server.open_watch(request_, request_context());
    if (!cursor) return std::move(cursor.error());
    if (form_.encoding != Encoding::json) {
      return failures::not_acceptable(
          "only the following media types are accepted: application/json;stream=watch, "
          "application/vnd.kubernetes.protobuf;stream=watch");
    }
    plan.cursor = *std::move(cursor);
    return plan;
  }

  // What a body is to be.
  Expected expected(bool is_new) const {
    switch (request_.subresource) {
      case api::Subresource::scale:
        return {"Scale", "v1", true, is_new};
      case api::Subresource::binding:
        return {"Binding", "v1", true, is_new};
      case api::Subresource::eviction:
        return {"Eviction", "v1beta1", true, is_new};
      default:
        return {kind_.kind, kind_.resource.version, built_in(), is_new};
    }
  }

  // Whether it matters that a key comes twice.
  bool minds_duplicates(api::WriteOptions const& options) const {
    using enum api::FieldValidation;
    return options.field_validation == strict || options.field_validation == warn ||
           (options.field_validation == unset && profile() == Profile::modern);
  }

  std::optional<api::Error> read_body(api::WriteOptions const& options, bool is_new) {
    auto const type = media_type(exchange_.request.headers.get("Content-Type"));
    if (!type) return type.error();
    auto read = read_object(body(), *type, expected(is_new), minds_duplicates(options));
    if (!read) return std::move(read.error());
    duplicates_ = std::move(read->duplicate_fields);
    request_.body = std::make_shared<api::Object const>(std::move(read->object));
    return std::nullopt;
  }

  Outcome create() {
    if (auto error = negotiate_form()) return *std::move(error);
    if (auto type = media_type(exchange_.request.headers.get("Content-Type")); !type) return std::move(type.error());
    auto options = write_options(query(), Write::create, profile());
    if (!options) return std::move(options.error());
    if (auto error = read_body(*options, true)) return *std::move(error);
    request_.verb = api::Verb::create;
    request_.options = *std::move(options);
    // On the path of an object the name in the body counts, as on the collection's; not so for subresources.
    if (request_.subresource == api::Subresource::none) request_.key.name.clear();
    return answer(execute(), 201, false);
  }

  Outcome update() {
    if (auto error = negotiate_form()) return *std::move(error);
    auto options = write_options(query(), Write::update, profile());
    if (!options) return std::move(options.error());
    if (auto error = read_body(*options, false)) return *std::move(error);
    request_.verb = api::Verb::update;
    request_.options = *std::move(options);
    auto result = execute();
    return answer(std::move(result), report_.created ? 201 : 200, false);
  }

  Outcome patch() {
    auto const type = patch_type(exchange_.request.headers.get("Content-Type"), built_in());
    if (!type) return type.error();
    if (auto error = negotiate_form()) return *std::move(error);
    auto options = write_options(query(), *type == PatchType::apply ? Write::apply : Write::patch, profile());
    if (!options) return std::move(options.error());
    auto read = read_patch(body(), *type, is_forced(query()));
    if (!read) {
      // Patches are looked at when there is something to patch.
      if (*type == PatchType::apply || exchange_.server.find(request_.resource, request_.key)) {
        return std::move(read.error());
      }
      read = api::Patch(api::MergePatch{api::share(boost::json::object())});
    }
    if (minds_duplicates(*options) && *type != PatchType::json && body().starts_with('{'))
      duplicates_ = duplicate_keys(body());
    request_.verb = api::Verb::patch;
    request_.body = *std::move(read);
    request_.options = *std::move(options);
    auto result = execute();
    return answer(std::move(result), report_.created ? 201 : 200, false);
  }

  // DeleteOptions from the body, or from the query if there is none.
  Parsed<DeleteBody> read_delete_options() {
    if (body().empty()) return delete_options(query());
    auto const type = media_type(exchange_.request.headers.get("Content-Type"));
    if (!type) return std::unexpected(type.error());
    auto const value = decode_body(body(), *type);
    if (!value) return std::unexpected(status::plain_error(value.error()));
    return delete_options(*value);
  }

  Outcome remove() {
    if (auto error = negotiate_form()) return *std::move(error);
    auto options = read_delete_options();
    if (!options) return std::move(options.error());
    request_.verb = api::Verb::delete_;
    request_.options = std::move(options->options);
    auto result = execute();
    // A client that asks for cascading in the old way is told whether it is still going on.
    bool const stays = result && std::holds_alternative<api::ObjectPtr>(*result);
    bool const accepted = stays && options->orphan_dependents == false;
    return answer(std::move(result), accepted ? 202 : 200, false);
  }

  Outcome remove_collection() {
    request_.key.name.clear();
    if (auto error = negotiate_form()) return *std::move(error);
    auto select = list_options(query(), profile());
    if (!select) return std::move(select.error());
    auto options = read_delete_options();
    if (!options) return std::move(options.error());
    request_.verb = api::Verb::delete_collection;
    request_.options = api::DeleteCollectionOptions{std::move(options->options), *std::move(select)};
    return answer(execute(), 200, false);
  }

  Exchange& exchange_;
  std::shared_ptr<Served const> served_;
  Kind const& kind_;
  Form form_;
  api::Request request_;
  std::string manager_;
  std::vector<std::string> duplicates_;
  Report report_;
  Revision before_ = 0;
};

}  // namespace

Outcome serve_resource(Exchange& exchange, std::shared_ptr<Served const> const& served) {
  return Handler(exchange, served).run();
}

}  // namespace fakeapi::http
