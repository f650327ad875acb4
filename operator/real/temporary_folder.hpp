// A folder for what a program needs only while it runs.
#pragma once
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace real {

/// Below $TMPDIR, or /tmp; for its owner only; removed with all that is in it.
class TemporaryFolder {
 public:
  /// "PREFIX-" and what makes the name unique.
  static std::expected<std::unique_ptr<TemporaryFolder>, std::string> make(std::string_view prefix);
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;

  std::filesystem::path const& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace real
