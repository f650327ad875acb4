#include "operator/echo/refusal.hpp"

#include <algorithm>

#include "operator/api/kinds.hpp"

namespace echo {

namespace {

/// The server's own words, cut to a length that a condition can bear (its message has at most 32,768 characters).
std::string_view quoted(std::string_view message) {
  constexpr std::size_t most = 1000;
  if (message.size() <= most) return message;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0U) == 0x80U) --end;  // not inside a character
  return message.substr(0, end);
}

bool concerns_the_name(api::Cause const& cause) {
  std::string_view const field = cause.field;
  return field == "metadata.name" || field.starts_with("metadata.labels") || field.contains("matchLabels") ||
         field.starts_with("spec.template.metadata.labels") || field.starts_with("spec.template.labels") ||
         (field.contains("containers[") && field.ends_with("].name"));
}

Refusal invalid(api::Error const& error, Attempt const& attempt) {
  std::string message = "The server does not accept what the operator writes to " + attempt.resource.qualified() + ": ";
  message += quoted(error.message);
  if (attempt.resource == api::deployments && std::ranges::any_of(error.causes, concerns_the_name)) {
    return {"InvalidName", message + ". Delete this Echo and create one with a shorter, simpler name.", true, {}};
  }
  return {"InvalidSpec", message + ". Change the spec of this Echo.", true, {}};
}

Refusal forbidden(api::Error const& error, Attempt const& attempt) {
  std::string const verb(api::to_string(attempt.verb));
  std::string message = "The operator is not allowed to " + verb + " " + attempt.resource.qualified();
  if (!attempt.namespace_.empty()) message += " in the namespace " + std::string(attempt.namespace_);
  message += ". Give its service account the verb " + verb + " on " + attempt.resource.plural;
  if (!attempt.resource.group.empty()) message += " in the API group " + attempt.resource.group;
  message += ", or lift what else forbids it. The server says: ";
  message += quoted(error.message);
  return {"Forbidden", std::move(message), true, {}};
}

Refusal no_namespace(Attempt const& attempt) {
  return {"NamespaceTerminating",
          "The namespace " + std::string(attempt.namespace_) + " is being deleted and takes no Deployment any more.",
          false, namespace_retry};
}

}  // namespace

bool is_namespace_terminating(api::Error const& error) {
  return error.is(api::Reason::forbidden) &&
         std::ranges::any_of(error.causes, [](auto const& cause) { return cause.reason == "NamespaceTerminating"; });
}

bool is_misfit_of_a_patch(api::Error const& error) {
  return error.is(api::Reason::invalid) && error.causes.empty() && error.name.empty() && error.kind.empty();
}

std::optional<Refusal> refusal_from(api::Error const& error, Attempt const& attempt) {
  if (error.outcome_unknown) return std::nullopt;
  if (is_namespace_terminating(error)) return no_namespace(attempt);
  if (error.is(api::Reason::not_found) && attempt.verb == api::Verb::create) return no_namespace(attempt);
  if (error.is(api::Reason::forbidden)) return forbidden(error, attempt);
  if (error.is(api::Reason::invalid)) return invalid(error, attempt);
  return std::nullopt;
}

}  // namespace echo
