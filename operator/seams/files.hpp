// Reading files: configuration and credentials, which may change while a program runs.
#pragma once
#include <cstddef>
#include <expected>
#include <string>

namespace seams {

/// Why a file could not be read.
struct FileError {
  bool missing = false;   ///< there is none of that name
  std::string message{};  ///< "cannot read /a/b: Permission denied"; names the file, never its contents
};

class Files {
 public:
  virtual ~Files() = default;

  /// All that a file holds, at most `limit` bytes. Small files only: nothing else runs meanwhile.
  virtual std::expected<std::string, FileError> read(std::string const& path, std::size_t limit) = 0;
};

}  // namespace seams
