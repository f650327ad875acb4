// Any document and any patch of it: merge, JSON and strategic merge patch, and the sets of fields of managedFields.
//
// An input is a word that names a compiled-in kind ("Deployment"), a document and a patch.
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakeapi/face/http/body.hpp"
#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/patch/field_set.hpp"
#include "fakeapi/patch/json_patch.hpp"
#include "fakeapi/patch/managed_fields.hpp"
#include "fakeapi/patch/strategic_merge.hpp"
#include "fakeapi/patch/typed.hpp"
#include "fakeapi/semantics/unstructured.hpp"
#include "operator/api/object_json.hpp"
#include "operator/api/patch_detail.hpp"
#include "tests/fuzz/parts.hpp"
#include "tests/fuzz/require.hpp"

namespace {

namespace json = boost::json;
namespace patch = fakeapi::patch;
namespace types = fakeapi::types;

types::Type const& find_type(std::string_view kind) {
  for (auto const* type : types::all_types()) {
    if (!type->kind.empty() && type->kind == kind) return *type;
  }
  return *types::find_kind("apps", "v1", "Deployment");
}

bool equal(json::value const& a, json::value const& b) { return api::detail::equal_values(a, b); }

/// An object that was patched in parts is the one whose JSON was patched.
void check_object(json::value const& document, api::Patch const& changes, auto const& patch_json) {
  auto const object = api::object_from_json(document);
  if (!object) return;
  auto const patched = api::apply_patch(*object, changes);
  json::value expected = api::object_to_json(*object);
  bool const done = patch_json(expected);
  if (!patched) return;
  fuzz::require(done, "a patch of an object that can be carried out can be carried out on its JSON");
  auto const read = api::object_from_json(expected);
  fuzz::require(read.has_value(), "what a patch makes of an object is one");
  fuzz::require(equal(api::object_to_json(*patched), api::object_to_json(*read)),
                "a patch of an object is the patch of its JSON");
}

void check_merge(json::value const& document, json::value const& changes) {
  json::value once = document;
  api::merge_patch(once, changes);
  json::value twice = once;
  api::merge_patch(twice, changes);
  fuzz::require(twice == once, "a merge patch changes nothing the second time");
  fuzz::require(!api::detail::merge_changes(once, changes), "nothing is left to be merged");
  fuzz::require(api::detail::merge_changes(document, changes) == (once != document) || !document.is_object(),
                "whether a merge changes something is known before");

  json::value early = document;
  patch::merge_patch_1_20(early, changes);
  // What it does to nulls in lists depends on what stands there before.
  bool const has_nulls = patch::has_null_in_list(changes);
  fuzz::require(has_nulls || early == once, "both ways to merge agree where they must");
  json::value early_twice = early;
  patch::merge_patch_1_20(early_twice, changes);
  fuzz::require(has_nulls || early_twice == early, "a merge patch of 1.20 changes nothing the second time");

  if (!changes.is_object()) return;
  check_object(document, api::MergePatch{api::share(changes)}, [&](json::value& target) {
    api::merge_patch(target, changes);
    return true;
  });
}

void check_json_patch(json::value const& document, std::string_view text) {
  auto const read = fakeapi::http::read_patch(text, fakeapi::http::PatchType::json, false);
  if (!read) return;
  auto const& operations = std::get<api::JsonPatch>(*read);
  json::value modern = document;
  auto const done = api::json_patch(modern, operations);
  if (!done) fuzz::require(!done.error().empty(), "a JSON patch that fails says why");
  json::value early = document;
  (void)patch::json_patch_1_20(early, operations);
  check_object(document, *read, [&](json::value& target) { return api::json_patch(target, operations).has_value(); });
}

/// Two items of a list are called the same. Added to nothing both are there, merged with them the first takes both.
bool names_twice(json::value const& value) {
  if (auto const* object = value.if_object())
    return std::ranges::any_of(*object, [](auto const& member) { return names_twice(member.value()); });
  auto const* array = value.if_array();
  if (array == nullptr) return false;
  constexpr std::array<std::string_view, 9> keys{"name", "key",       "type",          "uid",       "ip",
                                                 "port", "mountPath", "containerPort", "devicePath"};
  for (std::size_t i = 0; i < array->size(); ++i) {
    if (names_twice((*array)[i])) return true;
    auto const* item = (*array)[i].if_object();
    for (std::size_t k = 0; item != nullptr && k < i; ++k) {
      auto const* other = (*array)[k].if_object();
      if (other == nullptr) continue;
      for (auto const key : keys) {
        auto const* a = item->if_contains(key);
        auto const* b = other->if_contains(key);
        if (a != nullptr && b != nullptr && *a == *b) return true;
      }
    }
  }
  return false;
}

void check_strategic(types::Type const& type, json::value const& document, json::value const& changes,
                     patch::Rules rules, bool has_directives) {
  if (!document.is_object() || !(changes.is_object() || changes.is_null())) return;
  auto const schema = patch::MergeSchema::of(type, rules);
  json::value read = changes;
  fakeapi::make_integers(read);
  json::value once = document;
  if (!patch::strategic_merge(once, read, schema)) return;
  json::value twice = once;
  bool const again = patch::strategic_merge(twice, read, schema).has_value();
  // Whatever is not of the type is refused when it is decoded, such as an item whose merge key is an object, which
  // equals nothing.
  json::value stored = once;
  if (!fakeapi::convert_unstructured(type, stored, rules.modern)) return;
  // Of fields that the type does not have a merge fails when there is something to merge.
  fuzz::require(!again || twice == once || has_directives || names_twice(changes),
                "a strategic merge without directives changes nothing the second time");
  json::value const once_converted = stored;
  fuzz::require(fakeapi::convert_unstructured(type, stored, rules.modern).has_value() && stored == once_converted,
                "what was converted stays as it is");
}

void check_typed(types::Type const& type, json::value const& a, json::value const& b, patch::Rules rules) {
  auto const schema = patch::MergeSchema::of(type, rules);
  if (patch::find_mistakes(a, schema) || patch::find_mistakes(b, schema)) return;
  fuzz::require(patch::compare(&a, &a, schema).same(), "a value differs in nothing from itself");
  auto const fields = patch::fields_of(b, schema);
  auto const merged = patch::overlay(&a, &b, schema);
  if (!merged) return;
  fuzz::require(!patch::find_mistakes(*merged, schema), "what is merged of two values of a type is of it");
  auto const again = patch::overlay(&*merged, &b, schema);
  fuzz::require(again && patch::compare(&*merged, &*again, schema).same(), "laying a value over twice is as once");
  auto const rest = patch::without(*merged, fields, schema);
  (void)patch::find_mistakes(rest, schema);
  (void)patch::reconcile(fields, a, schema);
}

void check_field_set(json::value const& a, json::value const& b) {
  using patch::FieldSet;
  auto const left = FieldSet::from_json(a);
  auto const right = FieldSet::from_json(b);
  if (!left) return;
  auto const written = left->to_json();
  auto const read = FieldSet::from_json(written);
  fuzz::require(read && *read == *left, "a set of fields is read as it is written");
  fuzz::require(read->to_json() == written, "a set of fields is written in one way");
  fuzz::require(subtract(*left, *left).empty(), "nothing is left of a set without itself");
  if (!right) return;
  auto const both = unite(*left, *right);
  auto const common = intersect(*left, *right);
  fuzz::require(both == unite(*right, *left), "to unite sets, either can be first");
  fuzz::require(common == intersect(*right, *left), "to intersect sets, either can be first");
  fuzz::require(both.size() + common.size() == left->size() + right->size(), "no field is lost or counted twice");
  fuzz::require(unite(subtract(*left, *right), common) == *left, "what is in the other and what is not make a set");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const parts = fuzz::parts(fuzz::as_text(data, size), 3);
  if (parts.size() < 3) return 0;
  auto const document = fakeapi::http::parse_json(parts[1]);
  auto const changes = fakeapi::http::parse_json(parts[2]);
  if (!document || !changes) return 0;
  check_field_set(*document, *changes);
  check_merge(*document, *changes);
  check_json_patch(*document, parts[2]);
  auto const& type = find_type(parts[0]);
  // Directives say what to do, not what there shall be; and so does null, which stays where it finds nothing to delete.
  auto const is_special = [](std::string const& text) { return text.contains('$') || text.contains("null"); };
  bool const has_directives = is_special(json::serialize(*changes)) || is_special(json::serialize(*document));
  for (bool const modern : {false, true}) {
    check_strategic(type, *document, *changes, {.modern = modern}, has_directives);
    check_typed(type, *document, *changes, {.modern = modern});
  }
  (void)patch::read_managed_fields(*document);
  return 0;
}
