// What a person reads when a manifest is refused: the exact line and words.
#include <gtest/gtest.h>

#include <string>

#include "operator/manifest/manifest.hpp"

namespace {

struct BadInput {
  char const* name;
  std::string text;
  std::string message;  ///< without the file
};

void PrintTo(BadInput const& input, std::ostream* out) { *out << input.name; }

/// An Echo in four lines; what is wrong comes from line 5 on.
std::string after_echo(std::string const& text) {
  return "apiVersion: example.com/v1\nkind: Echo\nmetadata:\n  name: a\n" + text;
}
/// An object whose metadata, from line 4 on, is to be given.
std::string with_metadata(std::string const& text) { return "apiVersion: v1\nkind: Echo\nmetadata:\n" + text; }

std::string const close_quote = "the quote that is opened here is never closed; add the closing quote";
std::string const close_bracket = "the bracket that is opened here is never closed; add the closing bracket";
std::string const expect_key =
    "\"key: value\" is expected here; check the indentation of this line against the lines before it";
std::string const stray_colon =
    "a colon where no key can be; check the indentation, and put a text that contains \": \" in quotes";
std::string const no_key = "a key is missing here; a key must not be empty or null";
std::string const quote_it = "; put it in quotes if text is meant";

BadInput const syntax[] = {
    {"tab_before_a_key", after_echo("spec:\n\treplicas: 1\n"), "6: a tab in the indentation; indent with spaces"},
    {"tab_after_a_value", after_echo("\tspec: 1\n"), "5: a tab in the indentation; indent with spaces"},
    {"two_colons", after_echo("spec:\n  a: b: c\n"), "6: " + stray_colon},
    {"value_and_children", after_echo("a: b\n  c: 2\n"), "6: " + stray_colon},
    {"text_before_a_key", after_echo("a:\n  b c\n  d: 1\n"), "7: " + stray_colon},
    {"double_quote_not_closed", after_echo("spec: \"x\n"), "5: " + close_quote},
    {"double_quote_not_closed_before_other_lines", after_echo("spec:\n  a: \"x\n  b: 1\n"), "6: " + close_quote},
    {"single_quote_not_closed", after_echo("spec: 'x\nother: 2\n"), "5: " + close_quote},
    {"single_quote_not_closed_after_a_doubled_one", after_echo("spec: 'it''s\nother: 2\n"), "5: " + close_quote},
    {"quote_not_closed_after_a_tag_and_an_anchor", after_echo("a: !!str &q \"x\n"), "5: " + close_quote},
    {"quote_not_closed_after_wide_characters", after_echo("a: é\nb: \"ü\"\nc: 'x\n"), "7: " + close_quote},
    {"text_after_a_quote", after_echo("spec: \"x\"b\n"), "5: " + expect_key},
    {"missing_colon", after_echo("replicas\n"), "5: there is no colon after \"replicas\"; write \"key: value\""},
    {"missing_space_after_a_dash", after_echo("spec:\n- a\n-b\n"),
     "7: there is no colon after \"-b\"; write \"key: value\""},
    {"wrong_indentation", after_echo(" spec: 1\n"), "5: " + expect_key},
    {"less_indentation_than_its_siblings", after_echo("a:\n  b: 1\n c: 2\n"), "7: " + expect_key},
    {"key_among_items", after_echo("a:\n  - b\n  c: 1\n"), "7: " + expect_key},
    {"item_among_keys", after_echo("- a\n"), "5: " + expect_key},
    {"item_on_the_line_of_its_key", after_echo("spec: - 1\n"),
     "5: a list item (\"- \") cannot start here; start it on a line of its own"},
    {"bracket_not_closed", after_echo("spec: [a, b\n"), "5: " + close_bracket},
    {"brace_not_closed", after_echo("spec:\n  x: {a: 1\n"), "6: " + close_bracket},
    {"json_brace_not_closed", "{\"apiVersion\": \"v1\",\n\"kind\": \"A\"\n",
     "1: the { that is opened here is never closed; add the closing }"},
    {"stray_bracket", after_echo("spec: ]\n"),
     "5: a closing bracket that was never opened; remove it or put the text in quotes"},
    {"missing_comma", "{\"apiVersion\": \"v1\", \"kind\": \"A\",\n \"metadata\": {\"name\": \"a\"}\n \"spec\": {}}",
     "3: a comma or a closing } is missing before this"},
    {"missing_item", after_echo("spec: [1,,2]\n"),
     "5: an item is missing before this comma; remove the comma or write the item"},
    {"missing_key_in_braces", after_echo("spec: {a: 1,,b: 2}\n"), "5: " + no_key},
    {"missing_key", after_echo(": 1\n"), "5: " + no_key},
    {"null_key", after_echo("~: 1\n"), "5: " + no_key},
    {"fraction_as_key", after_echo("1.5: 1\n"), "5: a key must be text, not a fraction; put the key in quotes"},
    {"list_as_key", after_echo("? - 1\n: 3\n"), "5: a key must be a single value, not a list or a mapping"},
    {"brackets_as_key", after_echo("? [1, 2]\n: 3\n"),
     "5: a key must be a single value, not a list or a mapping; if no key is meant, check that the brackets are "
     "closed"},
    {"unknown_alias", after_echo("spec: *nope\n"),
     "5: the alias *nope has no anchor in this document; put the text in quotes if no alias is meant"},
    {"alias_of_an_earlier_document", after_echo("a: &x 1\n---\nb: *x\n"),
     "7: the alias *x has no anchor in this document; put the text in quotes if no alias is meant"},
    {"alias_inside_its_anchor", after_echo("spec: &x [*x]\n"),
     "5: the alias stands inside the value that it names; write the value out"},
    {"alias_without_a_name", after_echo("spec: *\n"),
     "5: an alias needs a name after *; put the text in quotes if no alias is meant"},
    {"anchor_without_a_name", after_echo("spec: &\n"), "5: an anchor needs a name after &"},
    {"at_sign", after_echo("spec: @x\n"), "5: a value cannot start with @; put it in quotes"},
    {"backtick", after_echo("spec: `x`\n"), "5: a value cannot start with `; put it in quotes"},
    {"bad_escape", after_echo("spec: \"\\q\"\n"),
     "5: \\q is no escape; write the backslash twice, or use single quotes"},
    {"half_surrogates", after_echo("spec: \"\\ud83d\\ude00\"\n"),
     "5: this escape names no character; write the character itself, or \\U and eight digits"},
    {"bad_block_header", after_echo("spec: |x\n foo\n"),
     "5: after | or > only an indentation, + or - can stand; start the text on the next line"},
    {"text_after_the_end_of_a_document", after_echo("...\nb: 2\n"),
     "6: this is not part of the document before it; check its indentation, or put a line with --- before it"},
    {"text_after_a_list", "- a\nb: c\n",
     "2: this is not part of the document before it; check its indentation, or put a line with --- before it"},
    {"document_on_the_separator", after_echo("--- {a: 1}\n"),
     "5: only a comment can follow --- on its line; start the document on the next line"},
    {"yaml_2", "%YAML 2.0\n---\na: 1\n", "1: only YAML 1 is read; remove the line"},
    {"not_utf8", after_echo("spec: caf\xE9\n"), "5: these bytes are not UTF-8; save the file as UTF-8"},
    {"utf16", std::string("\xFF\xFE") + std::string("a\0", 2), "1: these bytes are not UTF-8; save the file as UTF-8"},
    {"control_character", after_echo("a: 1\nspec: \x01\n"),
     "6: the character U+0001 cannot stand in a manifest; remove it or write it as an escape"},
};

BadInput const values[] = {
    {"duplicate_key", after_echo("spec:\n  replicas: 1\n  replicas: 2\n"),
     "7: the key \"replicas\" appears twice in one mapping, first on line 6; remove one of the two"},
    {"duplicate_key_at_the_top", after_echo("kind: Echo\n"),
     "5: the key \"kind\" appears twice in one mapping, first on line 2; remove one of the two"},
    {"duplicate_key_in_json", "{\"apiVersion\": \"v1\",\n \"kind\": \"A\",\n \"kind\": \"B\"}\n",
     "3: the key \"kind\" appears twice in one mapping, first on line 2; remove one of the two"},
    {"duplicate_key_in_another_spelling", after_echo("1: a\n\"1\": b\n"),
     "6: the key \"1\" appears twice in one mapping, first on line 5; remove one of the two"},
    {"duplicate_key_in_a_later_document", after_echo("---\na: 1\na: 1\n"),
     "7: the key \"a\" appears twice in one mapping, first on line 6; remove one of the two"},
    {"duplicate_key_in_an_anchored_mapping", after_echo("x: &x {a: 1,\n  a: 2}\ny: *x\n"),
     "6: the key \"a\" appears twice in one mapping, first on line 5; remove one of the two"},
    {"merge_after_a_key_that_it_sets", after_echo("x: &x {a: 1}\ny:\n  a: 2\n  <<: *x\n"),
     "8: the merge key << comes after \"a\" (line 7), which it sets too; move << to the top of its mapping"},
    {"merge_twice", after_echo("x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n"),
     "8: the merge key << appears twice in one mapping, first on line 7; write << once, with a list of mappings"},
    {"merge_of_a_number", after_echo("y:\n  <<: 5\n"),
     "6: the merge key << takes a mapping or a list of mappings, nothing else"},
    {"merge_of_a_list_with_a_number", after_echo("y:\n  <<: [{a: 1},\n    5]\n"),
     "7: the merge key << takes a mapping or a list of mappings, nothing else"},
    {"large_integer", after_echo("spec:\n  replicas: 99999999999999999999\n"),
     "6: the integer 99999999999999999999 does not fit in 64 bits" + quote_it},
    {"small_integer", after_echo("spec: {a: -9223372036854775809}\n"),
     "5: the integer -9223372036854775809 does not fit in 64 bits" + quote_it},
    {"large_hexadecimal", after_echo("spec: 0x8000000000000000\n"),
     "5: the integer 0x8000000000000000 does not fit in 64 bits" + quote_it},
    {"large_integer_in_json", "{\"apiVersion\": \"v1\",\n \"n\": 9223372036854775808}",
     "2: the integer 9223372036854775808 does not fit in 64 bits" + quote_it},
    {"very_large_integer_in_json", "{\"apiVersion\": \"v1\",\n \"n\": 99999999999999999999}",
     "2: the integer 99999999999999999999 does not fit in 64 bits" + quote_it},
    {"very_large_number_in_json", "{\"apiVersion\": \"v1\",\n \"n\": 1e400}",
     "2: the number 1e400 is too large" + quote_it},
    {"not_a_number", after_echo("spec: .nan\n"), "5: Kubernetes has no number .nan" + quote_it},
    {"infinity", after_echo("spec: -.inf\n"), "5: Kubernetes has no number -.inf" + quote_it},
    {"wrong_tag", after_echo("spec: !!int abc\n"), "5: \"abc\" is not what its tag !!int says; remove the tag"},
    {"unknown_tag", after_echo("spec: !foo x\n"), "5: the tag !foo means nothing to Kubernetes; remove it"},
    {"unknown_tag_of_a_mapping", after_echo("spec: !!set {a}\n"),
     "5: the tag !!set means nothing to Kubernetes; remove it"},
    {"binary", after_echo("spec: !!binary aGk=\n"),
     "5: the tag !!binary is not supported; write the base64 text without a tag"},
};

BadInput const objects[] = {
    {"empty_file", "", "1: there is no object in this file; check that it is the right one"},
    {"comments_only", "# nothing\n---\n# more\n", "1: there is no object in this file; check that it is the right one"},
    {"empty_list", "apiVersion: v1\nkind: List\nitems: []\n",
     "1: there is no object in this file; check that it is the right one"},
    {"list_as_document", "\n- a\n",
     "2: an object is expected here (\"apiVersion: …\", \"kind: …\"), not a list; check the first lines of the "
     "document"},
    {"text_as_document", after_echo("---\nhello\n"),
     "6: an object is expected here (\"apiVersion: …\", \"kind: …\"), not the text \"hello\"; check the first lines of "
     "the document"},
    {"no_space_after_the_colon", "kind:Echo\n",
     "1: an object is expected here (\"apiVersion: …\", \"kind: …\"), not the text \"kind:Echo\"; a space is missing "
     "after the colon"},
    {"no_api_version", "# x\nkind: Echo\nmetadata: {name: a}\n",
     "2: apiVersion is missing; write for instance \"apiVersion: example.com/v1\""},
    {"number_as_api_version", "kind: Echo\napiVersion: 1\n",
     "2: apiVersion must be text, not a number; write for instance \"apiVersion: example.com/v1\""},
    {"empty_api_version", "kind: Echo\napiVersion: ''\n",
     "2: apiVersion is empty; write for instance \"apiVersion: example.com/v1\""},
    {"two_slashes_in_api_version", "apiVersion: a/b/c\nkind: E\nmetadata: {name: a}\n",
     "1: apiVersion: \"a/b/c\" is neither VERSION nor GROUP/VERSION; write for instance \"example.com/v1\""},
    {"no_kind", "apiVersion: v1\n", "1: kind is missing; write for instance \"kind: Echo\""},
    {"null_kind", "apiVersion: v1\nkind:\nmetadata: {name: a}\n",
     "2: kind is missing; write for instance \"kind: Echo\""},
    {"number_as_kind", "apiVersion: v1\nkind: 5\n",
     "2: kind must be text, not a number; write for instance \"kind: Echo\""},
    {"no_metadata", "apiVersion: v1\nkind: Echo\n",
     "1: metadata is missing; every object needs a name: write \"metadata:\" and below it \"  name: …\""},
    {"null_metadata", with_metadata(""),
     "3: metadata is missing; every object needs a name: write \"metadata:\" and below it \"  name: …\""},
    {"no_name", with_metadata("  namespace: x\n"),
     "3: metadata.name is missing; write the object's name, or a generateName"},
    {"empty_name", with_metadata("  namespace: x\n  name: ''\n"),
     "5: metadata.name is empty; write the object's name, or a generateName"},
    {"text_as_metadata", "apiVersion: v1\nkind: Echo\nmetadata: a\n",
     "3: metadata: must be an object; write \"key: value\" lines below it"},
    {"number_as_name", with_metadata("  name: 5\n"),
     "4: metadata.name: must be a string; 5 without quotes is a number, write \"5\""},
    {"boolean_as_label", with_metadata("  name: a\n  labels:\n    app: a\n    x.example.com/y.z: yes\n"),
     "7: metadata.labels.x.example.com/y.z: must be a string; yes without quotes is a boolean, write \"yes\""},
    {"boolean_as_merged_label", with_metadata("  name: a\n  labels:\n    <<: {app: b,\n      z: off}\n    app: a\n"),
     "7: metadata.labels.z: must be a string; off without quotes is a boolean, write \"off\""},
    {"list_as_labels", with_metadata("  name: a\n  labels: [a]\n"),
     "5: metadata.labels: must be an object; write \"key: value\" lines below it"},
    {"text_as_finalizers", with_metadata("  name: a\n  finalizers: a\n"),
     "5: metadata.finalizers: must be an array; write \"- value\" lines below it"},
    {"number_as_finalizer", with_metadata("  name: a\n  finalizers:\n  - a\n  - 1\n"),
     "7: metadata.finalizers[1]: must be a string; 1 without quotes is a number, write \"1\""},
    {"bad_time", with_metadata("  name: a\n  creationTimestamp: yesterday\n"),
     "5: metadata.creationTimestamp: must be a time such as 2026-11-23T17:24:10Z"},
    {"list_without_items", "apiVersion: v1\nkind: List\n", "1: a List has \"items:\", a list of objects; add it"},
    {"list_of_a_number", "apiVersion: v1\nkind: List\nitems: 5\n",
     "3: a List has \"items:\", a list of objects; items is a number"},
    {"bad_item", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: {name: a}\n- kind: X\n",
     "7: apiVersion is missing; write for instance \"apiVersion: example.com/v1\""},
    {"number_as_item", "apiVersion: v1\nkind: List\nitems:\n- 5\n",
     "4: an object is expected here (\"apiVersion: …\", \"kind: …\"), not a number; check the first lines of the "
     "document"},
};

class BadManifest : public testing::TestWithParam<BadInput> {};

TEST_P(BadManifest, is_refused_with_its_line_and_a_remedy) {
  auto const parsed = manifest::parse(GetParam().text, "echo.yaml");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().to_string(), "echo.yaml:" + GetParam().message);
}

auto const name_of = [](testing::TestParamInfo<BadInput> const& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Syntax, BadManifest, testing::ValuesIn(syntax), name_of);
INSTANTIATE_TEST_SUITE_P(Values, BadManifest, testing::ValuesIn(values), name_of);
INSTANTIATE_TEST_SUITE_P(Objects, BadManifest, testing::ValuesIn(objects), name_of);

}  // namespace
