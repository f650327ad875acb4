// JSON patches on objects without going through their JSON.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "operator/api/json_pointer.hpp"
#include "operator/api/object_json.hpp"
#include "operator/api/patch.hpp"
#include "operator/api/patch_detail.hpp"

namespace api::detail {
namespace json = boost::json;
namespace {

/// A part of an object's metadata that is copied when it is first touched. `present` as in the object's JSON: an
/// operation may leave an empty list behind, to which the next one can add.
template <class T>
class Draft {
 public:
  explicit Draft(Shared<T>& target) : target_(&target), present_(!target.empty()) {}

  bool present() const { return present_; }
  T const& read() const { return copy_ ? *copy_ : **target_; }
  T& write() {
    if (!copy_) copy_ = **target_;
    return *copy_;
  }
  void set(T value) {
    copy_ = std::move(value);
    present_ = true;
  }
  void remove() {
    copy_.emplace();
    present_ = false;
  }
  void commit() {
    if (copy_ && *copy_ != **target_) *target_ = *std::move(copy_);
  }

 private:
  Shared<T>* target_;
  std::optional<T> copy_;
  bool present_;
};

/// The same for spec and status. A subtree that is replaced whole is shared; one that is changed inside is copied once.
class SubtreeDraft {
 public:
  explicit SubtreeDraft(SharedJson& target) : target_(&target), shared_(target) {}

  bool apply(JsonPatchVerb verb, std::string_view path, SharedJson const& value) {
    if (!path.empty()) {
      if (!present()) return false;
      if (!copy_) copy_ = *shared_;
      std::size_t copied = 0;
      return apply_operation(*copy_, verb, path, value, "", copied).has_value();
    }
    if (verb != JsonPatchVerb::add && !present()) return false;
    if (verb == JsonPatchVerb::test) return equal_values(copy_ ? *copy_ : *shared_, *value);
    copy_.reset();
    shared_ = verb == JsonPatchVerb::remove ? nullptr : value;
    return true;
  }

  void commit() {
    if (copy_) shared_ = equal_json(*copy_, *shared_) ? shared_ : share(*std::move(copy_));
    if (shared_ && shared_->is_null()) shared_ = nullptr;
    if (!same_json(*target_, shared_)) *target_ = std::move(shared_);
  }

 private:
  bool present() const { return copy_ || shared_; }

  SharedJson* target_;
  SharedJson shared_;
  std::optional<json::value> copy_;
};

std::optional<std::string> read_string(json::value const& value) {
  if (!value.is_string()) return std::nullopt;
  return std::string(value.get_string());
}

/// An operation on a whole list or map: set it from `read`, or remove it.
template <class T>
bool apply_whole(Draft<T>& draft, JsonPatchVerb verb, std::optional<T> read) {
  if (verb == JsonPatchVerb::test) return false;
  if (verb != JsonPatchVerb::add && !draft.present()) return false;
  if (verb == JsonPatchVerb::remove) {
    draft.remove();
    return true;
  }
  if (!read) return false;
  draft.set(*std::move(read));
  return true;
}

/// An operation on one element of a list.
template <class Item>
bool apply_element(Draft<std::vector<Item>>& draft, JsonPatchVerb verb, std::string_view token,
                   std::optional<Item> item) {
  if (!draft.present()) return false;
  std::size_t const size = draft.read().size();
  auto const index = token == "-" && verb == JsonPatchVerb::add ? std::optional(size) : array_index(token);
  if (!index || *index > size || (*index == size && verb != JsonPatchVerb::add)) return false;
  auto const at = static_cast<std::ptrdiff_t>(*index);
  if (verb == JsonPatchVerb::remove) {
    draft.write().erase(draft.write().begin() + at);
    return true;
  }
  if (!item) return false;
  if (verb == JsonPatchVerb::add) {
    draft.write().insert(draft.write().begin() + at, *std::move(item));
  } else if (verb == JsonPatchVerb::replace) {
    draft.write()[*index] = *std::move(item);
  } else {
    return draft.read()[*index] == *item;
  }
  return true;
}

bool apply_entry(Draft<StringMap>& draft, JsonPatchVerb verb, std::string_view key, SharedJson const& value) {
  if (!draft.present()) return false;
  std::string const* const before = draft.read().find(key);
  if (verb != JsonPatchVerb::add && before == nullptr) return false;
  if (verb == JsonPatchVerb::remove) {
    draft.write().erase(key);
    return true;
  }
  if (!value->is_string()) return false;
  std::string_view const text = value->get_string();
  if (verb == JsonPatchVerb::test) return *before == text;
  if (before == nullptr || *before != text) draft.write().set(key, std::string(text));
  return true;
}

template <class T>
std::optional<T> successful(std::expected<T, std::string> read) {
  if (!read) return std::nullopt;
  return *std::move(read);
}

class QuickPatch {
 public:
  explicit QuickPatch(Object const& object) : patched_(object) {}

