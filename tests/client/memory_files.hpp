// Files that exist only here.
#pragma once
#include <map>
#include <string>

#include "operator/seams/files.hpp"

namespace client_test {

class MemoryFiles final : public seams::Files {
 public:
  std::map<std::string, std::string> files{};
  std::map<std::string, std::string> forbidden{};  ///< by name: why they cannot be read
  unsigned reads = 0;

  std::expected<std::string, seams::FileError> read(std::string const& path, std::size_t limit) override {
    ++reads;
    if (auto const found = forbidden.find(path); found != forbidden.end())
      return std::unexpected(seams::FileError{false, "cannot read " + path + ": " + found->second});
    auto const found = files.find(path);
    if (found == files.end())
      return std::unexpected(seams::FileError{true, "cannot read " + path + ": No such file or directory"});
    if (found->second.size() > limit) return std::unexpected(seams::FileError{false, path + " is too large"});
    return found->second;
  }
};

}  // namespace client_test
