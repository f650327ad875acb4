#include "fakeapi/semantics/findings.hpp"

#include <algorithm>
#include <utility>

namespace fakeapi {

void Findings::add(Finding finding) {
  bool const known = std::ranges::any_of(list_, [&](Finding const& other) {
    return other.kind == finding.kind && other.field == finding.field && other.detail == finding.detail;
  });
  if (!known) list_.push_back(std::move(finding));
}

void Findings::required(FieldPath const& path) { add({Kind::required, path.to_string(), "", "", {}}); }

void Findings::invalid(FieldPath const& path, std::string_view value, std::string_view what) {
  std::string field = path.to_string();
  std::string detail = field + " in body " + std::string(what);
  add({Kind::invalid, std::move(field), std::string(value), std::move(detail), {}});
}

void Findings::forbidden(FieldPath const& path, std::string_view value, std::string detail) {
  add({Kind::invalid, path.to_string(), std::string(value), std::move(detail), {}});
}

void Findings::not_supported(FieldPath const& path, std::string_view value, std::vector<std::string> supported) {
  add({Kind::not_supported, path.to_string(), std::string(value), "", std::move(supported)});
}

void Findings::general(FieldPath const& path, std::string_view what) {
  add({Kind::general, "", "\"\"", go_value::text(path.to_string()) + std::string(what), {}});
}

void Findings::append(Findings const& others) {
  for (auto const& finding : others.list_) add(finding);
}

void Findings::to_errors(std::string const& prefix, FieldErrors& errors) const {
  for (auto const& finding : list_) {
    std::string field = prefix;
    if (!prefix.empty() && !finding.field.empty()) field += '.';
    field += finding.field;
    switch (finding.kind) {
      case Kind::required:
        errors.required(std::move(field));
        break;
      case Kind::invalid:
        errors.invalid(std::move(field), finding.value, finding.detail);
        break;
      case Kind::not_supported:
        errors.not_supported(std::move(field), finding.value, finding.supported);
        break;
      case Kind::general:
        // The real server has no name for this place.
        errors.invalid(prefix.empty() ? "<nil>" : prefix, finding.value, finding.detail);
        break;
    }
  }
}

}  // namespace fakeapi
