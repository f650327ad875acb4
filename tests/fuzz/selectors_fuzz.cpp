// Selectors: what is printed reads as the same again and selects the same.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "operator/api/selector.hpp"
#include "tests/fuzz/parts.hpp"
#include "tests/fuzz/require.hpp"

namespace {

/// The words of a text are what its labels are made of.
api::StringMap labels_of(std::string_view text, std::size_t shift) {
  std::vector<std::string_view> words;
  constexpr std::string_view ends = " =!(),><\t\r\n\\";
  while (!text.empty()) {
    auto const at = std::min(text.find_first_of(ends), text.size());
    if (at > 0) words.push_back(text.substr(0, at));
    text.remove_prefix(std::min(at + 1, text.size()));
  }
  api::StringMap labels;
  for (std::size_t i = 0; i + shift < words.size(); ++i) labels.set(words[i], std::string(words[i + shift]));
  return labels;
}

void check_labels(std::string_view text) {
  auto const selector = api::LabelSelector::parse(text);
  if (!selector) return;
  auto const printed = selector->to_string();
  auto const again = api::LabelSelector::parse(printed);
  fuzz::require(again.has_value(), "a label selector that is printed can be read");
  fuzz::require(again->to_string() == printed, "a label selector is printed in one way");
  fuzz::require(again->empty() == selector->empty(), "a label selector is empty or not");
  for (std::size_t shift = 0; shift < 4; ++shift) {
    auto const labels = labels_of(text, shift);
    fuzz::require(selector->matches(labels) == again->matches(labels), "a printed label selector selects the same");
  }
  fuzz::require(selector->matches({}) == again->matches({}), "a printed label selector selects the same of nothing");
}

void check_fields(std::string_view text) {
  auto const selector = api::FieldSelector::parse(text);
  if (!selector) return;
  auto const printed = selector->to_string();
  auto const again = api::FieldSelector::parse(printed);
  fuzz::require(again.has_value(), "a field selector that is printed can be read");
  fuzz::require(again->to_string() == printed, "a field selector is printed in one way");
  auto const& a = selector->requirements();
  auto const& b = again->requirements();
  fuzz::require(a.size() == b.size(), "a printed field selector has the same terms");
  for (std::size_t i = 0; i < a.size(); ++i) {
    fuzz::require(a[i].field == b[i].field && a[i].equal == b[i].equal && a[i].value == b[i].value,
                  "a printed field selector has the same terms");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = fuzz::as_text(data, size);
  check_labels(text);
  check_fields(text);
  return 0;
}
