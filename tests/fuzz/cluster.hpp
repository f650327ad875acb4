// A fake API server to be fuzzed: with a custom resource that has something of everything, and with an eye on all that
// is written.
#pragma once
#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/server.hpp"

namespace fuzz {

/// CustomResourceDefinition "widgets.fuzz.example.com", namespaced, versions v1 (stored) and v2, with status and scale.
api::ObjectPtr const& definition();

/// Options of servers that share what is compiled of definitions.
fakeapi::ServerOptions server_options(fakeapi::Profile profile);

/// Creates the definition.
void define(fakeapi::Server& server, seams::WallTime now);

/// Equal as JSON, but for numbers that are as near to each other as makes no difference: Boost's parser misses the last
/// bit of such as 5e-124, and 1.0 is written as 1.
bool alike(boost::json::value const& a, boost::json::value const& b);

/// Holds each commit against what must be true of all: revisions follow one another, what is stored is an object of its
/// kind, in its one form, and comes out of its JSON and its text as it went in.
class Auditor {
 public:
  explicit Auditor(fakeapi::Server& server);
  ~Auditor();
  Auditor(Auditor const&) = delete;
  Auditor& operator=(Auditor const&) = delete;

  /// To be called between requests: looks at what has been written since the last time.
  void look();
  /// Puts every object of a compiled-in kind as it is: nothing changes but, maybe, who owns its fields.
  void put_all_again(seams::WallTime now);

 private:
  void check(fakeapi::Commit const& commit) const;

  fakeapi::Server& server_;
  std::uint64_t observer_;
  fakeapi::Revision last_;
  std::vector<fakeapi::Commit> commits_;
};

}  // namespace fuzz
