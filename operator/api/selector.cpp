#include "operator/api/selector.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "operator/api/label_syntax.hpp"

namespace api {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with("+-")) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

/// Recursive descent over words and symbols, each step with the API server's complaint.
class LabelSelector::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { advance(); }

  std::expected<std::vector<Requirement>, std::string> run() {
    std::vector<Requirement> requirements;
    if (kind_ != Kind::end && !begins_requirement()) {
      return std::unexpected(found("!, identifier, or 'end of string'"));
    }
    while (kind_ != Kind::end) {
      auto requirement = read_requirement();
      if (!requirement) return std::unexpected("unable to parse requirement: " + requirement.error());
      requirements.push_back(*std::move(requirement));
      if (kind_ == Kind::end) break;
      if (!is_symbol(",")) return std::unexpected(found("',' or 'end of string'"));
      advance();
      if (!begins_requirement()) return std::unexpected(found("identifier after ','"));
    }
    return requirements;
  }

 private:
  enum class Kind : std::uint8_t { word, symbol, end };

  /// Takes the next word or symbol of the text.
  void advance() {
    constexpr std::string_view spaces = " \t\r\n";
    constexpr std::string_view symbols = "=!(),><";
    while (!text_.empty() && spaces.contains(text_.front())) text_.remove_prefix(1);
    std::size_t length = 0;
    if (text_.empty()) {
      kind_ = Kind::end;
    } else if (symbols.contains(text_.front())) {
      kind_ = Kind::symbol;
      length = text_.starts_with("==") || text_.starts_with("!=") ? 2 : 1;
    } else {
      kind_ = Kind::word;
      while (length < text_.size() && !symbols.contains(text_[length]) && !spaces.contains(text_[length])) ++length;
    }
    token_ = text_.substr(0, length);
    text_.remove_prefix(length);
  }

  bool is_symbol(std::string_view symbol) const { return kind_ == Kind::symbol && token_ == symbol; }
  bool begins_requirement() const { return kind_ == Kind::word || is_symbol("!"); }
  std::string found(std::string_view expected) const {
    return "found '" + std::string(token_) + "', expected: " + std::string(expected);
  }

  std::expected<Requirement, std::string> read_requirement() {
    Requirement requirement;
    bool const negated = is_symbol("!");
    if (negated) advance();
    if (kind_ != Kind::word) return std::unexpected(found("identifier"));
    if (auto const faults = qualified_name_faults(token_); !faults.empty()) {
      return std::unexpected("invalid label key " + quoted(token_) + ": " + joined(faults));
    }
    requirement.key = token_;
    advance();
    if (negated || kind_ == Kind::end || is_symbol(",")) {
      requirement.op = negated ? Operator::does_not_exist : Operator::exists;
      return requirement;
    }
    bool const set_based = kind_ == Kind::word && (token_ == "in" || token_ == "notin");
    if (set_based) {
      requirement.op = token_ == "in" ? Operator::in : Operator::not_in;
    } else if (is_symbol("=") || is_symbol("==")) {
      requirement.op = Operator::in;
    } else if (is_symbol("!=")) {
      requirement.op = Operator::not_in;
    } else if (is_symbol(">")) {
      requirement.op = Operator::greater_than;
    } else if (is_symbol("<")) {
      requirement.op = Operator::less_than;
    } else {
      return std::unexpected(found("'=', '!=', '==', 'in', notin'"));
    }
    advance();
    auto values = set_based ? read_set() : read_one();
    if (!values) return std::unexpected(std::move(values.error()));
    requirement.values = *std::move(values);
    return checked(std::move(requirement));
  }

  std::expected<std::vector<std::string>, std::string> read_one() {
    std::vector<std::string> values(1);
    if (kind_ == Kind::end || is_symbol(",")) return values;
    if (kind_ != Kind::word) return std::unexpected(found("identifier"));
    values.front() = token_;
    advance();
    return values;
  }

  /// "(a, b)"; a place before or between commas that is left free is the empty value, and so is nothing at all.
  std::expected<std::vector<std::string>, std::string> read_set() {
    if (!is_symbol("(")) return std::unexpected("found '" + std::string(token_) + "' expected: '('");
    advance();
    std::vector<std::string> values;
    if (kind_ != Kind::word && !is_symbol(",") && !is_symbol(")")) {
      return std::unexpected(found("',', ')' or identifier"));
    }
    if (is_symbol(")")) values.emplace_back();
    while (!is_symbol(")")) {
      if (kind_ == Kind::word) {
        values.emplace_back(token_);
        advance();
        if (!is_symbol(",") && !is_symbol(")")) return std::unexpected(found("',' or ')'"));
        continue;
      }
      if (!is_symbol(",")) return std::unexpected(found("',', or identifier"));
      advance();
      if (values.empty() || is_symbol(")")) values.emplace_back();
      if (!is_symbol(",")) continue;
      values.emplace_back();
      advance();
      if (is_symbol(")")) return std::unexpected(found("',', or identifier"));
    }
    advance();
    std::ranges::sort(values);
    auto const copies = std::ranges::unique(values);
    values.erase(copies.begin(), copies.end());
    return values;
  }

  static std::expected<Requirement, std::string> checked(Requirement requirement) {
    bool const numeric = requirement.op == Operator::greater_than || requirement.op == Operator::less_than;
    for (auto const& value : requirement.values) {
      if (numeric && !parse_integer(value)) {
        return std::unexpected("for 'Gt', 'Lt' operators, the value must be an integer");
      }
      if (auto const faults = label_value_faults(value); !faults.empty()) {
        return std::unexpected("invalid label value: " + quoted(value) + ": at key: " + quoted(requirement.key) + ": " +
                               joined(faults));
      }
    }
    return requirement;
  }

  static std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::value(text)); }
  static std::string joined(SyntaxFaults const& faults) {
    std::string text;
    for (auto const& fault : faults) text += (text.empty() ? "" : "; ") + fault;
    return text;
  }

  std::string_view text_;
  std::string_view token_;
  Kind kind_ = Kind::end;
};

