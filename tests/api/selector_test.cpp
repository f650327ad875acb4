#include "operator/api/selector.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace api {
namespace {

bool matches(std::string_view selector, StringMap const& labels) {
  auto const parsed = LabelSelector::parse(selector);
  return parsed.value().matches(labels);
}

TEST(LabelSelector, matches_as_its_requirements_say) {
  struct Example {
    std::string_view selector;
    StringMap labels;
    bool match;
  };
  Example const examples[] = {
      {"", {}, true},
      {"app=echo", {{"app", "echo"}}, true},
      {"app==echo", {{"app", "echo"}}, true},
      {"app = echo , tier != web", {{"app", "echo"}}, true},
      {"app=echo", {{"app", "other"}}, false},
      {"app=echo", {}, false},
      {"app=", {{"app", ""}}, true},
      {"app=", {}, false},
      {"app!=echo", {}, true},
      {"app!=echo", {{"app", "echo"}}, false},
      {"app in (a,b)", {{"app", "b"}}, true},
      {"app in (a, b)", {{"app", "c"}}, false},
      {"app in (a,)", {{"app", ""}}, true},
      {"app in ()", {{"app", ""}}, true},
      {"app in ()", {}, false},
      {"app notin ()", {{"app", "a"}}, true},
      {"app in (,,a)", {{"app", "a"}}, true},
      {"app notin (a,b)", {}, true},
      {"app notin (a,b)", {{"app", "a"}}, false},
      {"app", {{"app", "x"}}, true},
      {"app", {}, false},
      {"!app", {}, true},
      {"! app,tier", {{"tier", "x"}}, true},
      {"!app", {{"app", "x"}}, false},
      {"version>3", {{"version", "4"}}, true},
      {"version > 3", {{"version", "3"}}, false},
      {"version<3", {{"version", "-1"}}, true},
      {"version<3", {{"version", "two"}}, false},
      {"version<3", {}, false},
      {"example.com/app=a_b.c-d", {{"example.com/app", "a_b.c-d"}}, true},
      {"in in (in,notin)", {{"in", "notin"}}, true},
      {"in", {{"in", ""}}, true},
      {"in=notin", {{"in", "notin"}}, true},
  };
  for (auto const& example : examples) {
    EXPECT_EQ(matches(example.selector, example.labels), example.match) << example.selector;
  }
}

TEST(LabelSelector, says_what_is_wrong) {
  struct Example {
    std::string_view selector, error;
  };
  Example const examples[] = {
      {"a,", "found '', expected: identifier after ','"},
      {"a,,b", "found ',', expected: identifier after ','"},
      {"=a", "found '=', expected: !, identifier, or 'end of string'"},
      {"!", "unable to parse requirement: found '', expected: identifier"},
      {"a===b", "unable to parse requirement: found '=', expected: identifier"},
      {"a b", "unable to parse requirement: found 'b', expected: '=', '!=', '==', 'in', notin'"},
      {"!a=b", "found '=', expected: ',' or 'end of string'"},
      {"a in b", "unable to parse requirement: found 'b' expected: '('"},
      {"a in (b", "unable to parse requirement: found '', expected: ',' or ')'"},
      {"a in (b,", "unable to parse requirement: found '', expected: ',', or identifier"},
      {"a in (b,,)", "unable to parse requirement: found ')', expected: ',', or identifier"},
      {"a in (=", "unable to parse requirement: found '=', expected: ',', ')' or identifier"},
      {"a>b", "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer"},
      {"a>", "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer"},
      {"a>+-1", "unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer"},
      {"a=b c", "found 'c', expected: ',' or 'end of string'"},
      {"a=(", "unable to parse requirement: found '(', expected: identifier"},
      {"-a",
       "unable to parse requirement: invalid label key \"-a\": name part must consist of alphanumeric characters, '-', "
       "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
       "'123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"},
      {"UP.com/a",
       "unable to parse requirement: invalid label key \"UP.com/a\": prefix part a lowercase RFC 1123 subdomain must "
       "consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
       "character (e.g. 'example.com', regex used for validation is "
       "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
      {"a/b/c",
       "unable to parse requirement: invalid label key \"a/b/c\": a qualified name must consist of alphanumeric "
       "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
       "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an "
       "optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"},
      {"a in (b/c,-)",
       "unable to parse requirement: invalid label value: \"-\": at key: \"a\": a valid label must be an empty string "
       "or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
       "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
       "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"},
  };
  for (auto const& example : examples) {
    auto const parsed = LabelSelector::parse(example.selector);
    ASSERT_FALSE(parsed) << example.selector;
    EXPECT_EQ(parsed.error(), example.error);
  }
  EXPECT_FALSE(LabelSelector::parse(std::string(64, 'a')));
  EXPECT_TRUE(LabelSelector::parse(std::string(63, 'a')));
}

// The model: each requirement as a function, beside the text that means it.
struct Modelled {
  std::string text;
  std::function<bool(StringMap const&)> holds;
};

Modelled any_requirement() {
  std::string const key = *rc::gen::element<std::string>("a", "b", "x.io/c");
  std::string const one = *rc::gen::element<std::string>("1", "2", "v", "");
  std::string const two = *rc::gen::element<std::string>("1", "2", "v", "");
  std::string const space = *rc::gen::element<std::string>("", " ", "\t ");
  int const bound = *rc::gen::inRange(-2, 3);
  auto const number = [](std::string const& text) -> std::optional<int> {
    if (text == "1" || text == "2") return text == "1" ? 1 : 2;
    return std::nullopt;
  };
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return {key, [=](StringMap const& l) { return l.find(key) != nullptr; }};
    case 1:
      return {"!" + space + key, [=](StringMap const& l) { return l.find(key) == nullptr; }};
    case 2:
      return {key + space + "=" + space + one, [=](StringMap const& l) { return l.find(key) && *l.find(key) == one; }};
    case 3:
      return {key + space + "!=" + space + one,
              [=](StringMap const& l) { return !l.find(key) || *l.find(key) != one; }};
    case 4:
      return {key + " in (" + one + "," + space + two + ")",
              [=](StringMap const& l) { return l.find(key) && (*l.find(key) == one || *l.find(key) == two); }};
    case 5:
      return {key + " notin (" + one + space + "," + two + space + ")",
              [=](StringMap const& l) { return !l.find(key) || (*l.find(key) != one && *l.find(key) != two); }};
    case 6:
      // '-' begins no label value, so that no negative bound can be written.
      return {key + ">" + space + std::to_string(std::abs(bound)), [=](StringMap const& l) {
                auto const value = l.find(key) ? number(*l.find(key)) : std::nullopt;
                return value && *value > std::abs(bound);
              }};
    default:
      return {key + space + "<" + std::to_string(std::abs(bound)), [=](StringMap const& l) {
                auto const value = l.find(key) ? number(*l.find(key)) : std::nullopt;
                return value && *value < std::abs(bound);
              }};
  }
}

RC_GTEST_PROP(LabelSelector, agrees_with_a_model, ()) {
  std::string text;
  std::vector<Modelled> requirements;
  for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
    requirements.push_back(any_requirement());
    text += (text.empty() ? "" : ",") + requirements.back().text;
  }
  StringMap labels;
  for (auto const* key : {"a", "b", "x.io/c"}) {
    if (*rc::gen::element(0, 1) == 1) labels.set(key, *rc::gen::element<std::string>("1", "2", "v", ""));
  }
  RC_LOG() << text << "\n";
  auto const parsed = LabelSelector::parse(text);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->empty() == requirements.empty());
  RC_ASSERT(parsed->matches(labels) ==
            std::ranges::all_of(requirements, [&](Modelled const& each) { return each.holds(labels); }));
}

