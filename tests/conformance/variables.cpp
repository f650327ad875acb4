#include "tests/conformance/variables.hpp"

#include <boost/json/serialize.hpp>
#include <charconv>
#include <stdexcept>

namespace conformance {
namespace {

namespace json = boost::json;

std::string text_of(json::value const& value) {
  if (value.is_string()) return std::string(value.get_string());
  return json::serialize(value);
}

bool is_name(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == text.npos &&
         !text.empty();
}

}  // namespace

std::string Variables::value_of(std::string_view expression) const {
  auto const sign = expression.find_first_of("+-");
  std::string const name(expression.substr(0, sign));
  auto const found = values_.find(name);
  if (found == values_.end()) throw std::runtime_error("there is no variable $(" + name + ")");
  std::string text = text_of(found->second);
  if (sign == expression.npos) return text;
  std::int64_t number = 0;
  std::int64_t offset = 0;
  std::string_view const offset_text = expression.substr(sign + 1);
  auto const parse = [](std::string_view digits, std::int64_t& into) {
    return std::from_chars(digits.data(), digits.data() + digits.size(), into).ptr == digits.data() + digits.size();
  };
  if (!parse(text, number) || !parse(offset_text, offset))
    throw std::runtime_error("$(" + std::string(expression) + ") is no number: " + text);
  return std::to_string(expression[sign] == '+' ? number + offset : number - offset);
}

std::string Variables::expand(std::string_view text) const {
  std::string result;
  while (true) {
    auto const open = text.find("$(");
    if (open == text.npos) break;
    auto const close = text.find(')', open);
    if (close == text.npos) break;
    std::string_view const expression = text.substr(open + 2, close - open - 2);
    if (!is_name(expression.substr(0, expression.find_first_of("+-")))) {
      result += text.substr(0, open + 2);
      text.remove_prefix(open + 2);
      continue;
    }
    result += text.substr(0, open);
    result += value_of(expression);
    text.remove_prefix(close + 1);
  }
  result += text;
  return result;
}

json::value Variables::expand(json::value const& value) const {
  switch (value.kind()) {
    case json::kind::string: {
      std::string_view const text = value.get_string();
      if (text.starts_with("$(") && text.ends_with(")") && is_name(text.substr(2, text.size() - 3))) {
        auto const found = values_.find(std::string(text.substr(2, text.size() - 3)));
        if (found != values_.end()) return found->second;
      }
      return json::value(json::string(expand(text)));
    }
    case json::kind::array: {
      json::array result;
      for (auto const& item : value.get_array()) result.push_back(expand(item));
      return result;
    }
    case json::kind::object: {
      json::object result;
      for (auto const& [key, member] : value.get_object()) result[expand(std::string_view(key))] = expand(member);
      return result;
    }
    default:
      return value;
  }
}

}  // namespace conformance
