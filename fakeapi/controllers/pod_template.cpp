#include "fakeapi/controllers/pod_template.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

#include "operator/api/object.hpp"

namespace fakeapi {
namespace json = boost::json;
namespace {

/// FNV-1a, 32 bits.
class Hash {
 public:
  void add(std::string_view text) {
    for (char const c : text) value_ = (value_ ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 2166136261U;
};

void add_json(Hash& hash, json::value const& value) {
  if (value.is_object()) {
    std::vector<json::key_value_pair const*> members;
    for (auto const& member : value.get_object()) members.push_back(&member);
    std::ranges::sort(members, {}, [](auto const* member) { return std::string_view(member->key()); });
    hash.add("{");
    for (auto const* member : members) {
      hash.add(member->key());
      hash.add(":");
      add_json(hash, member->value());
    }
    hash.add("}");
  } else if (value.is_array()) {
    hash.add("[");
    for (auto const& item : value.get_array()) {
      add_json(hash, item);
      hash.add(",");
    }
    hash.add("]");
  } else {
    hash.add(json::serialize(value));
  }
}

/// A template's member but for the hash label; absent, null and empty are the same.
bool same_member(json::value const* a, json::value const* b) {
  auto const nothing = [](json::value const* value) {
    return value == nullptr || value->is_null() || (value->is_object() && value->get_object().empty()) ||
           (value->is_array() && value->get_array().empty());
  };
  if (nothing(a) || nothing(b)) return nothing(a) && nothing(b);
  return *a == *b;
}

std::size_t count_labels(json::object const& labels) {
  return labels.size() - (labels.contains(template_hash_label) ? 1U : 0U);
}

bool same_labels(json::value const* a, json::value const* b) {
  static json::object const none;
  json::object const& left = a != nullptr && a->is_object() ? a->get_object() : none;
  json::object const& right = b != nullptr && b->is_object() ? b->get_object() : none;
  if (count_labels(left) != count_labels(right)) return false;
  return std::ranges::all_of(left, [&](auto const& label) {
    if (label.key() == template_hash_label) return true;
    auto const* const other = right.if_contains(label.key());
    return other != nullptr && *other == label.value();
  });
}

bool same_metadata(json::value const* a, json::value const* b) {
  if (!same_labels(api::find_path(a, {"labels"}), api::find_path(b, {"labels"}))) return false;
  auto const covered = [](json::value const* left, json::value const* right) {
    if (left == nullptr || !left->is_object()) return true;
    return std::ranges::all_of(left->get_object(), [&](auto const& member) {
      return member.key() == "labels" || same_member(&member.value(), api::find_path(right, {member.key()}));
    });
  };
  return covered(a, b) && covered(b, a);
}

}  // namespace

bool same_template(json::value const* a, json::value const* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return same_member(api::find_path(a, {"spec"}), api::find_path(b, {"spec"})) &&
         same_metadata(api::find_path(a, {"metadata"}), api::find_path(b, {"metadata"}));
}

std::string template_hash(json::value const& pod_template, std::optional<std::int64_t> collisions) {
  Hash hash;
  add_json(hash, pod_template);
  if (collisions) hash.add(std::to_string(*collisions));
  constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string text = std::to_string(hash.value());
  for (char& c : text) c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
  return text;
}

json::value with_hash(json::value const& pod_template, std::string_view hash) {
  json::value copy = pod_template;
  if (!copy.is_object()) copy.emplace_object();
  json::value& metadata = copy.get_object()["metadata"];
  if (!metadata.is_object()) metadata.emplace_object();
  json::value& labels = metadata.get_object()["labels"];
  if (!labels.is_object()) labels.emplace_object();
  labels.get_object()[template_hash_label] = hash;
  return copy;
}

}  // namespace fakeapi
