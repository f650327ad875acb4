#include "fakeapi/types/type.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <utility>

#include "fakeapi/types/dependent_defaults.hpp"
#include "fakeapi/types/table.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi::types {
namespace {

// Takes the text up to `separator` off the front.
std::string_view take(std::string_view& text, char separator) {
  auto const end = text.find(separator);
  auto const token = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return token;
}

struct Named {
  std::string_view word;
  Type type;
};

// The forms that are no structure, list or map, and what OpenAPI calls those that it has a definition for.
std::array<Named, 13> const& plain_types() {
  constexpr auto named = [](Form form, std::string_view name) {
    Type type;
    type.form = form;
    type.name = name;
    return type;
  };
  static std::array<Named, 13> const plain{{
      {"string", named(Form::string, "")},
      {"bool", named(Form::boolean, "")},
      {"int32", named(Form::int32, "")},
      {"int64", named(Form::int64, "")},
      {"float", named(Form::number, "")},
      {"bytes", named(Form::bytes, "")},
      {"any", named(Form::any, "")},
      {"Time", named(Form::time, "io.k8s.apimachinery.pkg.apis.meta.v1.Time")},
      {"MicroTime", named(Form::micro_time, "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime")},
      {"Duration", named(Form::duration, "io.k8s.apimachinery.pkg.apis.meta.v1.Duration")},
      {"IntOrString", named(Form::int_or_string, "io.k8s.apimachinery.pkg.util.intstr.IntOrString")},
      {"Quantity", named(Form::quantity, "io.k8s.apimachinery.pkg.api.resource.Quantity")},
      {"FieldsV1", named(Form::fields_v1, "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1")},
  }};
  return plain;
}

class Table {
 public:
  Table() {
    constexpr std::size_t expected_types = 400;
    std::array<Package const*, 15> const packages{
        &meta_v1,        &core_v1,         &core_v1_pods,      &core_v1_volumes,  &apps_v1,
        &autoscaling_v1, &coordination_v1, &events_v1,         &networking_v1,    &policy_v1,
        &policy_v1beta1, &rbac_v1,         &authentication_v1, &authorization_v1, &apiextensions_v1};
    // First the names, so that fields can refer to what comes later.
    for (auto const* package : packages) {
      each_line(*package, [&](std::string_view line) {
        if (!line.starts_with(' ')) declare(*package, line);
      });
    }
    for (auto const* package : packages) {
      Type* owner = nullptr;
      each_line(*package, [&](std::string_view line) {
        if (line.starts_with("  ")) {
          add_field(*package, *owner, line.substr(2));
        } else {
          owner = open_structure(*package, line);
        }
      });
    }
    all_.reserve(expected_types);
    for (auto const& [name, type] : by_name_) {
      expand(*type, *type);
      type->dependent_defaults = find_dependent_defaults(type->name);
      all_.push_back(type);
    }
  }

  Type const* find(std::string_view name) const {
    auto const found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }

  std::span<Type const* const> all() const { return all_; }

 private:
  template <class Visit>
  static void each_line(Package const& package, Visit const& visit) {
    std::string_view text = package.text;
    while (!text.empty()) {
      if (auto const line = take(text, '\n'); !line.empty()) visit(line);
    }
  }

  void declare(Package const& package, std::string_view line) {
    auto const name = line.substr(0, line.find(' '));
    std::string& full = names_.emplace_back(package.name);
    full.append(".").append(name);
    Type& type = types_.emplace_back();
    type.form = Form::structure;
    type.name = full;
    by_name_.emplace(full, &type);
    seams::check(by_alias_.emplace(std::pair(package.alias, name), &type).second, "each type is declared once");
  }

  Type* open_structure(Package const& package, std::string_view line) {
    auto const name = take(line, ' ');
    Type* const type = by_alias_.at({package.alias, name});
    while (!line.empty()) {
      auto const word = take(line, ' ');
      if (word == "kind") {
        type->group = package.group;
        type->version = package.version;
        type->kind = name;
        Field type_meta;
        type_meta.type = by_alias_.at({"meta", "TypeMeta"});
        type_meta.inlined = true;
        type->fields.push_back(type_meta);
      } else {
        seams::check(word == "atomic", "a structure is a kind or atomic");
        type->atomic = true;
      }
    }
    return type;
  }

  // The type of this text, without "*".
  Type const* resolve(Package const& package, std::string_view text) {
    if (bool const list = text.starts_with("[]"); list || text.starts_with("{}")) {
      Type const* const element = resolve(package, text.substr(2));
      auto& known = list ? lists_ : maps_;
      auto const [at, fresh] = known.try_emplace(element->form == Form::structure ? element->name : text.substr(2));
      if (fresh) {
        Type& type = types_.emplace_back();
        type.form = list ? Form::list : Form::map;
        type.element = element;
        at->second = &type;
      }
      return at->second;
    }
    for (auto const& [word, type] : plain_types()) {
      if (word == text) return &type;
    }
    std::string_view alias = package.alias;
    if (auto const dot = text.find('.'); dot != std::string_view::npos) {
      alias = text.substr(0, dot);
      text.remove_prefix(dot + 1);
    }
    auto const found = by_alias_.find({alias, text});
    seams::check(found != by_alias_.end(), "every type that is referred to is declared");
    return found->second;
  }

