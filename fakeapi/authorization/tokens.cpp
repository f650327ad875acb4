#include "fakeapi/authorization/tokens.hpp"

#include <algorithm>

#include "fakeapi/authorization/answers.hpp"

namespace fakeapi::authorization {
namespace {

// One record of a CSV text, taken off its front: fields between commas, in quotes where they hold commas. Lines that
// are empty or begin with '#' are none. Nothing when a quote is not closed.
class Records {
 public:
  explicit Records(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }

  std::optional<std::vector<std::string>> next() {
    std::vector<std::string> fields(1);
    ++line_;
    while (!rest_.empty()) {
      char const c = take();
      if (c == '\n') break;
      if (c == '\r' && rest_.starts_with('\n')) continue;
      if (c == ',') {
        fields.emplace_back();
      } else if (c == '"' && fields.back().empty()) {
        if (!quoted(fields.back())) return std::nullopt;
      } else {
        fields.back() += c;
      }
    }
    return fields;
  }

 private:
  char take() {
    char const c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  // What stands between quotes, the first of which has been taken; two of them stand for one.
  bool quoted(std::string& field) {
    while (!rest_.empty()) {
      char const c = take();
      if (c == '"') {
        if (!rest_.starts_with('"')) return true;
        rest_.remove_prefix(1);
      }
      if (c == '\n') ++line_;
      field += c;
    }
    return false;
  }

  std::string_view rest_;
  std::size_t line_ = 0;
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> split_groups(std::string_view text) {
  std::vector<std::string> groups;
  while (!text.empty()) {
    auto const comma = text.find(',');
    if (auto const group = trimmed(text.substr(0, comma)); !group.empty()) groups.emplace_back(group);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return groups;
}

// Compares all of both, whatever differs.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

std::expected<TokenTable, std::string> TokenTable::parse(std::string_view csv) {
  TokenTable table;
  Records records(csv);
  while (!records.at_end()) {
    auto fields = records.next();
    auto const where = "line " + std::to_string(records.line()) + ": ";
    if (!fields) return std::unexpected(where + "a quote is not closed");
    if (fields->size() == 1 && trimmed(fields->front()).empty()) continue;
    if (fields->front().starts_with('#')) continue;
    constexpr std::size_t least = 3;
    if (fields->size() < least) return std::unexpected(where + "needs token, user and uid");
    auto& columns = *fields;
    if (columns[0].empty()) return std::unexpected(where + "an empty token");
    User user;
    user.name = std::string(trimmed(columns[1]));
    user.uid = std::string(trimmed(columns[2]));
    if (user.name.empty()) return std::unexpected(where + "an empty user");
    if (columns.size() > least) user.groups = split_groups(columns[least]);
    table.add(std::string(trimmed(columns[0])), std::move(user));
  }
  return table;
}

void TokenTable::add(std::string token, User user) { entries_.emplace_back(std::move(token), std::move(user)); }

std::optional<User> TokenTable::find(std::string_view token) const {
  User const* found = nullptr;
  // The last of equal tokens counts; all are looked at.
  for (auto const& [own, user] : entries_) {
    if (same(own, token)) found = &user;
  }
  if (found == nullptr) return std::nullopt;
  return authenticated(*found);
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer";
  auto const text = trimmed(authorization);
  auto const space = text.find(' ');
  if (space != scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((text[i] | 0x20) != scheme[i]) return {};
  }
  auto const rest = text.substr(space + 1);
  return rest.substr(0, rest.find(' '));
}

}  // namespace fakeapi::authorization
