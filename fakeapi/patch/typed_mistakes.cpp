// Whether a value is of a schema, with the texts of the server.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>

#include "fakeapi/patch/go_text.hpp"
#include "fakeapi/patch/typed.hpp"
#include "fakeapi/patch/typed_atom.hpp"

namespace fakeapi::patch {
namespace {

namespace json = boost::json;
using detail::Atom;

/// How Go prints the server's wrapper of a value.
std::string wrapped(json::value const& value) { return "&{" + go_text::plain(value) + "}"; }

class Checker {
 public:
  void check(json::value const& value, MergeSchema const& schema) {
    switch (detail::atom_of(schema, value)) {
      case Atom::map:
        if (value.is_null()) return;
        if (!value.is_object()) return report("expected map, got " + wrapped(value));
        return check_members(value.get_object(), schema);
      case Atom::list:
        if (value.is_null()) return;
        if (!value.is_array()) return report("expected list, got " + wrapped(value));
        return check_items(value.get_array(), schema);
      case Atom::scalar:
        return check_scalar(value, schema.scalar());
      case Atom::none:
        return report("schema error: invalid atom: inlined");
    }
  }

  std::optional<std::string> take() const {
    if (messages_.empty()) return std::nullopt;
    if (messages_.size() == 1) return messages_.front();
    std::string text = "errors:";
    for (auto const& message : messages_) text += "\n  " + message;
    return text;
  }

 private:
  void report(std::string const& what) {
    std::string const where = to_string(path_);
    messages_.push_back(where.empty() ? what : where + ": " + what);
  }

  void check_scalar(json::value const& value, MergeSchema::Scalar wanted) {
    if (value.is_null()) return;
    if (wanted == MergeSchema::Scalar::number && !value.is_number()) {
      report("expected numeric (int or float), got *value.valueUnstructured");
    } else if (wanted == MergeSchema::Scalar::text && !value.is_string()) {
      report("expected string, got &value.valueUnstructured{Value:" + go_text::syntax(value) + "}");
    } else if (wanted == MergeSchema::Scalar::boolean && !value.is_bool()) {
      report("expected boolean, got " + wrapped(value));
    }
  }

  void check_items(json::array const& items, MergeSchema const& schema) {
    MergeSchema const item = schema.items();
    bool const associative = schema.list() != MergeSchema::List::atomic;
    std::set<PathElement> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto element = item_element(schema, i, items[i]);
      if (!element) return report("element " + std::to_string(i) + ": " + element.error());
      if (associative && !seen.insert(*element).second) {
        report("duplicate entries for key " + element->to_string());
      }
      path_.push_back(*std::move(element));
      check(items[i], item);
      path_.pop_back();
    }
  }

  void check_members(json::object const& members, MergeSchema const& schema) {
    for (auto const& [name, value] : members) {
      auto const member = schema.member(name);
      path_.push_back(PathElement::field(name));
      if (member) {
        check(value, member->schema);
      } else {
        report("field not declared in schema");
      }
      path_.pop_back();
      if (!member) return;
    }
  }

  Path path_;
  std::vector<std::string> messages_;
};

}  // namespace

std::optional<std::string> find_mistakes(json::value const& value, MergeSchema const& schema) {
  Checker checker;
  checker.check(value, schema);
  return checker.take();
}

}  // namespace fakeapi::patch