  static void add_attribute(Field& field, std::string_view word) {
    auto const after = [&](std::string_view prefix) { return word.substr(prefix.size()); };
    if (word == "keep") {
      field.omit_empty = false;
    } else if (word == "modern") {
      field.modern = true;
    } else if (word == "atomic") {
      field.atomic = true;
    } else if (word == "merge") {
      field.patch = PatchStrategy::merge;
    } else if (word == "replace") {
      field.patch = PatchStrategy::replace;
    } else if (word == "retainKeys") {
      field.patch = PatchStrategy::retain_keys;
    } else if (word == "merge+retainKeys") {
      field.patch = PatchStrategy::merge_retain_keys;
    } else if (word.starts_with("key:")) {
      field.merge_key = after("key:");
    } else if (word.starts_with("by:")) {
      field.list_keys.push_back(after("by:"));
    } else if (word.starts_with("list:")) {
      auto const type = after("list:");
      field.list_marked = true;
      field.list_type = type == "map" ? ListType::map : type == "set" ? ListType::set : ListType::atomic;
    } else if (word.starts_with("go:")) {
      field.go = after("go:");
    } else {
      seams::check(word.starts_with("="), "an attribute of a field is known");
      field.default_json = after("=");
    }
  }

  void add_field(Package const& package, Type& owner, std::string_view line) {
    Field field;
    field.name = take(line, ' ');
    field.inlined = field.name == "&";
    if (field.inlined) field.name = {};
    field.required = field.name.ends_with('!');
    if (field.required) field.name.remove_suffix(1);
    field.omit_empty = !field.required && !field.inlined;
    auto type = take(line, ' ');
    field.pointer = type.starts_with('*');
    if (field.pointer) type.remove_prefix(1);
    field.type = resolve(package, type);
    auto const number = take(line, ' ');
    auto const read = std::from_chars(number.data(), number.data() + number.size(), field.number);
    seams::check(read.ec == std::errc() && read.ptr == number.data() + number.size(), "a field has a number");
    while (!line.empty()) add_attribute(field, take(line, ' '));
    bool const merges = field.patch == PatchStrategy::merge || field.patch == PatchStrategy::merge_retain_keys;
    if (merges && !field.list_marked && field.type->form == Form::list) {
      field.list_type = field.merge_key.empty() ? ListType::set : ListType::map;
      if (!field.merge_key.empty()) field.list_keys.push_back(field.merge_key);
    }
    field.atomic |= field.type->form == Form::structure && field.type->atomic;
    if (field.name == "metadata") field.go = field.type->name.substr(field.type->name.rfind('.') + 1);
    auto const form = field.type->form;
    bool const struct_in_go = form == Form::structure || form == Form::time || form == Form::micro_time ||
                              form == Form::quantity || form == Form::int_or_string || form == Form::duration;
    field.always =
        !field.inlined && (!field.omit_empty || !field.default_json.empty() || (struct_in_go && !field.pointer));
    owner.fields.push_back(std::move(field));
  }

  // The fields of `from`, which is `into` or inlined in it, as members of `into`.
  static void expand(Type& into, Type const& from) {
    for (auto const& field : from.fields) {
      if (field.inlined) {
        expand(into, *field.type);
      } else {
        into.members.push_back(&field);
        if (field.always) ++into.always;
      }
    }
  }

  std::deque<std::string> names_;  // what the views in types and keys refer to
  std::deque<Type> types_;
  std::map<std::string_view, Type*> by_name_;
  std::map<std::pair<std::string_view, std::string_view>, Type*> by_alias_;
  std::map<std::string_view, Type const*> lists_;  // by their element
  std::map<std::string_view, Type const*> maps_;
  std::vector<Type const*> all_;
};

Table const& table() {
  static Table const read;
  return read;
}

}  // namespace

Field const* Type::field(std::string_view json_name) const {
  for (auto const* candidate : members) {
    if (candidate->name == json_name) return candidate;
  }
  return nullptr;
}

Type const* find_type(std::string_view name) { return table().find(name); }

Type const* find_kind(std::string_view group, std::string_view version, std::string_view kind) {
  if (kind.empty()) return nullptr;  // structures that are no kinds have none
  Type const* of_meta = nullptr;
  for (auto const* type : table().all()) {
    if (type->kind != kind) continue;
    if (type->name.starts_with(meta_v1.name)) {
      of_meta = type;
    } else if (type->group == group && type->version == version) {
      return type;
    }
  }
  return of_meta;
}

std::span<Type const* const> all_types() { return table().all(); }

std::string go_name(Field const& field) {
  if (!field.go.empty()) return std::string(field.go);
  std::string name(field.name);
  if (!name.empty() && name.front() >= 'a' && name.front() <= 'z')
    name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return name;
}

std::string go_type_name(Type const& type) {
  auto const dot = type.name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::string(type.name);
  return std::string(type.name.substr(type.name.rfind('.', dot - 1) + 1));
}

std::string go_type(Type const& type) {
  switch (type.form) {
    case Form::any:
      return "interface {}";
    case Form::string:
      return "string";
    case Form::boolean:
      return "bool";
    case Form::int32:
      return "int32";
    case Form::int64:
      return "int64";
    case Form::number:
      return "float64";
    case Form::bytes:
      return "[]uint8";
    case Form::int_or_string:
      return "intstr.IntOrString";
    case Form::quantity:
      return "resource.Quantity";
    case Form::list:
      return "[]" + go_type(*type.element);
    case Form::map:
      return "map[string]" + go_type(*type.element);
    case Form::time:
    case Form::micro_time:
    case Form::duration:
    case Form::fields_v1:
    case Form::structure:
      return go_type_name(type);
  }
  return "";
}

}  // namespace fakeapi::types
