#include "operator/manifest/yaml_syntax.hpp"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace manifest {
namespace {

constexpr std::string_view blank = " \t\r\n";

/// The line with this number, counted from 0, without its end.
std::string_view line_at(std::string_view text, int number) {
  for (; number > 0; --number) {
    std::size_t const end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find_first_of("\r\n"));
}

int line_number(std::string_view text, std::size_t position) {
  return static_cast<int>(std::ranges::count(text.substr(0, position), '\n'));
}

bool is_indented_with_tab(std::string_view line) {
  return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())).contains('\t');
}

/// The first quote from `position` on that can open a quoted scalar and is never closed.
std::optional<std::size_t> find_open_quote(std::string_view text, std::size_t position) {
  for (std::size_t at = position; at < text.size(); ++at) {
    char const before = at == 0 ? '\n' : text[at - 1];
    bool const starts = blank.contains(before) || std::string_view("[{,:").contains(before);
    if (text[at] == '#' && blank.contains(before)) {
      at = std::min(text.find('\n', at), text.size());
    } else if ((text[at] == '"' || text[at] == '\'') && starts && !is_quote_closed(text, at)) {
      return at;
    }
  }
  return std::nullopt;
}

/// The word at a column: for messages that name an alias, say.
std::string word_at(std::string_view line, int column) {
  if (column < 0 || static_cast<std::size_t>(column) >= line.size()) return {};
  line.remove_prefix(static_cast<std::size_t>(column));
  return std::string(line.substr(0, line.find_first_of(" \t,]}")));
}

constexpr std::string_view unclosed_quote = "the quote that is opened here is never closed; add the closing quote";
constexpr std::string_view tab_in_indentation = "a tab in the indentation; indent with spaces";

auto const meanings = std::to_array<std::pair<std::string_view, std::string_view>>({
    {YAML::ErrorMsg::TAB_IN_INDENTATION, tab_in_indentation},
    {YAML::ErrorMsg::END_OF_MAP,
     "\"key: value\" is expected here; check the indentation of this line against the lines before it"},
    {YAML::ErrorMsg::END_OF_SEQ,
     "an item (\"- value\") is expected here; check the indentation of this line against the lines before it"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a comma or a closing } is missing before this"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a comma or a closing ] is missing before this"},
    {YAML::ErrorMsg::MAP_VALUE,
     "a colon where no key can be; check the indentation, and put a text that contains \": \" in quotes"},
    {YAML::ErrorMsg::MAP_KEY, "a key cannot start here; check the indentation"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a list item (\"- \") cannot start here; start it on a line of its own"},
    {YAML::ErrorMsg::FLOW_END, "a closing bracket that was never opened; remove it or put the text in quotes"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK,
     "after | or > only an indentation, + or - can stand; start the text on the next line"},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "an anchor needs a name after &"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "an alias needs a name after *; put the text in quotes if no alias is meant"},
    {YAML::ErrorMsg::MULTIPLE_TAGS, "a value with two tags; remove one"},
    {YAML::ErrorMsg::MULTIPLE_ANCHORS, "a value with two anchors; remove one"},
    {YAML::ErrorMsg::ALIAS_CONTENT, "an alias cannot have an anchor or a tag; remove it"},
    {YAML::ErrorMsg::YAML_MAJOR_VERSION, "only YAML 1 is read; remove the line"},
});

}  // namespace

bool is_quote_closed(std::string_view text, std::size_t position) {
  while (position < text.size() && (text[position] == '&' || text[position] == '!')) {
    position = std::min(text.find_first_of(blank, position), text.size());
    position = std::min(text.find_first_not_of(blank, position), text.size());
  }
  if (position >= text.size()) return true;
  char const quote = text[position];
  if (quote != '"' && quote != '\'') return true;
  for (std::size_t at = position + 1; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      bool const doubled = quote == '\'' && at + 1 < text.size() && text[at + 1] == quote;
      if (!doubled) return true;
      ++at;
    }
  }
  return false;
}

std::string repair_escapes(std::string const& value) {
  std::string repaired;
  for (std::size_t at = 0; at < value.size();) {
    auto const lead = static_cast<unsigned char>(value[at]);
    if (lead == 0x85 || lead == 0xA0) repaired += '\xC2';
    std::size_t const length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    repaired.append(value, at, length);
    at += length;
  }
  return repaired;
}

Failure explain_syntax_error(std::string_view text, int first_line, YAML::Exception const& error,
                             Context const& context) {
  int const number = std::max(error.mark.line, 0);
  int const line = first_line + number;
  std::string_view const source = line_at(text, number);
  std::string_view const message = error.msg;
  if (is_indented_with_tab(source)) return {line, std::string(tab_in_indentation)};
  if (message == YAML::ErrorMsg::EOF_IN_SCALAR || message == YAML::ErrorMsg::DOC_IN_SCALAR) {
    auto const open = find_open_quote(text, context.position);
    return {open ? first_line + line_number(text, *open) : line, std::string(unclosed_quote)};
  }
  auto const at = static_cast<std::size_t>(std::max(error.mark.pos, 0));
  bool const at_end = at >= text.size() || text.find_first_not_of(blank, at) == std::string_view::npos;
  if ((message == YAML::ErrorMsg::END_OF_MAP_FLOW || message == YAML::ErrorMsg::END_OF_SEQ_FLOW) && at_end &&
      context.bracket_line > 0)
    return {context.bracket_line, "the bracket that is opened here is never closed; add the closing bracket"};
  if (message == YAML::ErrorMsg::UNKNOWN_ANCHOR) {
    std::string const alias = word_at(source, error.mark.column);
    return {line,
            "the alias " + alias + " has no anchor in this document; put the text in quotes if no alias is meant"};
  }
  if (message == YAML::ErrorMsg::UNKNOWN_TOKEN) {
    std::string const word = word_at(source, error.mark.column);
    return {line, "a value cannot start with " + word.substr(0, 1) + "; put it in quotes"};
  }
  if (message.starts_with(YAML::ErrorMsg::INVALID_ESCAPE)) {
    return {line, "\\" + std::string(message.substr(std::string_view(YAML::ErrorMsg::INVALID_ESCAPE).size())) +
                      " is no escape; write the backslash twice, or use single quotes"};
  }
  if (message.starts_with(YAML::ErrorMsg::INVALID_UNICODE))
    return {line, "this escape names no character; write the character itself, or \\U and eight digits"};
  for (auto const& [theirs, ours] : meanings) {
    if (message == theirs) return {line, std::string(ours)};
  }
  return {line, "this is not YAML: " + std::string(message)};
}

}  // namespace manifest
