// Any JSON value, written as YAML in several styles, is read back as the same JSON value.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "operator/manifest/manifest.hpp"
#include "operator/manifest/resolve.hpp"

namespace {

namespace json = boost::json;

/// Strings that YAML could misread, and arbitrary ones.
rc::Gen<std::string> any_text() {
  auto const tricky = rc::gen::element<std::string>("", "yes", "on", "null", "~", "1", "-1.5e3", "0x1F", "a: b", "a #b",
                                                    "#a", "- a", "-", "?", ": ", "<<", "&a", "*a", "!a", "|", ">", "%a",
                                                    "@a", "`a", "[", "]", "{", "}", ",", "'", "\"", "it's", "\\", "\n",
                                                    " a", "a ", "a\nb", "a\n\nb\n", "\ta", "---", "...", "é", "😀",
                                                    "2026-11-23", "=", "~x", "a:b", "a, b", "\x7f", "\r\n", "\x01");
  auto const letters =
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab -:#'\"\\\n\t,[]{}&*!|>%@?.019xeE_~<=")));
  auto const wide = rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                                     "a", "é", "ß", "中", "😀", "\xC2\xA0", "\xE2\x80\xA8", "\xC2\x85")),
                                 [](std::vector<std::string> const& parts) {
                                   std::string text;
                                   for (auto const& part : parts) text += part;
                                   return text;
                                 });
  return rc::gen::oneOf(tricky, letters, wide);
}

rc::Gen<json::value> any_scalar() {
  auto const text = rc::gen::map(any_text(), [](std::string const& s) { return json::value(json::string(s)); });
  auto const integer = rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t i) { return json::value(i); });
  auto const fraction = rc::gen::map(rc::gen::inRange(-1'000'000, 1'000'000),
                                     [](int i) { return json::value(static_cast<double>(i) + 0.25); });
  auto const other =
      rc::gen::map(rc::gen::inRange(0, 3), [](int i) { return i == 0 ? json::value(nullptr) : json::value(i == 1); });
  return rc::gen::oneOf(text, text, integer, fraction, other);
}

rc::Gen<json::value> any_json(int depth) {
  if (depth == 0) return any_scalar();
  auto const items = rc::gen::map(rc::gen::resize(4, rc::gen::container<std::vector<json::value>>(any_json(depth - 1))),
                                  [](std::vector<json::value> const& values) {
                                    json::array array;
                                    for (auto const& value : values) array.push_back(value);
                                    return json::value(std::move(array));
                                  });
  auto const members =
      rc::gen::map(rc::gen::resize(4, rc::gen::container<std::vector<std::pair<std::string, json::value>>>(
                                          rc::gen::pair(any_text(), any_json(depth - 1)))),
                   [](std::vector<std::pair<std::string, json::value>> const& pairs) {
                     json::object object;
                     for (auto const& [key, value] : pairs) object.insert_or_assign(key, value);
                     return json::value(std::move(object));
                   });
  return rc::gen::oneOf(any_scalar(), items, members, members);
}

/// A writer of YAML whose style is chosen anew at each value from a list of numbers.
class Writer {
 public:
  explicit Writer(std::vector<int> choices) : choices_(std::move(choices)) {}

  /// The value as it stands after "key:" or "-", with what comes before it (a space or a line end).
  std::string value(json::value const& value, int indent) {
    bool const block = choose(2) == 0;
    if (auto const* object = value.if_object(); object != nullptr && !object->empty() && block)
      return "\n" + block_mapping(*object, indent + 1 + choose(3));
    if (auto const* array = value.if_array(); array != nullptr && !array->empty() && block)
      return "\n" + block_sequence(*array, indent + 1 + choose(3));
    if (auto const* text = value.if_string(); text != nullptr && can_be_literal(*text) && choose(3) == 0)
      return literal(*text, indent + 2);
    return std::string(1 + static_cast<std::size_t>(choose(2)), ' ') + flow(value) + comment() + "\n";
  }

  std::string block_mapping(json::object const& object, int indent) {
    std::string text;
    for (auto const& member : object)
      text += spaces(indent) + scalar_text(member.key()) + ":" + value(member.value(), indent);
    return text;
  }

 private:
  int choose(int bound) {
    if (choices_.empty()) return 0;
    next_ = (next_ + 1) % choices_.size();
    return choices_[next_] % bound;
  }
  static std::string spaces(int count) { return std::string(static_cast<std::size_t>(count), ' '); }
  std::string comment() { return choose(4) == 1 ? " # a: 'comment" : ""; }

  std::string block_sequence(json::array const& array, int indent) {
    std::string text;
    for (auto const& item : array) text += spaces(indent) + "-" + value(item, indent);
    return text;
  }

  std::string flow(json::value const& value) {
    std::string const space = choose(2) == 0 ? " " : "";
    std::string text;
    if (auto const* object = value.if_object()) {
      for (auto const& member : *object)
        text += (text.empty() ? "" : "," + space) + scalar_text(member.key()) + ": " + flow(member.value());
      return "{" + space + text + space + "}";
    }
    if (auto const* array = value.if_array()) {
      for (auto const& item : *array) text += (text.empty() ? "" : "," + space) + flow(item);
      return "[" + space + text + space + "]";
    }
    if (auto const* string = value.if_string()) return scalar_text(*string);
    if (value.is_null()) return std::array{"null", "~", "Null"}[static_cast<std::size_t>(choose(3))];
    if (value.is_bool()) {
      auto const at = static_cast<std::size_t>(choose(3));
      return value.get_bool() ? std::array{"true", "yes", "On"}[at] : std::array{"false", "no", "OFF"}[at];
    }
    return json::serialize(value);
  }

