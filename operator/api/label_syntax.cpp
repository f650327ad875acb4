#include "operator/api/label_syntax.hpp"

#include <algorithm>

namespace api {
namespace {

constexpr std::size_t longest_name = 63;
constexpr std::size_t longest_subdomain = 253;

constexpr std::string_view subdomain_regex = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
constexpr std::string_view qualified_regex = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
constexpr std::string_view label_value_regex = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z'); }

bool is_label(std::string_view text) {
  return !text.empty() && is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

bool is_subdomain(std::string_view text) {
  for (;;) {
    auto const dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_name(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

std::string too_many_characters(std::size_t most) {
  return "must be no more than " + std::to_string(most) + " characters";
}

std::string syntax_mismatch(std::string_view what, std::string_view regex,
                            std::initializer_list<std::string_view> examples) {
  std::string text(what);
  text += " (e.g. ";
  bool first = true;
  for (auto const example : examples) {
    if (!first) text += " or ";
    first = false;
    text.append("'").append(example).append("', ");
  }
  return text.append("regex used for validation is '").append(regex).append("')");
}

SyntaxFaults subdomain_faults(std::string_view text) {
  SyntaxFaults faults;
  if (text.size() > longest_subdomain) faults.push_back(too_many_characters(longest_subdomain));
  if (!is_subdomain(text)) {
    faults.push_back(
        syntax_mismatch("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
                        "'.', and must start and end with an alphanumeric character",
                        subdomain_regex, {"example.com"}));
  }
  return faults;
}

SyntaxFaults qualified_name_faults(std::string_view text) {
  constexpr std::string_view what =
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  auto const mismatch = [&] { return syntax_mismatch(what, qualified_regex, {"MyName", "my.name", "123-abc"}); };
  SyntaxFaults faults;
  auto const slash = text.find('/');
  std::string_view name = text;
  if (slash != std::string_view::npos) {
    std::string_view const prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (name.contains('/')) {
      faults.push_back("a qualified name " + mismatch() +
                       " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
      return faults;
    }
    if (prefix.empty()) {
      faults.emplace_back("prefix part must be non-empty");
    } else {
      for (auto const& fault : subdomain_faults(prefix)) faults.push_back("prefix part " + fault);
    }
  }
  if (name.empty()) {
    faults.emplace_back("name part must be non-empty");
  } else if (name.size() > longest_name) {
    faults.push_back("name part " + too_many_characters(longest_name));
  }
  if (!is_name(name)) faults.push_back("name part " + mismatch());
  return faults;
}

SyntaxFaults label_value_faults(std::string_view text) {
  SyntaxFaults faults;
  if (text.size() > longest_name) faults.push_back(too_many_characters(longest_name));
  if (!text.empty() && !is_name(text)) {
    faults.push_back(
        syntax_mismatch("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
                        "and must start and end with an alphanumeric character",
                        label_value_regex, {"MyValue", "my_value", "12345"}));
  }
  return faults;
}

}  // namespace api
