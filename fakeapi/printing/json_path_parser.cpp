// From the text of a path to its steps. Follows client-go's parser in what it takes and what it says.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>

#include "fakeapi/printing/json_path_step.hpp"

namespace fakeapi::printing::detail {
namespace {

using Steps = std::vector<PathStep>;
using Failure = std::optional<std::string>;

constexpr int deepest = 32;  // filters and unions within each other

constexpr std::string_view digits = "0123456789";
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  // What is no ASCII is taken for a letter.
  return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool ends_word(char c) { return std::string_view(" \t\r\n.,[]$@{}").contains(c); }

PathStep step(StepKind kind, std::string name = {}) {
  PathStep made;
  made.kind = kind;
  made.name = std::move(name);
  return made;
}

PathStep constant(boost::json::value value) {
  PathStep made = step(StepKind::constant);
  made.constant = std::move(value);
  return made;
}

std::optional<std::int64_t> integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> real(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Wraps around, as in Go.
std::int64_t after(std::int64_t index) { return static_cast<std::int64_t>(static_cast<std::uint64_t>(index) + 1); }

Operator operator_of(std::string_view text) {
  constexpr std::pair<std::string_view, Operator> known[] = {
      {"==", Operator::equal},      {"!=", Operator::not_equal}, {"<", Operator::less},
      {"<=", Operator::less_equal}, {">", Operator::greater},    {">=", Operator::greater_equal},
  };
  for (auto const& [word, meaning] : known) {
    if (text == word) return meaning;
  }
  return Operator::unknown;
}

void append_utf8(std::string& out, std::uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | (point >> 6));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (point >> 18));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  }
}

// The number in `count` digits of a base at the front, which are taken off.
std::optional<std::uint32_t> take_code(std::string_view& text, std::size_t count, int base) {
  if (text.size() < count) return std::nullopt;
  std::uint32_t code = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + count, code, base);
  if (failed != std::errc() || end != text.data() + count) return std::nullopt;
  text.remove_prefix(count);
  return code;
}