  std::string scalar_text(std::string_view text) {
    switch (choose(3)) {
      case 0:
        if (can_be_plain(text)) return std::string(text);
        [[fallthrough]];
      case 1:
        if (can_be_single_quoted(text)) return single_quoted(text);
        [[fallthrough]];
      default:
        return double_quoted(text);
    }
  }

  static bool can_be_plain(std::string_view text) {
    if (text.find_first_not_of("abxeEé0123456789._~<=") != std::string_view::npos || text == "<<") return false;
    auto const resolved = manifest::resolve_plain(text);
    return resolved && resolved->is_string();
  }
  static bool is_simple(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      auto const c = static_cast<unsigned char>(text[at]);
      bool const line_end = c == 0xC2 || c == 0xE2;  // U+0085, U+2028 and the like are written as escapes
      if (c < 0x20 || c == 0x7F || line_end) return false;
    }
    return true;
  }
  static bool can_be_single_quoted(std::string_view text) { return is_simple(text); }
  static std::string single_quoted(std::string_view text) {
    std::string quoted;
    for (char const c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    return "'" + quoted + "'";
  }
  /// JSON's form, with escapes for what YAML would take for a line end or refuse.
  static std::string double_quoted(std::string_view text) {
    std::string quoted = json::serialize(json::string(text));
    auto const replace = [&](std::string_view from, std::string_view to) {
      for (std::size_t at = 0; (at = quoted.find(from, at)) != std::string::npos; at += to.size())
        quoted.replace(at, from.size(), to);
    };
    replace("\x7f", "\\x7f");
    replace("\xC2\x85", "\\N");
    replace("\xC2\xA0", "\\_");
    replace("\xE2\x80\xA8", "\\L");
    return quoted;
  }
  /// Lines that start with a letter, so that the indentation is not in doubt, and one line end at the end.
  static bool can_be_literal(std::string_view text) {
    if (text.size() < 2 || !text.ends_with('\n') || text.ends_with("\n\n")) return false;
    if (text[0] == '\n' || text[0] == ' ') return false;
    for (std::size_t start = 0; start < text.size();) {
      std::size_t const end = text.find('\n', start);
      if (!is_simple(text.substr(start, end - start)) || end == start) return false;
      start = end + 1;
    }
    return true;
  }
  static std::string literal(std::string_view text, int indent) {
    std::string lines = " |\n";
    for (std::size_t start = 0; start < text.size();) {
      std::size_t const end = text.find('\n', start);
      lines += spaces(indent) + std::string(text.substr(start, end - start)) + "\n";
      start = end + 1;
    }
    return lines;
  }

  std::vector<int> choices_;
  std::size_t next_ = 0;
};

json::value read_spec(std::string const& text) {
  auto const parsed = manifest::parse(text, "f");
  if (!parsed) RC_FAIL(parsed.error().to_string() + "\n" + text);
  RC_ASSERT(parsed->size() == 1U);
  return parsed->front().object.spec ? *parsed->front().object.spec : json::value(nullptr);
}

RC_GTEST_PROP(ManifestProperty, json_written_as_yaml_in_any_style_is_read_back, ()) {
  json::value const value = *any_json(4);
  auto const choices = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12));
  Writer writer(choices);
  std::string const text = "apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec:" + writer.value(value, 0);
  RC_LOG() << text;
  RC_ASSERT(json::serialize(read_spec(text)) == json::serialize(value));
}

RC_GTEST_PROP(ManifestProperty, json_is_read_back_as_json, ()) {
  json::object document{{"apiVersion", "v1"}, {"kind", "A"}};
  document["metadata"] = json::object{{"name", "a"}};
  json::value const value = *any_json(4);
  document["spec"] = value;
  std::string text = json::serialize(document);
  // A raw DEL is the one character that JSON takes and a manifest does not.
  for (std::size_t at = 0; (at = text.find('\x7f', at)) != std::string::npos;) text.replace(at, 1, "\\u007f");
  RC_ASSERT(json::serialize(read_spec(text)) == json::serialize(value));
}

RC_GTEST_PROP(ManifestProperty, no_text_whatever_does_anything_but_succeed_or_fail_with_a_line, ()) {
  auto const parts = *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
      any_text(), rc::gen::element<std::string>("apiVersion: v1\n", "kind: A\n", "metadata:\n", "  name: a\n", "\n",
                                                "---\n", "a: ", "- ", "  ", "\t", "&x ", "*x", "<<: ", "{", "[", "? ",
                                                "!!int ", "\xff", "\"", "'", "|\n", ", ", "items:\n", "kind: List\n")));
  std::string text = *rc::gen::element<std::string>("", "apiVersion: v1\nkind: A\nmetadata:\n  name: a\n", "{");
  for (auto const& part : parts) text += part;
  auto const parsed = manifest::parse(text, "f");
  if (parsed) {
    RC_ASSERT(!parsed->empty());
  } else {
    int const lines = 1 + static_cast<int>(std::ranges::count(text, '\n'));
    RC_ASSERT(parsed.error().line >= 1);
    RC_ASSERT(parsed.error().line <= lines);
    RC_ASSERT(!parsed.error().message.empty());
  }
}

}  // namespace
