#include "operator/seams/http_service.hpp"

#include <algorithm>

namespace seams {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view HttpHeaders::get(std::string_view name) const {
  auto const found = std::ranges::find_if(fields_, [&](Field const& field) { return same_name(field.first, name); });
  return found == fields_.end() ? std::string_view() : std::string_view(found->second);
}

bool HttpHeaders::has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](Field const& field) { return same_name(field.first, name); });
}

}  // namespace seams
