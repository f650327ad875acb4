#include "fakeapi/face/http/parameters.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "fakeapi/face/http/json_text.hpp"
#include "fakeapi/face/http/request_info.hpp"
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi::http {
namespace {

using api::ResourceVersionMatch;

// The words of Go's strconv.
std::string not_a_number(std::string_view function, std::string_view text, std::errc error) {
  return "strconv." + std::string(function) + ": parsing " + go_value::text(text) +
         (error == std::errc::result_out_of_range ? ": value out of range" : ": invalid syntax");
}

template <class Number>
std::expected<Number, std::string> parse_number(std::string_view text, std::string_view function) {
  auto digits = text;
  if (std::is_signed_v<Number> && digits.starts_with('+')) digits.remove_prefix(1);
  Number number{};
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc()) return std::unexpected(not_a_number(function, text, error));
  if (end != digits.data() + digits.size() || (digits.size() != text.size() && digits.starts_with('-'))) {
    return std::unexpected(not_a_number(function, text, std::errc::invalid_argument));
  }
  return number;
}

Parsed<std::optional<std::int64_t>> integer(Query const& query, std::string_view name) {
  auto const text = query.get(name);
  if (text.empty()) return std::optional<std::int64_t>();
  auto number = parse_number<std::int64_t>(text, "ParseInt");
  if (!number) return std::unexpected(status::bad_request(std::move(number.error())));
  return std::optional(*number);
}

// A revision is looked at by the store, not where requests are decoded: 500.
Parsed<std::optional<api::ResourceVersion>> resource_version(Query const& query) {
  auto const text = query.get("resourceVersion");
  if (text.empty()) return std::optional<api::ResourceVersion>();
  auto const number = parse_number<std::uint64_t>(text, "ParseUint");
  if (!number) {
    return std::unexpected(
        status::plain_error("resourceVersion: Invalid value: " + go_value::text(text) + ": " + number.error()));
  }
  return std::optional(api::ResourceVersion(*number));
}

api::Error invalid_options(FieldErrors const& errors, std::string_view kind) {
  return errors.to_error(std::string(kind) + ".meta.k8s.io", "meta.k8s.io", kind, "");
}

void check_match(Query const& query, std::string_view match, FieldErrors& errors) {
  if (match.empty()) return;
  std::string const field = "resourceVersionMatch";
  if (query.get("resourceVersion").empty()) {
    errors.forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (!query.get("continue").empty()) {
    errors.forbidden(field, "resourceVersionMatch is forbidden when continue is provided");
  }
  if (match != "Exact" && match != "NotOlderThan") {
    static std::array<std::string, 3> const known{"Exact", "NotOlderThan", ""};
    errors.not_supported(field, go_value::text(match), known);
  }
  if (match == "Exact" && query.get("resourceVersion") == "0") {
    errors.forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
}

void check_watch_match(Query const& query, std::string_view match, FieldErrors& errors) {
  std::string const field = "resourceVersionMatch";
  bool const initial = query.has("sendInitialEvents");
  if (initial && match != "NotOlderThan") {
    errors.forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (match.empty()) return;
  if (!initial) {
    errors.forbidden(field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  }
  if (match != "NotOlderThan") {
    static std::array<std::string, 1> const known{"NotOlderThan"};
    errors.not_supported(field, go_value::text(match), known);
  }
  if (!query.get("continue").empty()) {
    errors.forbidden(field, "resourceVersionMatch is forbidden when continue is provided");
  }
}

ResourceVersionMatch to_match(std::string_view text) {
  if (text == "Exact") return ResourceVersionMatch::exact;
  if (text == "NotOlderThan") return ResourceVersionMatch::not_older_than;
  return ResourceVersionMatch::unset;
}

// How Go prints a []string with %#v.
std::string go_strings(std::vector<std::string> const& values) {
  std::string text = "[]string{";
  for (auto const& value : values) text += (text.ends_with('{') ? "" : ", ") + go_value::text(value);
  return text + "}";
}

void check_dry_run(std::vector<std::string> const& values, FieldErrors& errors) {
  if (std::ranges::all_of(values, [](auto const& value) { return value == "All"; })) return;
  static std::array<std::string, 1> const known{"All"};
  errors.not_supported("dryRun", go_strings(values), known);
}

void check_manager(std::string_view manager, FieldErrors& errors) {
  constexpr std::size_t longest = 128;
  if (manager.size() > longest) errors.too_long("fieldManager", "must have at most 128 characters");
  for (std::size_t at = 0; at < manager.size(); ++at) {
    auto const byte = static_cast<unsigned char>(manager[at]);
    if (byte >= 0x20 && byte != 0x7f) continue;
    constexpr std::string_view digits = "0123456789ABCDEF";
    errors.invalid("fieldManager", go_value::text(manager),
                   std::string("invalid character U+00") + digits[byte >> 4] + digits[byte & 15] + " (at position " +
                       std::to_string(at) + ")");
  }
}

void check_propagation(std::string_view policy, bool given, bool orphan_given, FieldErrors& errors) {
  if (!given) return;
  if (orphan_given) {
    errors.invalid("propagationPolicy", go_value::text(policy),
                   "orphanDependents and deletionPropagation cannot be both set");
  }
  if (policy != "Foreground" && policy != "Background" && policy != "Orphan") {
    static std::array<std::string, 4> const known{"Foreground", "Background", "Orphan", "nil"};
    errors.not_supported("propagationPolicy", go_value::text(policy), known);
  }
}

api::PropagationPolicy to_propagation(std::string_view policy, std::optional<bool> orphan) {
  if (orphan) return *orphan ? api::PropagationPolicy::orphan : api::PropagationPolicy::background;
  if (policy == "Foreground") return api::PropagationPolicy::foreground;
  if (policy == "Background") return api::PropagationPolicy::background;
  if (policy == "Orphan") return api::PropagationPolicy::orphan;
  return api::PropagationPolicy::unset;
}

}  // namespace

Parsed<api::GetOptions> get_options(Query const& query) {
  api::GetOptions options;
  auto version = resource_version(query);
  if (!version) return std::unexpected(std::move(version.error()));
  options.resource_version = *version;
  return options;
}

Parsed<api::ListOptions> list_options(Query const& query, Profile profile) {
  api::ListOptions options;
  auto const limit = integer(query, "limit");
  if (!limit) return std::unexpected(limit.error());
  if (auto const timeout = integer(query, "timeoutSeconds"); !timeout) return std::unexpected(timeout.error());
  auto const match = query.get("resourceVersionMatch");
  FieldErrors errors;
  check_match(query, match, errors);
  if (profile == Profile::modern && query.has("sendInitialEvents")) {
    errors.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
  }
  if (!errors.empty()) return std::unexpected(invalid_options(errors, "ListOptions"));
  auto version = resource_version(query);
  if (!version) return std::unexpected(std::move(version.error()));
  options.resource_version = *version;
  options.match = to_match(match);
  options.limit = std::max<std::int64_t>(limit->value_or(0), 0);
  options.label_selector = query.get("labelSelector");
  options.field_selector = query.get("fieldSelector");
  options.continue_token = query.get("continue");
  return options;
}

Parsed<api::WatchOptions> watch_options(Query const& query, Profile profile) {
  api::WatchOptions options;
  if (auto const limit = integer(query, "limit"); !limit) return std::unexpected(limit.error());
  auto const timeout = integer(query, "timeoutSeconds");
  if (!timeout) return std::unexpected(timeout.error());
  auto const match = query.get("resourceVersionMatch");
  FieldErrors errors;
  if (profile == Profile::modern) {
    check_watch_match(query, match, errors);
  } else if (!match.empty()) {
    errors.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch");
    check_match(query, match, errors);
  }
  if (!errors.empty()) return std::unexpected(invalid_options(errors, "ListOptions"));
  auto version = resource_version(query);
  if (!version) return std::unexpected(std::move(version.error()));
  options.resource_version = *version;
  if (profile == Profile::modern) {
    options.match = to_match(match);
    if (query.has("sendInitialEvents")) options.send_initial_events = is_set(query, "sendInitialEvents");
  }
  options.label_selector = query.get("labelSelector");
  options.field_selector = query.get("fieldSelector");
  options.allow_bookmarks = is_set(query, "allowWatchBookmarks");
  constexpr std::int64_t longest = 10'000'000;  // seconds; what is longer never ends
  options.timeout = std::chrono::seconds(std::clamp<std::int64_t>(timeout->value_or(0), 0, longest));
  return options;
}

Parsed<api::WriteOptions> write_options(Query const& query, Write write, Profile profile) {
  api::WriteOptions options;
  FieldErrors errors;
  options.field_manager = query.get("fieldManager");
  if (write == Write::patch && query.has("force")) {
    errors.forbidden("force", "may not be specified for non-apply patch");
  }
  if (write == Write::apply && options.field_manager.empty()) {
    errors.required("fieldManager", "is required for apply patch");
  }
  check_manager(options.field_manager, errors);
  auto const dry_run = query.all("dryRun");
  check_dry_run(dry_run, errors);
  options.dry_run = !dry_run.empty();
  options.field_manager = readable(options.field_manager);
  if (profile == Profile::modern) {
    auto const validation = query.get("fieldValidation");
    if (validation == "Ignore") {
      options.field_validation = api::FieldValidation::ignore;
    } else if (validation == "Warn") {
      options.field_validation = api::FieldValidation::warn;
    } else if (validation == "Strict") {
      options.field_validation = api::FieldValidation::strict;
    } else if (!validation.empty()) {
      static std::array<std::string, 4> const known{"", "Ignore", "Strict", "Warn"};
      errors.not_supported("fieldValidation", go_value::text(validation), known);
    }
  }
  if (errors.empty()) return options;
  constexpr auto kinds =
      std::to_array<std::string_view>({"CreateOptions", "UpdateOptions", "PatchOptions", "PatchOptions"});
  return std::unexpected(invalid_options(errors, kinds[static_cast<std::size_t>(write)]));
}

bool is_forced(Query const& query) { return is_set(query, "force"); }

Parsed<DeleteBody> delete_options(Query const& query) {
  DeleteBody read;
  auto const grace = integer(query, "gracePeriodSeconds");
  if (!grace) return std::unexpected(grace.error());
  read.options.grace_period_seconds = *grace;
  if (query.has("orphanDependents")) read.orphan_dependents = is_set(query, "orphanDependents");
  auto const* policy = query.find("propagationPolicy");
  auto const dry_run = query.all("dryRun");
  FieldErrors errors;
  check_propagation(query.get("propagationPolicy"), policy != nullptr, read.orphan_dependents.has_value(), errors);
  check_dry_run(dry_run, errors);
  if (!errors.empty()) return std::unexpected(invalid_options(errors, "DeleteOptions"));
  read.options.write.dry_run = !dry_run.empty();
  read.options.propagation = to_propagation(query.get("propagationPolicy"), read.orphan_dependents);
  read.options.preconditions.uid = query.get("uid");
  return read;
}

namespace {

// One member of a DeleteOptions object; null counts as absent.
boost::json::value const* member(boost::json::object const& object, std::string_view name) {
  auto const* found = object.if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

api::Error unreadable(std::string const& what) { return status::bad_request("DeleteOptions cannot be read: " + what); }

std::string_view text_of(boost::json::value const& value) {
  return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

std::optional<api::Error> read_preconditions(boost::json::object const& body, api::Preconditions& preconditions) {
  auto const* given = member(body, "preconditions");
  if (given == nullptr) return std::nullopt;
  if (!given->is_object()) return unreadable("preconditions is no object");
  if (auto const* uid = member(given->get_object(), "uid")) {
    if (!uid->is_string()) return unreadable("preconditions.uid is no text");
    preconditions.uid = text_of(*uid);
  }
  if (auto const* version = member(given->get_object(), "resourceVersion")) {
    if (!version->is_string()) return unreadable("preconditions.resourceVersion is no text");
    auto const number = parse_number<std::uint64_t>(text_of(*version), "ParseUint");
    // No object has a revision that is no number: this one fails the precondition.
    preconditions.resource_version = api::ResourceVersion(number.value_or(~std::uint64_t{0}));
  }
  return std::nullopt;
}

}  // namespace

Parsed<DeleteBody> delete_options(boost::json::value const& body) {
  if (!body.is_object()) return std::unexpected(unreadable("it is no object"));
  auto const& object = body.get_object();
  if (auto const* kind = member(object, "kind"); kind != nullptr && text_of(*kind) != "DeleteOptions") {
    auto const* version = member(object, "apiVersion");
    return std::unexpected(
        status::plain_error("no kind " + go_value::text(text_of(*kind)) + " is registered for version " +
                            go_value::text(version == nullptr ? "v1" : text_of(*version)) +
                            " in scheme \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\""));
  }
  DeleteBody read;
  if (auto const* grace = member(object, "gracePeriodSeconds")) {
    auto const number = api::find_integer(&body, {"gracePeriodSeconds"});
    if (!number || grace->is_string()) return std::unexpected(unreadable("gracePeriodSeconds is no integer"));
    read.options.grace_period_seconds = number;
  }
  if (auto const* orphan = member(object, "orphanDependents")) {
    if (!orphan->is_bool()) return std::unexpected(unreadable("orphanDependents is neither true nor false"));
    read.orphan_dependents = orphan->get_bool();
  }
  auto const* policy = member(object, "propagationPolicy");
  if (policy != nullptr && !policy->is_string()) return std::unexpected(unreadable("propagationPolicy is no text"));
  std::vector<std::string> dry_run;
  if (auto const* given = member(object, "dryRun")) {
    if (!given->is_array()) return std::unexpected(unreadable("dryRun is no list"));
    for (auto const& value : given->get_array()) dry_run.emplace_back(text_of(value));
  }
  if (auto error = read_preconditions(object, read.options.preconditions)) return std::unexpected(*std::move(error));
  FieldErrors errors;
  auto const policy_text = policy != nullptr ? text_of(*policy) : std::string_view();
  check_propagation(policy_text, policy != nullptr, read.orphan_dependents.has_value(), errors);
  check_dry_run(dry_run, errors);
  if (!errors.empty()) return std::unexpected(invalid_options(errors, "DeleteOptions"));
  read.options.write.dry_run = !dry_run.empty();
  read.options.propagation = to_propagation(policy_text, read.orphan_dependents);
  return read;
}

std::string manager_of(std::string_view agent) {
  constexpr std::size_t longest = 128;
  std::string name;
  for (char const c : agent.substr(0, agent.find('/'))) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && name.size() < longest) name += c;
  }
  return name.empty() ? "unknown" : readable(name);
}

}  // namespace fakeapi::http
