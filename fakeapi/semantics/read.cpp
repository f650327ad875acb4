// get and list.
#include <algorithm>

#include "fakeapi/semantics/continue_token.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/shuffle.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi {
namespace {

using api::ResourceVersionMatch;

// Options that contradict each other (internalversion/validation).
std::optional<api::Error> validate(api::ListOptions const& options) {
  if (options.match == ResourceVersionMatch::unset) return std::nullopt;
  std::string const field = "resourceVersionMatch";
  FieldErrors errors;
  if (!options.resource_version) {
    errors.forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (!options.continue_token.empty()) {
    errors.forbidden(field, "resourceVersionMatch is forbidden when continue is provided");
  }
  if (options.match == ResourceVersionMatch::exact && options.resource_version == api::ResourceVersion::none) {
    errors.forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
  if (errors.empty()) return std::nullopt;
  return errors.to_error("ListOptions.meta.k8s.io", "meta.k8s.io", "ListOptions", "");
}

// Where a list is read.
struct Snapshot {
  Revision revision = 0;
  api::ObjectKey from;
  std::int64_t limit = 0;  // 0: none
  bool cached = false;
  bool continued = false;
};

Result<Snapshot> snapshot(Call const& call, api::ListOptions const& options, Filter const& filter) {
  Log const& log = call.state.log;
  Snapshot at{log.revision(), first_key(filter), std::max<std::int64_t>(options.limit, 0)};
  Revision const asked = options.resource_version ? api::to_number(*options.resource_version) : 0;

  if (!options.continue_token.empty()) {
    if (asked != 0) {
      return std::unexpected(status::bad_request("specifying resource version is not allowed when using continue"));
    }
    auto token = decode_continue(options.continue_token, filter.namespace_);
    if (!token) return std::unexpected(status::bad_request("invalid continue token: " + token.error()));
    at.continued = true;
    at.from = std::move(token->from);
    if (token->revision < 0) return at;  // inconsistent on purpose: the rest as it is now
    at.revision = static_cast<Revision>(token->revision);
    if (at.revision < log.compacted()) {
      api::Error error = status::list_expired();
      error.message =
          "The provided continue parameter is too old to display a consistent list result. You can start a new list "
          "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
          "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
          "modified, or deleted between the time the first chunk was returned and now may show up in the list.";
      error.continue_token = encode_continue({-1, at.from}, filter.namespace_);
      return std::unexpected(std::move(error));
    }
    if (at.revision > log.revision()) {
      return std::unexpected(status::plain_error("etcdserver: mvcc: required revision is a future revision"));
    }
    return at;
  }

  if (!options.resource_version) return at;
  bool const paged = at.limit > 0 && asked != 0;
  if (options.match != ResourceVersionMatch::exact && !paged) {
    at.limit = 0;  // from the cache, which knows no pages
    at.cached = true;
    at.revision = call.state.cache_revision(*call.served, call.context.frontend);
    if (asked > at.revision) return std::unexpected(status::too_large_resource_version(asked, at.revision));
    return at;
  }
  if (options.match == ResourceVersionMatch::not_older_than) {
    if (asked > log.revision()) return std::unexpected(status::too_large_resource_version(asked, log.revision()));
    return at;
  }
  if (asked > log.revision()) {
    return std::unexpected(status::plain_error("etcdserver: mvcc: required revision is a future revision"));
  }
  if (asked < log.compacted()) return std::unexpected(status::list_expired());
  at.revision = asked;
  return at;
}

}  // namespace

Result<api::ObjectPtr> get(Call const& call) {
  auto const& request = call.request;
  Kind const& kind = call.kind();
  api::ObjectPtr stored;
  auto const* options = std::get_if<api::GetOptions>(&request.options);
  if (options != nullptr && options->resource_version) {
    Revision const asked = api::to_number(*options->resource_version);
    Revision const reached = call.state.cache_revision(*call.served, call.context.frontend);
    if (asked > reached) return std::unexpected(status::too_large_resource_version(asked, reached));
    stored = call.state.log.find_at(call.served->index, request.key, reached);
  } else {
    stored = call.state.log.find(call.served->index, request.key);
  }
  if (!stored) return std::unexpected(subresource_not_found(call));
  if (request.subresource == api::Subresource::scale) {
    auto scale = scale_of(kind, *present(call, stored));
    if (!scale) return std::unexpected(std::move(scale.error()));
    return std::make_shared<api::Object const>(*std::move(scale));
  }
  return present(call, stored);
}

Result<api::ObjectList> list(Call const& call, api::ListOptions const& options) {
  if (auto error = validate(options)) return std::unexpected(*std::move(error));
  Kind const& kind = call.kind();
  auto filter = make_filter(kind, call.request.key.namespace_, options.label_selector, options.field_selector);
  if (!filter) return std::unexpected(std::move(filter.error()));
  auto const at = snapshot(call, options, *filter);
  if (!at) return std::unexpected(at.error());

  api::ObjectList answer;
  answer.resource_version = api::ResourceVersion(at->revision);
  api::ObjectPtr last;
  std::int64_t left_over = 0;
  bool const everything = filter->selects_all();
  call.state.log.visit_at(call.served->index, at->revision, at->from, [&](api::ObjectPtr const& object) {
    if (!filter->namespace_.empty() && object->metadata.namespace_ != filter->namespace_) return false;
    if (at->limit > 0 && static_cast<std::int64_t>(answer.items.size()) >= at->limit) {
      ++left_over;
      return everything;  // only without selectors are the remaining ones counted
    }
    if (matches(kind, *filter, *object)) {
      answer.items.push_back(api::trim(present(call, object), options.trim));
    }
    if (at->limit > 0) last = object;
    return true;
  });
  if (left_over > 0) {
    answer.continue_token =
        encode_continue({static_cast<std::int64_t>(at->revision), after(last->key())}, filter->namespace_);
    if (everything) answer.remaining_item_count = left_over;
  }
  if (at->cached && call.state.options.shuffle_seed != 0) {
    shuffle(answer.items, call.state.options.shuffle_seed, at->revision);
  }
  return answer;
}

}  // namespace fakeapi
