// Feeds a fuzz target every file of a corpus, once: fuzz_NAME FOLDER-OR-FILE…
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

int main(int argc, char** argv) {
  std::set<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    std::filesystem::path const given(argv[i]);
    if (std::filesystem::is_directory(given)) {
      for (auto const& entry : std::filesystem::directory_iterator(given)) files.insert(entry.path());
    } else {
      files.insert(given);
    }
  }
  for (auto const& file : files) {
    std::ifstream input(file, std::ios::binary);
    std::string const bytes((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
    if (!input.good() && bytes.empty() && std::filesystem::file_size(file) > 0) {
      std::fprintf(stderr, "%s cannot be read\n", file.c_str());
      return 1;
    }
    // Named first: if it crashes, the last name is the culprit's.
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size());
  }
  if (files.empty()) std::fprintf(stderr, "there is no corpus\n");
  return files.empty() ? 1 : 0;
}
