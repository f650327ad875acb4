#include "fakeapi/semantics/names.hpp"

#include <algorithm>
#include <charconv>

#include "operator/api/label_syntax.hpp"

namespace fakeapi::names {
namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_subdomain = 253;
constexpr std::size_t longest_port_name = 15;

constexpr std::string_view label_regex = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view letter_first_regex = "[a-z]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view environment_regex = "[-._a-zA-Z][-._a-zA-Z0-9]*";
constexpr std::string_view key_regex = "[-._a-zA-Z0-9]+";

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z'); }

bool is_label(std::string_view text) {
  return !text.empty() && is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

// Of a ConfigMap; also of environment variables.
bool is_key(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

void add_backstep(std::string_view text, Messages& messages) {
  if (text == "." || text == "..") {
    messages.push_back("must not be '" + std::string(text) + "'");
  } else if (text.starts_with("..")) {
    messages.emplace_back("must not start with '..'");
  }
}

// A prefix of a generated name is valid if it is once something follows its last '-'.
std::string unmasked(std::string_view name, bool prefix) {
  std::string text(name);
  if (prefix && text.size() > 1 && text.back() == '-') text.back() = 'a';
  return text;
}

}  // namespace

Messages dns1123_label(std::string_view text) {
  Messages messages;
  if (text.size() > longest_label) messages.push_back(api::too_many_characters(longest_label));
  if (!is_label(text)) {
    messages.push_back(api::syntax_mismatch(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
        "and end with an alphanumeric character",
        label_regex, {"my-name", "123-abc"}));
  }
  return messages;
}

Messages dns1035_label(std::string_view text) {
  Messages messages;
  if (text.size() > longest_label) messages.push_back(api::too_many_characters(longest_label));
  if (!is_label(text) || text.front() < 'a') {
    messages.push_back(api::syntax_mismatch(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
        "character, and end with an alphanumeric character",
        letter_first_regex, {"my-name", "abc-123"}));
  }
  return messages;
}

Messages dns1123_subdomain(std::string_view text) { return api::subdomain_faults(text); }
Messages qualified_name(std::string_view text) { return api::qualified_name_faults(text); }
Messages label_value(std::string_view text) { return api::label_value_faults(text); }

Messages port_name(std::string_view text) {
  Messages messages;
  if (text.size() > longest_port_name) messages.push_back(api::too_many_characters(longest_port_name));
  if (!std::ranges::all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '-'; })) {
    messages.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::ranges::none_of(text, [](char c) { return c >= 'a' && c <= 'z'; })) {
    messages.emplace_back("must contain at least one letter or number (a-z, 0-9)");
  }
  if (text.contains("--")) messages.emplace_back("must not contain consecutive hyphens");
  if (!text.empty() && (text.front() == '-' || text.back() == '-')) {
    messages.emplace_back("must not begin or end with a hyphen");
  }
  return messages;
}

Messages environment_name(std::string_view text) {
  Messages messages;
  if (!is_key(text) || (text.front() >= '0' && text.front() <= '9')) {
    messages.push_back(api::syntax_mismatch(
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', "
        "and must not start with a digit",
        environment_regex, {"my.env-name", "MY_ENV.NAME", "MyEnvName1"}));
  }
  add_backstep(text, messages);
  return messages;
}

Messages data_key(std::string_view text) {
  Messages messages;
  if (text.size() > longest_subdomain) messages.push_back(api::too_many_characters(longest_subdomain));
  if (!is_key(text)) {
    messages.push_back(
        api::syntax_mismatch("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", key_regex,
                             {"key.name", "KEY_NAME", "key-name"}));
  }
  add_backstep(text, messages);
  return messages;
}

Messages header_name(std::string_view text) {
  bool const right = !text.empty() && std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
  if (right) return {};
  return {api::syntax_mismatch("a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+",
                               {"X-Header-Name"})};
}

Messages path_segment(std::string_view text) {
  if (text == "." || text == "..") return {"may not be '" + std::string(text) + "'"};
  Messages messages;
  for (char const* const part : {"/", "%"}) {
    if (text.contains(part)) messages.push_back("may not contain '" + std::string(part) + "'");
  }
  return messages;
}

std::optional<std::uint32_t> ipv4_address(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    std::uint32_t number = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || number > 255) return std::nullopt;
    address = address << 8 | number;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

bool is_ip_address(std::string_view text) {
  if (ipv4_address(text)) return true;
  // IPv6: eight groups of up to four digits, of which one run may be left out; the last two may be an IPv4 address.
  bool shortened = false;
  int groups = 0;
  if (text.starts_with("::")) {
    shortened = true;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    auto const end = std::min(text.find(':'), text.size());
    auto const group = text.substr(0, end);
    if (end == text.size() && ipv4_address(group)) {
      groups += 2;
      text = {};
      break;
    }
    if (group.empty() || group.size() > 4 ||
        group.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
      return false;
    }
    ++groups;
    text.remove_prefix(end);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (shortened) return false;
      shortened = true;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return false;
    }
  }
  return shortened ? groups < 8 : groups == 8;
}

std::string joined(Messages const& messages) {
  std::string text;
  for (auto const& message : messages) text += (text.empty() ? "" : ",") + message;
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

Messages label_name(std::string_view name, bool prefix) { return dns1123_label(unmasked(name, prefix)); }
Messages subdomain_name(std::string_view name, bool prefix) { return dns1123_subdomain(unmasked(name, prefix)); }
Messages service_name(std::string_view name, bool prefix) { return dns1035_label(unmasked(name, prefix)); }
Messages path_segment_name(std::string_view name, bool /*prefix*/) { return path_segment(name); }

}  // namespace fakeapi::names
