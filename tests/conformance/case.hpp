// Conformance cases: what is sent to a server, step by step, and what is expected of it.
// They are data (cases/*.yaml); README.md describes the format for those who write them.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/driver.hpp"

namespace conformance {

/// What an answer is to be. Texts still have their variables.
struct Expectation {
  std::optional<boost::json::value> status;
  std::optional<boost::json::value> body;   ///< a pattern for the JSON (or YAML) body
  std::optional<boost::json::value> error;  ///< the whole of a failure's Status but what is the same in each
  std::optional<boost::json::value> text;   ///< a pattern for the body as text
  boost::json::object headers;              ///< patterns
};

struct Step {
  enum class What : std::uint8_t { request, watch, events, close, compact, wait };
  What what = What::request;

  // A request, or a watch to open.
  std::string method;
  std::string target;  ///< as written, with variables; without a leading "/" it is short for a resource of the case
  boost::json::object headers;
  std::optional<boost::json::value> body;  ///< a text is sent as it is
  User user = User::admin;
  Expectation expect;
  std::map<std::string, std::string> capture;  ///< variable <- path in the answer's body
  std::optional<Milliseconds> within;          ///< asked again until the expectation holds, for so long
  bool kubelet = false;                        ///< meanwhile pods are given nodes, run, and end
  boost::json::array each;                     ///< the variables of each repetition; empty: just once
  bool together = false;                       ///< the repetitions are sent at the same time
  std::vector<std::string> project;            ///< which parts of the body are compared; empty: all

  // Events of a watch.
  std::string stream;                       ///< the name that the case has for it
  boost::json::array events;                ///< patterns of the next events, in order
  bool any_order = false;                   ///< … in any order
  std::optional<boost::json::value> until;  ///< events are collected until one fits; then `events` are looked for
  bool ends = false;                        ///< and then the server ends the stream
  bool silence = false;                     ///< and then nothing more comes for a while
  std::map<std::string, std::string> event_texts;  ///< variable <- path in the list of events

  boost::json::value revision;  ///< of a compaction
  Milliseconds time{};          ///< of a wait, and the longest that events may take
  bool compared = true;         ///< takes part in the comparison of two servers
};

struct Case {
  std::string id;
  std::string title;
  std::string file;
  std::vector<std::string> profiles;  ///< of servers that the expectations are of
  bool controllers = false;           ///< the built-in controllers are to run
  bool users = false;                 ///< needs more users than admin
  bool compaction = false;            ///< compacts the history
  bool slow = false;                  ///< takes seconds of the server's time
  // How two servers' answers are compared.
  bool revisions = true;          ///< equality and order of resourceVersions count
  bool order_of_causes = true;    ///< false: the server's order of field errors is random
  std::vector<std::string> mask;  ///< names of members that are not compared, at any depth
  std::vector<std::string> definitions;
  std::vector<Step> steps;
};

/// All that a folder of cases holds.
struct Suite {
  std::vector<Case> cases;
  std::map<std::string, boost::json::value> templates;    ///< for !like
  std::map<std::string, boost::json::value> definitions;  ///< CustomResourceDefinitions by their plural
};

/// Reads every *.yaml of the folder, or only that of this name; an error with file and case. Ids are unique.
std::expected<Suite, std::string> load_suite(std::filesystem::path const& folder, std::string const& only_file = "");

struct Listed {
  std::string id;
  std::string file;
  std::vector<std::string> profiles;
};
/// Which cases a folder holds, without reading more than the lines that say so: for a test program of which each case
/// is a process of its own.
std::vector<Listed> list_cases(std::filesystem::path const& folder);

}  // namespace conformance
