// What a comparison of two servers came to.
#pragma once
#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace conformance {

struct Compared {
  enum class Verdict { identical, waived, different, skipped };
  std::string id;
  std::string title;
  Verdict verdict = Verdict::identical;
  std::string reason;              ///< of a waiver or a skip
  std::vector<std::string> lines;  ///< where they differ
};

struct Report {
  std::string theirs;
  std::string ours;
  std::string profile;
  std::vector<Compared> cases;
  /// Waivers of cases that do not differ (any more).
  std::vector<std::string> unused_waivers;

  std::size_t count(Compared::Verdict verdict) const;
  bool good() const { return count(Compared::Verdict::different) == 0 && unused_waivers.empty(); }
};

/// Case -> why it may differ.
using Waivers = std::map<std::string, std::string>;
std::expected<Waivers, std::string> load_waivers(std::filesystem::path const& file);

/// One line: "identical 170, waived 3, different 0".
std::string summary(Report const& report);
/// For people, as it is committed: counts, waivers with reasons, and what differs.
std::string as_markdown(Report const& report);
std::string as_json(Report const& report);

}  // namespace conformance
