#include "sim/local/manifest_files_main.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "sim/echo_definition.hpp"

namespace program {

std::optional<std::vector<manifest::Manifest>> read_files(std::vector<std::string> const& files) {
  std::vector<manifest::Manifest> all;
  bool good = true;
  auto const take = [&](std::string_view text, std::string_view name) {
    auto parsed = manifest::parse(text, name);
    if (!parsed) {
      std::cerr << parsed.error().to_string() << '\n';
      good = false;
      return;
    }
    for (auto& one : *parsed) all.push_back(std::move(one));
  };
  for (auto const& file : files) {
    std::ostringstream text;
    if (file == "-") {
      text << std::cin.rdbuf();
      take(text.str(), "standard input");
      continue;
    }
    errno = 0;
    bool const folder = std::filesystem::is_directory(file);
    std::ifstream stream(file, std::ios::binary);
    // Reading nothing at all sets the failbit, too: an empty file is for the parser to complain of.
    bool const readable = stream.is_open() && !folder;
    if (readable && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
    if (!readable || stream.bad() || text.fail()) {
      std::cerr << file << ": cannot be read: "
                << (folder       ? "it is a folder; name the files in it"
                    : errno != 0 ? std::strerror(errno)
                                 : "not a file")
                << '\n';
      good = false;
      continue;
    }
    take(text.str(), file);
  }
  if (files.empty()) take(sim::echo_example_yaml(), "crds/examples/echo-example.yaml");
  if (!good) return std::nullopt;
  // The definition of Echo comes first, unless the files bring one along.
  bool const brings_definition = std::ranges::any_of(all, [](manifest::Manifest const& one) {
    return one.object.kind == "CustomResourceDefinition" && one.object.metadata.name == "echoes.example.com";
  });
  if (!brings_definition) {
    auto definition = manifest::parse(sim::echo_definition_yaml(), "crds/echoes.example.com.yaml");
    all.insert(all.begin(), std::make_move_iterator(definition->begin()), std::make_move_iterator(definition->end()));
  }
  return all;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void complain(std::string_view line) { std::cerr << line << '\n'; }

}  // namespace program
