// Whole files, read and written at once.
#pragma once
#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "operator/seams/files.hpp"

namespace real {

/// What a file holds; at most `limit` bytes. The error names the file and says why.
std::expected<std::string, std::string> read_file(std::filesystem::path const& file,
                                                  std::size_t limit = std::size_t{64} * 1024 * 1024);

/// The files of this machine.
class SystemFiles final : public seams::Files {
 public:
  std::expected<std::string, seams::FileError> read(std::string const& path, std::size_t limit) override;
};

/// Puts a file in place whole, or leaves the old one as it is: whoever opens it sees one or the other. It has `mode`
/// from the first moment on. The error names the file and says why.
std::expected<void, std::string> write_file_atomically(std::filesystem::path const& file, std::string_view contents,
                                                       mode_t mode = 0644);

/// Makes a folder, and those above it, for its owner only; one that exists is left as it is.
std::expected<void, std::string> make_private_folder(std::filesystem::path const& folder);

}  // namespace real
