// CustomResourceDefinitions: from their spec to the kinds they define.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/shared.hpp"

namespace fakeapi {

/// All versions of a custom resource. Objects are kept in one of them and shown in any: by the strategy None nothing
/// changes but the apiVersion, and what the other version has no place for.
struct CustomVersions {
  struct Version {
    std::string api_version;
    std::shared_ptr<Schema const> schema;
  };
  std::string storage;  ///< the apiVersion in which objects are kept
  std::vector<Version> all;

  /// Null: there is none of this apiVersion any more.
  Schema const* schema_of(std::string_view api_version) const;
};

/// A definition's spec, checked, defaulted and compiled. Immutable; shared between servers.
struct Definition {
  std::string group;
  std::string plural;
  std::string storage_version;
  api::SharedJson submitted;              ///< the spec as it was sent
  api::SharedJson spec;                   ///< in its one form, with its defaults
  std::optional<std::string> unreadable;  ///< why it cannot be decoded; then nothing else means anything
  FieldErrors errors;                     ///< not empty: the definition is invalid and serves nothing
  std::vector<std::shared_ptr<Kind const>> served;
};

/// Checks and compiles; never null. Two specs with the same pointer give the same definition.
std::shared_ptr<Definition const> compile_definition(api::SharedJson const& spec);

/// Fills in what follows from the rest of a spec when it is not given: singular, listKind and conversion.
void fill_in_definition(boost::json::object& spec);

/// Everything about a spec by itself that makes a definition invalid. `listed`: there was a list of versions, empty or
/// not. Internal to the compiler.
void check_definition_spec(boost::json::value const& spec, bool listed, FieldErrors& errors);

/// The last definitions compiled, by the pointer of their spec, as sent or as stored. Used from one thread.
class DefinitionCache {
 public:
  std::shared_ptr<Definition const> compile(api::SharedJson const& spec);

 private:
  static constexpr std::size_t most = 32;  // more are compiled again
  std::deque<std::shared_ptr<Definition const>> held_;
};

}  // namespace fakeapi