RC_GTEST_PROP(LabelSelector, never_breaks_on_any_text, ()) {
  auto const text =
      *rc::gen::container<std::string>(rc::gen::element('a', '1', '=', '!', '(', ')', ',', '<', ' ', '-'));
  auto const parsed = LabelSelector::parse(text);
  if (parsed) parsed->matches({{"a", "1"}});
}

TEST(FieldSelector, reads_requirements_and_escapes) {
  auto const parsed = FieldSelector::parse(R"(metadata.name=a,metadata.namespace!=b,x==c\,d\=e\\,y=)");
  ASSERT_TRUE(parsed);
  auto const& all = parsed->requirements();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].field, "metadata.name");
  EXPECT_TRUE(all[0].equal);
  EXPECT_EQ(all[0].value, "a");
  EXPECT_EQ(all[1].field, "metadata.namespace");
  EXPECT_FALSE(all[1].equal);
  EXPECT_EQ(all[2].value, R"(c,d=e\)");
  EXPECT_EQ(all[3].value, "");
  EXPECT_TRUE(FieldSelector::parse("")->empty());
  EXPECT_TRUE(FieldSelector::parse(",")->empty());
}

TEST(LabelSelector, is_written_in_one_way) {
  auto const written = [](std::string_view text) { return LabelSelector::parse(text)->to_string(); };
  EXPECT_EQ(written(""), "");
  EXPECT_EQ(written(" a = b , c==d,e != f,x.io/g"), "a=b,c=d,e!=f,x.io/g");
  EXPECT_EQ(written("!a, b in (c, d ),e notin (,f),g in (h),i notin (j)"), "!a,b in (c,d),e notin (,f),g=h,i!=j");
  EXPECT_EQ(written("a > 1,b<2,c=,d!="), "a>1,b<2,c=,d!=");
}

TEST(FieldSelector, is_written_in_one_way) {
  auto const written = [](std::string_view text) { return FieldSelector::parse(text)->to_string(); };
  EXPECT_EQ(written(""), "");
  EXPECT_EQ(written(R"(,metadata.name==a,b!=c\,d\=e\\,f=,)"), R"(metadata.name=a,b!=c\,d\=e\\,f=)");
}

TEST(FieldSelector, refuses_what_it_cannot_read) {
  EXPECT_EQ(FieldSelector::parse("name").error(), "invalid selector: 'name'; can't understand 'name'");
  EXPECT_EQ(FieldSelector::parse("a=b=c").error(), "invalid field selector: unescaped character in value: 61");
  EXPECT_EQ(FieldSelector::parse(R"(a=\x)").error(), R"(invalid field selector: invalid escape sequence: \x)");
  EXPECT_EQ(FieldSelector::parse(R"(a=\ä)").error(), R"(invalid field selector: invalid escape sequence: \ä)");
  EXPECT_EQ(FieldSelector::parse(R"(a=b\)").error(), R"(invalid field selector: invalid escape sequence: \)");
}

TEST(FieldSelector, matches_when_every_requirement_holds) {
  auto const value_of = [](std::string_view field) { return std::string(field == "metadata.name" ? "a" : "b"); };
  EXPECT_TRUE(FieldSelector::parse("metadata.name=a,metadata.namespace!=c")->matches(value_of));
  EXPECT_FALSE(FieldSelector::parse("metadata.name=a,metadata.namespace!=b")->matches(value_of));
  EXPECT_TRUE(FieldSelector().matches(value_of));
}

}  // namespace
}  // namespace api