std::expected<LabelSelector, std::string> LabelSelector::parse(std::string_view text) {
  auto requirements = Parser(text).run();
  if (!requirements) return std::unexpected(std::move(requirements.error()));
  LabelSelector selector;
  selector.requirements_ = *std::move(requirements);
  return selector;
}

bool LabelSelector::matches(StringMap const& labels) const {
  auto const one_of = [](Requirement const& requirement, std::string const& value) {
    return std::ranges::find(requirement.values, value) != requirement.values.end();
  };
  return std::ranges::all_of(requirements_, [&](Requirement const& requirement) {
    std::string const* const value = labels.find(requirement.key);
    switch (requirement.op) {
      case Operator::exists:
        return value != nullptr;
      case Operator::does_not_exist:
        return value == nullptr;
      case Operator::in:
        return value != nullptr && one_of(requirement, *value);
      case Operator::not_in:
        return value == nullptr || !one_of(requirement, *value);
      case Operator::greater_than:
      case Operator::less_than: {
        auto const number = value == nullptr ? std::nullopt : parse_integer(*value);
        if (!number) return false;
        auto const bound = *parse_integer(requirement.values.front());
        return requirement.op == Operator::greater_than ? *number > bound : *number < bound;
      }
    }
    return false;
  });
}

std::string LabelSelector::to_string() const {
  std::string text;
  for (auto const& [key, op, values] : requirements_) {
    if (!text.empty()) text += ',';
    if (op == Operator::does_not_exist) text += '!';
    text += key;
    bool const single = values.size() == 1;
    switch (op) {
      case Operator::exists:
      case Operator::does_not_exist:
        continue;
      case Operator::in:
        text += single ? "=" : " in (";
        break;
      case Operator::not_in:
        text += single ? "!=" : " notin (";
        break;
      case Operator::greater_than:
        text += '>';
        break;
      case Operator::less_than:
        text += '<';
        break;
    }
    for (auto const& value : values) {
      if (&value != &values.front()) text += ',';
      text += value;
    }
    if (!single) text += ')';
  }
  return text;
}

namespace {

std::string escape(std::string_view value) {
  std::string text;
  for (char const c : value) {
    if (c == '\\' || c == ',' || c == '=') text += '\\';
    text += c;
  }
  return text;
}

/// Takes the backslashes off a value; the error is that of a bare ',' or '=', or of a backslash that escapes nothing.
std::expected<std::string, std::string> unescape(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      if (i == text.size() || (text[i] != '\\' && text[i] != ',' && text[i] != '=')) {
        // All of a character that is more than one byte.
        std::size_t end = std::min(i + 1, text.size());
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
        return std::unexpected("invalid escape sequence: " + std::string(text.substr(i - 1, end - i + 1)));
      }
    } else if (text[i] == ',' || text[i] == '=') {
      return std::unexpected("unescaped character in value: " + std::to_string(static_cast<int>(text[i])));
    }
    value.push_back(text[i]);
  }
  return value;
}

/// The length of a selector's first term: up to a comma that is not escaped.
std::size_t term_length(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      return i;
    }
  }
  return text.size();
}

}  // namespace

std::expected<FieldSelector, std::string> FieldSelector::parse(std::string_view text) {
  FieldSelector selector;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view const term = rest.substr(0, term_length(rest));
    rest.remove_prefix(std::min(term.size() + 1, rest.size()));
    if (term.empty()) continue;
    std::size_t const at = term.find('=');
    if (at == std::string_view::npos) {
      return std::unexpected("invalid selector: '" + std::string(text) + "'; can't understand '" + std::string(term) +
                             "'");
    }
    bool const negated = at > 0 && term[at - 1] == '!';
    bool const doubled = !negated && at + 1 < term.size() && term[at + 1] == '=';
    auto value = unescape(term.substr(at + (doubled ? 2 : 1)));
    if (!value) return std::unexpected("invalid field selector: " + value.error());
    selector.requirements_.push_back(
        {std::string(term.substr(0, at - (negated ? 1 : 0))), !negated, *std::move(value)});
  }
  return selector;
}

std::string FieldSelector::to_string() const {
  std::string text;
  for (auto const& [field, equal, value] : requirements_) {
    if (!text.empty()) text += ',';
    text += field + (equal ? "=" : "!=") + escape(value);
  }
  return text;
}

bool FieldSelector::matches(std::function<std::string(std::string_view field)> const& value_of) const {
  return std::ranges::all_of(requirements_, [&](Requirement const& requirement) {
    return (value_of(requirement.field) == requirement.value) == requirement.equal;
  });
}

}  // namespace api
