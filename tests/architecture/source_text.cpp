#include "tests/architecture/source_text.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <utility>

namespace architecture {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Copies `text`, blanking what is not code.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (next("//")) {
        blank_to(std::min(text_.find('\n', at_), text_.size()));
      } else if (next("/*")) {
        blank_past("*/");
      } else if (text_[at_] == '"' && is_raw_string()) {
        std::size_t const open = std::min(text_.find('(', at_), text_.size());
        blank_past(")" + std::string(text_.substr(at_ + 1, open - at_ - 1)) + "\"");
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !is_digit_separator())) {
        blank_literal(text_[at_]);
      } else {
        code_ += text_[at_++];
      }
    }
    return std::move(code_);
  }

 private:
  bool next(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool is_raw_string() const { return at_ > 0 && text_[at_ - 1] == 'R' && (at_ < 2 || !is_word(text_[at_ - 2])); }
  /// The ' of 1'000. (A literal with a prefix, L'x', is taken for one too; its contents then count as code.)
  bool is_digit_separator() const { return at_ > 0 && is_word(text_[at_ - 1]); }

  void blank_to(std::size_t end) {
    for (; at_ < end; ++at_) code_ += text_[at_] == '\n' ? '\n' : ' ';
  }
  void blank_past(std::string_view end) {
    std::size_t const found = text_.find(end, at_ + 1);
    blank_to(found == std::string_view::npos ? text_.size() : found + end.size());
  }
  void blank_literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    blank_to(std::min(end + 1, text_.size()));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string code_;
};

std::vector<std::string> split_lines(std::string const& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

std::string blank_comments_and_literals(std::string_view text) { return Blanker(text).run(); }

Source parse_source(std::string file, std::string_view text) {
  Source source{std::move(file), split_lines(blank_comments_and_literals(text)), {}};
  auto const raw = split_lines(std::string(text));
  for (std::size_t at = 0; at < raw.size(); ++at) {
    // The blanked line shows that this is a directive and no comment; the raw one shows the path.
    std::string_view code = source.lines[at];
    auto const skip_blanks = [&] { code.remove_prefix(std::min(code.find_first_not_of(" \t"), code.size())); };
    skip_blanks();
    if (!code.starts_with('#')) continue;
    code.remove_prefix(1);
    skip_blanks();
    if (!code.starts_with("include")) continue;
    std::string const& line = raw[at];
    std::size_t const open = line.find_first_of("\"<");
    std::size_t const close = line.find_first_of("\">", open + 1);
    if (open == std::string::npos || close == std::string::npos) continue;
    source.includes.push_back({static_cast<int>(at) + 1, line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return source;
}

std::vector<Source> read_sources(std::filesystem::path const& root, std::vector<std::string> const& folders) {
  std::vector<std::filesystem::path> files;
  for (auto const& folder : folders) {
    for (auto const& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      auto const extension = entry.path().extension();
      if (entry.is_regular_file() && (extension == ".hpp" || extension == ".cpp")) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  std::vector<Source> sources;
  for (auto const& file : files) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    sources.push_back(parse_source(file.lexically_relative(root).generic_string(), text.str()));
  }
  return sources;
}

}  // namespace architecture