  bool apply(JsonPatchOperation const& operation) {
    JsonPatchVerb const verb = operation.verb;
    if (verb == JsonPatchVerb::move || verb == JsonPatchVerb::copy) return false;
    if (verb != JsonPatchVerb::remove && !operation.value) return false;
    JsonPointer pointer(operation.path);
    if (!pointer.valid() || pointer.at_end()) return false;
    std::string_view const top = pointer.next();
    if (top == "spec") return spec_.apply(verb, pointer.rest(), operation.value);
    if (top == "status") return status_.apply(verb, pointer.rest(), operation.value);
    if (top != "metadata" || pointer.at_end()) return false;
    return apply_to_metadata(verb, pointer, operation.value);
  }

  Object finish() {
    spec_.commit();
    status_.commit();
    labels_.commit();
    annotations_.commit();
    finalizers_.commit();
    owner_references_.commit();
    return std::move(patched_);
  }

 private:
  bool apply_to_metadata(JsonPatchVerb verb, JsonPointer& pointer, SharedJson const& value) {
    std::string_view const field = pointer.next();
    if (field == "resourceVersion") return pointer.at_end() && apply_resource_version(verb, value);
    if (field == "uid") return pointer.at_end() && verb == JsonPatchVerb::test && is_uid(*value);
    if (field == "labels") return apply_to_map(labels_, verb, pointer, value);
    if (field == "annotations") return apply_to_map(annotations_, verb, pointer, value);
    bool const has_value = verb != JsonPatchVerb::remove;
    if (field == "finalizers") {
      if (pointer.at_end()) {
        return apply_whole(finalizers_, verb, has_value ? finalizers_in(*value) : std::nullopt);
      }
      std::string_view const token = pointer.next();
      return pointer.at_end() &&
             apply_element(finalizers_, verb, token, has_value ? read_string(*value) : std::nullopt);
    }
    if (field == "ownerReferences") {
      if (pointer.at_end()) {
        return apply_whole(owner_references_, verb, has_value ? owner_references_in(*value) : std::nullopt);
      }
      std::string_view const token = pointer.next();
      // A test would have to see fields of the reference that are not kept.
      return pointer.at_end() && verb != JsonPatchVerb::test &&
             apply_element(owner_references_, verb, token,
                           has_value ? successful(read_owner_reference(*value, "")) : std::nullopt);
    }
    return false;
  }

  static bool apply_to_map(Draft<StringMap>& draft, JsonPatchVerb verb, JsonPointer& pointer, SharedJson const& value) {
    if (pointer.at_end()) {
      bool const is_map = verb != JsonPatchVerb::remove && value->is_object();
      return apply_whole(draft, verb, is_map ? successful(read_string_map(*value, "")) : std::nullopt);
    }
    std::string_view const key = pointer.next();
    return pointer.at_end() && apply_entry(draft, verb, key, value);
  }

  bool apply_resource_version(JsonPatchVerb verb, SharedJson const& value) {
    if (verb == JsonPatchVerb::remove || !value->is_string()) return false;
    std::string_view const text = value->get_string();
    auto const version = parse_resource_version(text);
    // Only the form in which it is printed, so that comparing numbers is comparing texts.
    if (!version || text.front() == '0') return false;
    ResourceVersion& present = patched_.metadata.resource_version;
    if (verb != JsonPatchVerb::add && present == ResourceVersion::none) return false;
    if (verb == JsonPatchVerb::test) return present == *version;
    present = *version;
    return true;
  }

  bool is_uid(json::value const& value) const {
    return value.is_string() && !patched_.metadata.uid.empty() &&
           patched_.metadata.uid == std::string_view(value.get_string());
  }

  static std::optional<std::vector<std::string>> finalizers_in(json::value const& value) {
    if (!value.is_array()) return std::nullopt;
    return successful(read_finalizers(value));
  }
  static std::optional<std::vector<OwnerReference>> owner_references_in(json::value const& value) {
    if (!value.is_array()) return std::nullopt;
    return successful(read_owner_references(value));
  }

  Object patched_;
  SubtreeDraft spec_{patched_.spec};
  SubtreeDraft status_{patched_.status};
  Draft<StringMap> labels_{patched_.metadata.labels};
  Draft<StringMap> annotations_{patched_.metadata.annotations};
  Draft<std::vector<std::string>> finalizers_{patched_.metadata.finalizers};
  Draft<std::vector<OwnerReference>> owner_references_{patched_.metadata.owner_references};
};

}  // namespace

std::optional<Object> apply_json_quickly(Object const& object, JsonPatch const& patch) {
  QuickPatch quick(object);
  for (auto const& operation : patch.operations) {
    if (!quick.apply(operation)) return std::nullopt;
  }
  return quick.finish();
}

}  // namespace api::detail
