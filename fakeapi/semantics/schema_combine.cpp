// anyOf, oneOf, allOf, not.
#include <optional>

#include "fakeapi/semantics/findings.hpp"
#include "fakeapi/semantics/schema.hpp"

namespace fakeapi {
namespace json = boost::json;

namespace {

// The failure of the schema that came closest.
struct Best {
  std::optional<Findings> findings;
  int passed = 0;

  void offer(Findings candidate, int candidate_passed) {
    if (findings && candidate_passed <= passed) return;
    findings = std::move(candidate);
    passed = candidate_passed;
  }
};

}  // namespace

int Schema::check_combinations(json::value const& value, FieldPath const& path, Findings& findings) const {
  int passed = 1;
  if (!any_of.empty()) {
    Best best;
    bool succeeded = false;
    for (auto const& schema : any_of) {
      Findings own;
      int const own_passed = schema->check(value, path, own);
      if (own.empty()) {
        succeeded = true;
        passed += own_passed;
        break;
      }
      best.offer(std::move(own), own_passed);
    }
    if (!succeeded) {
      findings.general(path, " must validate at least one schema (anyOf)");
      findings.append(*best.findings);
      passed += best.passed;
    }
  }
  if (!one_of.empty()) {
    Best best;
    int valid = 0;
    for (auto const& schema : one_of) {
      Findings own;
      int const own_passed = schema->check(value, path, own);
      if (own.empty()) {
        if (++valid == 1) passed += own_passed;
      } else if (valid == 0) {
        best.offer(std::move(own), own_passed);
      }
    }
    if (valid != 1) {
      findings.general(path, " must validate one and only one schema (oneOf). Found " +
                                 (valid == 0 ? "none valid" : std::to_string(valid) + " valid alternatives"));
      if (valid == 0) findings.append(*best.findings);
    }
  }
  std::size_t valid = 0;
  for (auto const& schema : all_of) {
    Findings own;
    passed += schema->check(value, path, own);
    if (own.empty()) ++valid;
    findings.append(own);
  }
  if (valid != all_of.size()) {
    findings.general(path,
                     std::string(" must validate all the schemas (allOf)") + (valid == 0 ? ". None validated" : ""));
  }
  if (not_ != nullptr) {
    Findings own;
    not_->check(value, path, own);
    if (own.empty()) findings.general(path, " must not validate the schema (not)");
  }
  return passed;
}

}  // namespace fakeapi
