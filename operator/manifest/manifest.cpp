#include "operator/manifest/manifest.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <utility>

#include "operator/manifest/documents.hpp"
#include "operator/manifest/node.hpp"

namespace manifest {
namespace {

namespace json = boost::json;
using Step = std::expected<void, Failure>;

std::string view(json::string const& text) { return {text.data(), text.size()}; }

/// Collects the objects of documents. The names of a document's kind and version are checked here, before anything
/// else is read from it; the rest of the form is api::object_from_json's business.
class Collector {
 public:
  Collector(std::string_view file, std::vector<Manifest>& found) : file_(file), found_(found) {}

  /// `inherited`: the apiVersion and kind of an item that does not tell its own.
  struct Inherited {
    std::string api_version;
    std::string kind;
  };

  Step add(Use const& place, json::value document, Inherited const& inherited) {
    auto* const object = document.if_object();
    if (object == nullptr) {
      return fail(place.line, "an object is expected here (\"apiVersion: …\", \"kind: …\"), not " + describe(document) +
                                  hint_for_colon(document));
    }
    auto api_version = text_field(place, *object, "apiVersion", inherited.api_version, "example.com/v1");
    if (!api_version) return std::unexpected(api_version.error());
    auto kind = text_field(place, *object, "kind", inherited.kind, "Echo");
    if (!kind) return std::unexpected(kind.error());
    if (api_version->find('/') != api_version->rfind('/') || api_version->starts_with('/') ||
        api_version->ends_with('/')) {
      return fail(line_of(place, "apiVersion"),
                  "apiVersion: \"" + *api_version +
                      "\" is neither VERSION nor GROUP/VERSION; write for instance \"example.com/v1\"");
    }
    if (kind->ends_with("List")) {
      auto* const items = object->if_contains("items");
      bool const is_list = *kind == "List" || (items != nullptr && items->is_array());
      if (is_list) return add_items(place, items, *api_version, *kind);
    }
    if (auto named = check_name(place, *object); !named) return named;
    return add_object(place, document);
  }

 private:
  static Step fail(int line, std::string message) { return std::unexpected(Failure{line, std::move(message)}); }

  static std::string hint_for_colon(json::value const& document) {
    auto const* text = document.if_string();
    bool const colon = text != nullptr && view(*text).contains(':');
    return colon ? "; a space is missing after the colon" : "; check the first lines of the document";
  }

  /// A required member that must be text that is not empty. Writes an inherited one into the object.
  std::expected<std::string, Failure> text_field(Use const& place, json::object& object, std::string_view name,
                                                 std::string const& inherited, std::string_view example) {
    std::string const field(name);
    std::string const remedy = "; write for instance \"" + field + ": " + std::string(example) + "\"";
    auto* const value = object.if_contains(name);
    if (value == nullptr || value->is_null()) {
      if (!inherited.empty()) {
        object[name] = inherited;
        return inherited;
      }
      int const line = value == nullptr ? place.line : line_of(place, name);
      return std::unexpected(Failure{line, field + " is missing" + remedy});
    }
    if (!value->is_string())
      return std::unexpected(Failure{line_of(place, name), field + " must be text, not " + describe(*value) + remedy});
    if (value->get_string().empty())
      return std::unexpected(Failure{line_of(place, name), field + " is empty" + remedy});
    return view(value->get_string());
  }

  Step check_name(Use const& place, json::object const& object) {
    constexpr std::string_view remedy = "; every object needs a name: write \"metadata:\" and below it \"  name: …\"";
    auto const* metadata = object.if_contains("metadata");
    if (metadata == nullptr || metadata->is_null()) {
      int const line = metadata == nullptr ? place.line : line_of(place, "metadata");
      return fail(line, "metadata is missing" + std::string(remedy));
    }
    auto const* fields = metadata->if_object();
    if (fields == nullptr) return {};  // api::object_from_json refuses it
    for (std::string_view const name : {"name", "generateName"}) {
      auto const* value = fields->if_contains(name);
      if (value == nullptr || value->is_null()) continue;
      if (!value->is_string() || !value->get_string().empty()) return {};
    }
    bool const empty = fields->contains("name");
    return fail(line_of(place, empty ? "metadata.name" : "metadata"),
                std::string(empty ? "metadata.name is empty" : "metadata.name is missing") +
                    "; write the object's name, or a generateName");
  }

