#include "operator/real/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace real {
namespace {

std::unexpected<std::string> error(std::filesystem::path const& file, int error_number) {
  return std::unexpected(file.string() + ": " + std::system_category().message(error_number));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int get() const { return number_; }
  /// An error of close() may be the first to tell of a failed write.
  int close() { return ::close(std::exchange(number_, -1)); }

 private:
  int number_;
};

bool write_all(int descriptor, std::string_view contents) {
  while (!contents.empty()) {
    ssize_t const count = ::write(descriptor, contents.data(), contents.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    contents.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::expected<std::string, std::string> read_file(std::filesystem::path const& file, std::size_t limit) {
  Descriptor const descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) return error(file, errno);
  std::string contents;
  std::array<char, 65536> buffer{};
  for (;;) {
    ssize_t const count = ::read(descriptor.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error(file, errno);
    if (count == 0) return contents;
    contents.append(buffer.data(), static_cast<std::size_t>(count));
    if (contents.size() > limit) return error(file, EFBIG);
  }
}

std::expected<void, std::string> write_file_atomically(std::filesystem::path const& file, std::string_view contents,
                                                       mode_t mode) {
  // In the same folder, so that it can be renamed; the process's number keeps two of them apart.
  std::string const temporary = file.string() + ".new-" + std::to_string(::getpid());
  ::unlink(temporary.c_str());
  Descriptor descriptor(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (descriptor.get() < 0) return error(file, errno);
  // The umask may have taken more away than was asked for.
  bool const written = ::fchmod(descriptor.get(), mode) == 0 && write_all(descriptor.get(), contents) &&
                       ::fsync(descriptor.get()) == 0 && descriptor.close() == 0 &&
                       ::rename(temporary.c_str(), file.c_str()) == 0;
  if (!written) {
    int const error_number = errno;
    ::unlink(temporary.c_str());
    return error(file, error_number);
  }
  return {};
}

std::expected<void, std::string> make_private_folder(std::filesystem::path const& folder) {
  std::error_code code;
  if (std::filesystem::is_directory(folder, code)) return {};
  if (folder.has_parent_path()) {
    std::filesystem::create_directories(folder.parent_path(), code);
    if (code) return error(folder.parent_path(), code.value());
  }
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return error(folder, errno);
  return {};
}

std::expected<std::string, seams::FileError> SystemFiles::read(std::string const& path, std::size_t limit) {
  auto text = read_file(path, limit);
  if (text) return *std::move(text);
  std::error_code unknown;
  bool const missing = !std::filesystem::exists(path, unknown) && !unknown;
  return std::unexpected(seams::FileError{missing, "cannot read " + text.error()});
}

}  // namespace real
