// CustomResourceDefinitions: from their spec to the kinds they define.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/shared.hpp"

namespace fakeapi {

/// A definition's spec, checked, defaulted and compiled. Immutable; shared between servers.
struct Definition {
  std::string group;
  std::string plural;
  std::string storage_version;
  api::SharedJson submitted;  ///< the spec as it was sent
  api::SharedJson spec;       ///< with its defaults
  api::SharedJson accepted_names;
  FieldErrors errors;  ///< not empty: the definition is invalid and nothing else here means anything
  std::vector<std::shared_ptr<Kind const>> served;
};

/// Checks and compiles; never null. Two specs with the same pointer give the same definition.
std::shared_ptr<Definition const> compile_definition(api::SharedJson const& spec);

/// The last definitions compiled, by the pointer of their spec, as sent or as stored. Used from one thread.
class DefinitionCache {
 public:
  std::shared_ptr<Definition const> compile(api::SharedJson const& spec);

 private:
  static constexpr std::size_t most = 32;  // more are compiled again
  std::deque<std::shared_ptr<Definition const>> held_;
};

}  // namespace fakeapi
