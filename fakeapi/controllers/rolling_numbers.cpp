#include "fakeapi/controllers/rolling_numbers.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace fakeapi {

std::int64_t scaled_value(boost::json::value const* value, std::int64_t whole, bool round_up, std::int64_t otherwise) {
  if (value == nullptr) return otherwise;
  if (auto const number = api::find_integer(value, {})) return *number;
  std::string_view const text = api::find_string(value, {}).value_or("");
  constexpr std::int64_t most_percent = 1'000'000;
  std::int64_t percent = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc() || end + 1 != text.data() + text.size() || *end != '%') return otherwise;
  return (whole * std::clamp<std::int64_t>(percent, 0, most_percent) + (round_up ? 99 : 0)) / 100;
}

RolloutNumbers read_rollout_numbers(api::SharedJson const& spec) {
  RolloutNumbers numbers;
  if (auto const replicas = api::find_integer(spec.get(), {"replicas"})) {
    numbers.replicas = std::max<std::int64_t>(*replicas, 0);
  }
  auto const* const strategy = api::find_path(spec.get(), {"strategy"});
  numbers.recreate = api::find_string(strategy, {"type"}) == "Recreate";
  if (numbers.recreate) return numbers;
  auto const* const rolling = api::find_path(strategy, {"rollingUpdate"});
  numbers.surge = std::max<std::int64_t>(
      scaled_value(api::find_path(rolling, {"maxSurge"}), numbers.replicas, true, (numbers.replicas + 3) / 4), 0);
  std::int64_t const unavailable = std::max<std::int64_t>(
      scaled_value(api::find_path(rolling, {"maxUnavailable"}), numbers.replicas, false, numbers.replicas / 4), 0);
  numbers.unavailable = std::min(numbers.surge == 0 && unavailable == 0 ? 1 : unavailable, numbers.replicas);
  return numbers;
}

std::int64_t proportion(std::int64_t size, std::int64_t annotated_most, RolloutNumbers const& wanted,
                        std::int64_t to_add, std::int64_t added) {
  if (size == 0 || to_add == 0 || to_add == added) return 0;
  std::int64_t const allowed = to_add - added;
  std::int64_t fraction = -size;
  if (wanted.replicas != 0 && annotated_most > 0) {
    // size * new total / old total, rounded to the nearest
    fraction = (2 * size * wanted.most_in_total() + annotated_most) / (2 * annotated_most) - size;
  }
  return to_add > 0 ? std::min(fraction, allowed) : std::max(fraction, allowed);
}

}  // namespace fakeapi
