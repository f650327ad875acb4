#include "operator/real/temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace real {

std::expected<std::unique_ptr<TemporaryFolder>, std::string> TemporaryFolder::make(std::string_view prefix) {
  std::error_code code;
  auto const parent = std::filesystem::temp_directory_path(code);
  if (code) return std::unexpected("there is no folder for temporary files: " + code.message());
  std::string name = (parent / prefix).string() + "-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    return std::unexpected(name + " cannot be made: " + std::system_category().message(errno));
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace real