  Step add_items(Use const& place, json::value* items, std::string const& api_version, std::string const& kind) {
    if (items == nullptr || !items->is_array()) {
      if (items != nullptr && items->is_null()) return {};
      return fail(items == nullptr ? place.line : line_of(place, "items"),
                  "a List has \"items:\", a list of objects; " +
                      (items == nullptr ? "add it" : "items is " + describe(*items)));
    }
    Inherited inherited;
    if (kind != "List") inherited = {api_version, kind.substr(0, kind.size() - std::string_view("List").size())};
    DocumentNode const* const node = find_node(place, "items");
    for (std::size_t at = 0; at < items->get_array().size(); ++at) {
      if (auto added = add(node->items[at], std::move(items->get_array()[at]), inherited); !added) return added;
    }
    return {};
  }

  // As deep as the text goes: its depth is limited.
  static void add_field_lines(Use const& place, json::value const& value, std::string const& path,
                              std::map<std::string, int, std::less<>>& lines) {
    if (!path.empty()) lines.emplace(path, line_of(place, path));
    if (auto const* object = value.if_object()) {
      for (auto const& [key, member] : *object) {
        add_field_lines(place, member, path.empty() ? std::string(key) : path + "." + std::string(key), lines);
      }
    } else if (auto const* array = value.if_array()) {
      for (std::size_t i = 0; i < array->size(); ++i) {
        add_field_lines(place, (*array)[i], path + "[" + std::to_string(i) + "]", lines);
      }
    }
  }

  Step add_object(Use const& place, json::value const& document) {
    auto object = api::object_from_json(document);
    if (!object) {
      std::string const& message = object.error();
      std::string const path = message.substr(0, message.find(": "));
      return fail(line_of(place, path), message + remedy_for(place, path, message));
    }
    Manifest manifest{std::move(*object), std::string(file_), place.line, {}};
    add_field_lines(place, document, "", manifest.field_lines);
    found_.push_back(std::move(manifest));
    return {};
  }

  /// A value that was meant as text and reads as something else is the most common slip.
  static std::string remedy_for(Use const& place, std::string_view path, std::string_view message) {
    DocumentNode const* const node = find_node(place, path);
    if (message.ends_with("must be an object")) return "; write \"key: value\" lines below it";
    if (message.ends_with("must be an array")) return "; write \"- value\" lines below it";
    if (node == nullptr || node->source.empty() || !message.ends_with("must be a string")) return {};
    return "; " + node->source + " without quotes is " + describe(node->scalar) + ", write \"" + node->source + "\"";
  }

  std::string_view file_;
  std::vector<Manifest>& found_;
};

std::expected<std::vector<Manifest>, Failure> parse_text(std::string_view text, std::string_view file) {
  auto documents = read_documents(text);
  if (!documents) return std::unexpected(std::move(documents.error()));
  std::vector<Manifest> found;
  Collector collector(file, found);
  for (Document& document : *documents) {
    auto added = collector.add(document.root, std::move(document.value), {});
    if (!added) return std::unexpected(std::move(added.error()));
  }
  if (found.empty())
    return std::unexpected(Failure{1, "there is no object in this file; check that it is the right one"});
  return found;
}

}  // namespace

std::expected<std::vector<Manifest>, Error> parse(std::string_view text, std::string_view file) {
  auto found = parse_text(text, file);
  if (!found) return std::unexpected(Error{std::string(file), found.error().line, std::move(found.error().message)});
  return std::move(*found);
}

int Manifest::line_of(std::string_view field) const {
  for (;;) {
    if (auto const found = field_lines.find(field); found != field_lines.end()) return found->second;
    auto const end = field.find_last_of(".[");
    if (end == std::string_view::npos) return line;
    field = field.substr(0, end);
  }
}

}  // namespace manifest