// One escape sequence behind its backslash, as Go has them.
bool append_escape(std::string& out, std::string_view& text, char quote) {
  if (text.empty()) return false;
  char const c = text.front();
  constexpr std::string_view letters = "abfnrtv\\";
  constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\";
  if (auto const at = letters.find(c); at != std::string_view::npos) {
    out += meanings[at];
  } else if (c == quote) {
    out += c;
  } else if (c == 'x') {
    text.remove_prefix(1);
    auto const code = take_code(text, 2, 16);
    if (code) out += static_cast<char>(*code);
    return code.has_value();
  } else if (c == 'u' || c == 'U') {
    text.remove_prefix(1);
    auto const code = take_code(text, c == 'u' ? 4 : 8, 16);
    if (!code || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000)) return false;
    append_utf8(out, *code);
    return true;
  } else if (c >= '0' && c <= '7') {
    auto const code = take_code(text, 3, 8);
    if (!code || *code > 255) return false;
    out += static_cast<char>(*code);
    return true;
  } else {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

// The text in quotes of either kind.
std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) return std::nullopt;
  char const quote = text.front();
  text = text.substr(1, text.size() - 2);
  std::string out;
  while (!text.empty()) {
    char const c = text.front();
    text.remove_prefix(1);
    if (c == quote) return std::nullopt;
    if (c != '\\') {
      out += c;
    } else if (!append_escape(out, text, quote)) {
      return std::nullopt;
    }
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, int depth) : text_(text), depth_(depth) {}

  // Actions in braces with plain text between them; the first action's steps stay.
  Failure parse(Steps& first) {
    if (depth_ > deepest) return "nested too deeply";
    bool is_first = true;
    for (;;) {
      at_ = text_.find('{', at_);
      if (at_ == std::string_view::npos) return std::nullopt;
      ++at_;
      Steps other;
      if (auto failure = parse_action(is_first ? first : other)) return failure;
      is_first = false;
    }
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  Failure parse_action(Steps& steps) {
    for (;;) {
      auto const rest = text_.substr(at_);
      Failure failure;
      if (rest.empty() || rest.front() == '\n' || rest.front() == '\r') return "unclosed action";
      if (rest.starts_with('}')) {
        ++at_;
        return std::nullopt;
      }
      char const c = rest.front();
      if (rest.starts_with("[?(")) {
        failure = parse_filter(steps);
      } else if (rest.starts_with("..")) {
        failure = parse_recursive(steps);
      } else if (c == ' ' || c == '@' || c == '$') {  // the object itself
        ++at_;
      } else if (c == '[') {
        failure = parse_brackets(steps);
      } else if (c == '"' || c == '\'') {
        failure = parse_quote(steps);
      } else if (c == '.') {
        ++at_;
        parse_field(steps);
      } else if (c == '+' || c == '-' || is_digit(c)) {
        failure = parse_number(steps);
      } else if (is_word(c)) {
        parse_identifier(steps);
      } else {
        char code[16];
        std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(static_cast<unsigned char>(c)));
        failure = "unrecognized character in action: " + std::string(code) +
                  (c < ' ' || c == 0x7f ? "" : " '" + std::string(1, c) + "'");
      }
      if (failure) return failure;
    }
  }

  void parse_field(Steps& steps) {
    std::string name;
    while (!at_end()) {
      if (text_[at_] == '\\') {
        ++at_;
        // Whatever is escaped belongs to the name; the backslash does not.
        if (!at_end() && text_[at_] != '\\') name += text_[at_];
        if (!at_end()) ++at_;
        continue;
      }
      if (ends_word(text_[at_])) break;
      name += text_[at_++];
    }
    steps.push_back(name == "*" ? step(StepKind::wildcard) : step(StepKind::field, std::move(name)));
  }

  Failure parse_recursive(Steps& steps) {
    if (!steps.empty() && steps.back().kind == StepKind::recursive) return "invalid multiple recursive descent";
    at_ += 2;
    steps.push_back(step(StepKind::recursive));
    if (is_word(peek())) parse_field(steps);
    return std::nullopt;
  }

  Failure parse_number(Steps& steps) {
    auto const begin = at_++;
    while (!at_end() && (is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
    auto const word = text_.substr(begin, at_ - begin);
    if (auto const whole = integer(word)) {
      steps.push_back(constant(*whole));
    } else if (auto const fraction = real(word)) {
      steps.push_back(constant(*fraction));
    } else {
      return "cannot parse number " + std::string(word);
    }
    return std::nullopt;
  }

  void parse_identifier(Steps& steps) {
    auto const begin = at_;
    while (!at_end() && !ends_word(text_[at_])) ++at_;
    auto const word = text_.substr(begin, at_ - begin);
    if (word == "true" || word == "false") {
      steps.push_back(constant(word == "true"));
    } else {
      steps.push_back(step(StepKind::identifier, std::string(word)));
    }
  }

  Failure parse_quote(Steps& steps) {
    auto const begin = at_;
    char const quote = text_[at_++];
    while (!at_end() && text_[at_] != '\n' && (text_[at_] != quote || text_[at_ - 1] == '\\')) ++at_;
    if (peek() != quote) return "unterminated quoted string";
    ++at_;
    auto const word = text_.substr(begin, at_ - begin);
    auto text = unquote(word);
    if (!text) return "unquote string " + std::string(word) + " error invalid syntax";
    steps.push_back(constant(boost::json::value(*text)));
    return std::nullopt;
  }

  // A text of its own, as if it stood in braces.
  Failure parse_inner(std::string_view text, Steps& steps) const {
    std::string const braced = "{" + std::string(text) + "}";
    return Parser(braced, depth_ + 1).parse(steps);
  }

  Failure parse_brackets(Steps& steps) {
    auto const close = text_.find_first_of("]\n", at_);
    if (close == std::string_view::npos || text_[close] == '\n') return "unterminated array";
    std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    if (inside == "*") inside = ":";
    if (inside.contains(',')) return parse_union(inside, steps);
    bool const quoted = inside.size() >= 2 && inside.starts_with('\'') && inside.ends_with('\'') &&
                        !inside.substr(1, inside.size() - 2).contains('\'');
    if (quoted) {
      Steps named;
      auto failure = parse_inner("." + std::string(inside.substr(1, inside.size() - 2)), named);
      std::ranges::move(named, std::back_inserter(steps));
      return failure;
    }
    return parse_slice(inside, steps);
  }

  Failure parse_union(std::string_view inside, Steps& steps) const {
    PathStep made = step(StepKind::union_);
    for (;;) {
      auto const comma = inside.find(',');
      auto member = inside.substr(0, comma);
      while (member.starts_with(' ')) member.remove_prefix(1);
      while (member.ends_with(' ')) member.remove_suffix(1);
      Steps branch;
      if (auto failure = parse_inner("[" + std::string(member) + "]", branch)) return failure;
      made.branches.push_back(std::move(branch));
      if (comma == std::string_view::npos) break;
      inside.remove_prefix(comma + 1);
    }
    steps.push_back(std::move(made));
    return std::nullopt;
  }

  // FROM:TO:STEP, each of which may be left out; FROM alone is one index.
  static Failure parse_slice(std::string_view inside, Steps& steps) {
    PathStep made = step(StepKind::slice);
    std::string_view rest = inside;
    for (int i = 0; i < 3; ++i) {
      SliceNumber& number = made.slice[i];
      if (i > 0 && rest.empty()) {
        if (i == 1) number = {after(made.slice[0].value), true, true};
        break;
      }
      if (i > 0) rest.remove_prefix(1);
      auto const word = rest.substr(0, rest.find(':'));
      rest.remove_prefix(word.size());
      bool const numeric = word.find_first_not_of(digits, word.starts_with('-') ? 1 : 0) == std::string_view::npos;
      if (!numeric) return "invalid array index " + std::string(inside);
      if (word.empty()) continue;
      auto const value = integer(word);
      if (!value) return "array index " + std::string(word) + " is not a number";
      number = {*value, true, false};
    }
    if (!rest.empty()) return "invalid array index " + std::string(inside);
    steps.push_back(std::move(made));
    return std::nullopt;
  }

  Failure parse_filter(Steps& steps) {
    at_ += 3;
    auto const begin = at_;
    bool opened = false;
    bool closed = false;
    char quote = 0;
    for (;; ++at_) {
      if (at_end() || text_[at_] == '\n') return "unterminated filter";
      char const c = text_[at_];
      if (c == '"' || c == '\'') {
        if (!opened) {
          opened = true;
          quote = c;
        } else if (text_[at_ - 1] != '\\' && c == quote) {
          closed = true;
        }
      } else if (c == ')' && opened == closed) {
        break;
      }
    }
    auto const inside = text_.substr(begin, at_ - begin);
    ++at_;
    if (peek() != ']') return "unclosed array expect ]";
    ++at_;
    return parse_condition(inside, steps);
  }

  Failure parse_condition(std::string_view inside, Steps& steps) const {
    constexpr std::string_view signs = "!<>=";
    PathStep made = step(StepKind::filter);
    made.branches.resize(2);
    auto const from = inside.find_first_of(signs);
    auto const to = from == std::string_view::npos ? from : inside.find_first_not_of(signs, from);
    bool const compares = from != std::string_view::npos && from > 0 && to != std::string_view::npos;
    if (!compares) {
      if (auto failure = parse_inner(inside, made.branches[0])) return failure;
    } else {
      made.comparison = operator_of(inside.substr(from, to - from));
      made.name = inside.substr(from, to - from);
      if (auto failure = parse_inner(inside.substr(0, from), made.branches[0])) return failure;
      if (auto failure = parse_inner(inside.substr(to), made.branches[1])) return failure;
    }
    steps.push_back(std::move(made));
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_;
};

}  // namespace

std::expected<std::vector<PathStep>, std::string> parse_template(std::string_view text) {
  Steps steps;
  if (auto failure = Parser(text, 0).parse(steps)) return std::unexpected(*std::move(failure));
  return steps;
}

}  // namespace fakeapi::printing::detail
