// Puts cases to a server, one after the other, and writes down what it answered.
#pragma once
#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/conformance/case.hpp"
#include "tests/conformance/driver.hpp"
#include "tests/conformance/variables.hpp"

namespace conformance {

/// What one case came to on one server.
struct Outcome {
  /// Where the answers are not as the case expects: texts with step and path.
  std::vector<std::string> complaints;
  /// Why the case could not be carried through; then `transcript` is what there is so far.
  std::string broken_off;
  /// Why the case was not put to this server; empty: it was.
  std::string skipped;
  /// Of each step what the server said: {"step", "answer": {"status", "headers", "body"}} and the like, as it came.
  boost::json::array transcript;
  /// What differs from run to run, and what it stands for in the case.
  std::vector<std::pair<std::string, std::string>> names;
  Milliseconds duration{};

  bool passed() const { return complaints.empty() && broken_off.empty() && skipped.empty(); }
};

/// One server, and what cases of one run share on it: the API group of the run and its definitions.
class Session {
 public:
  /// `run` keeps the names of different runs on one server apart; a DNS label.
  Session(Suite const& suite, Driver& driver, std::string profile, std::string run);

  Outcome run(Case const& one);

 private:
  friend class CaseRun;
  Suite const* suite_;
  Driver* driver_;
  std::string profile_;
  std::string run_;
  std::string group_;
  std::set<std::string> defined_;
};

}  // namespace conformance
