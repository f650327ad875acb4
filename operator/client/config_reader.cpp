#include "operator/client/config_reader.hpp"

#include "operator/api/base64.hpp"

namespace client {

namespace json = boost::json;

namespace {

/// What stands there, without its value.
std::string_view form(json::value const& value) {
  switch (value.kind()) {
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "a mapping";
    case json::kind::bool_:
      return "a boolean; put it in quotes";
    case json::kind::string:
      return "a text";
    case json::kind::null:
      return "nothing";
    default:
      return "a number; put it in quotes";
  }
}

std::string with_article(std::string_view wanted, json::value const& value) {
  std::string_view text = form(value);
  // Quotes help only where a text is wanted.
  if (wanted != "a text") text = text.substr(0, text.find(';'));
  return "must be " + std::string(wanted) + ", not " + std::string(text);
}

}  // namespace

ConfigReader::ConfigReader(manifest::Document const& document, std::string_view file, std::string path,
                           json::value const& value, std::optional<ConfigError>& error)
    : document_(&document), file_(file), path_(std::move(path)), object_(value.if_object()), error_(&error) {
  if (object_ == nullptr && !failed()) {
    error_->emplace(place().to_string() + ": " + (path_.empty() ? "the document" : path_) + " " +
                    with_article("a mapping (\"name: value\" lines)", value));
  }
}

std::string ConfigReader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void ConfigReader::fail(std::string_view name, std::string_view what) {
  if (failed()) return;
  std::string const path = name.empty() ? path_ : path_of(name);
  ConfigPlace const where{std::string(file_), document_->line_of(path)};
  error_->emplace(where.to_string() + ": " + path + (path.empty() ? "" : " ") + std::string(what));
}

json::value const* ConfigReader::find(std::string_view name) {
  if (object_ == nullptr || failed()) return nullptr;
  asked_.emplace(name);
  auto const* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool ConfigReader::has(std::string_view name) const {
  if (object_ == nullptr) return false;
  auto const* value = object_->if_contains(name);
  return value != nullptr && !value->is_null();
}

std::string ConfigReader::text(std::string_view name) {
  auto const* value = find(name);
  if (value == nullptr) return {};
  auto const* text = value->if_string();
  if (text == nullptr) {
    fail(name, with_article("a text", *value));
    return {};
  }
  return {text->data(), text->size()};
}

std::string ConfigReader::required_text(std::string_view name, std::string_view example) {
  std::string found = text(name);
  if (found.empty() && !failed()) {
    bool const there = object_ != nullptr && object_->contains(name);
    fail(name, (there ? "is empty; write for instance " : "is missing; write for instance ") + std::string(name) +
                   ": " + std::string(example));
  }
  return found;
}

bool ConfigReader::boolean(std::string_view name) {
  auto const* value = find(name);
  if (value == nullptr) return false;
  if (!value->is_bool()) {
    fail(name, with_article("true or false", *value));
    return false;
  }
  return value->get_bool();
}

std::vector<std::string> ConfigReader::texts(std::string_view name) {
  std::vector<std::string> found;
  auto const* value = find(name);
  if (value == nullptr) return found;
  if (!value->is_array()) {
    fail(name, with_article("a list of texts", *value));
    return found;
  }
  for (std::size_t i = 0; auto const& item : value->get_array()) {
    auto const* text = item.if_string();
    std::string const at = std::string(name) + "[" + std::to_string(i++) + "]";
    if (text == nullptr) {
      fail(at, with_article("a text", item));
      return found;
    }
    found.emplace_back(text->data(), text->size());
  }
  return found;
}

std::string ConfigReader::bytes(std::string_view name) {
  std::string const encoded = text(name);
  if (encoded.empty()) return {};
  auto decoded = api::decode_base64(encoded);
  if (!decoded) {
    fail(name, "is not base64; write what \"base64 -w0 FILE\" prints");
    return {};
  }
  return *std::move(decoded);
}

json::value const* ConfigReader::any(std::string_view name) { return find(name); }

void ConfigReader::each(std::string_view name, std::function<void(ConfigReader&)> const& read) {
  auto const* value = find(name);
  if (value == nullptr) return;
  if (!value->is_array()) {
    fail(name, with_article("a list of mappings", *value));
    return;
  }
  for (std::size_t i = 0; auto const& item : value->get_array()) {
    ConfigReader reader(*document_, file_, path_of(name) + "[" + std::to_string(i++) + "]", item, *error_);
    if (failed()) return;
    read(reader);
    if (failed()) return;
  }
}

bool ConfigReader::nested(std::string_view name, std::function<void(ConfigReader&)> const& read) {
  auto const* value = find(name);
  if (value == nullptr) return false;
  ConfigReader reader(*document_, file_, path_of(name), *value, *error_);
  if (!failed()) read(reader);
  return true;
}

void ConfigReader::refuse_unknown(std::string_view known) {
  if (object_ == nullptr || failed()) return;
  for (auto const& [key, value] : *object_) {
    std::string_view const name(key.data(), key.size());
    if (asked_.contains(name)) continue;
    fail(name, "is not a field that is known here; remove it or check its spelling" +
                   (known.empty() ? std::string() : " (known: " + std::string(known) + ")"));
    return;
  }
}

}  // namespace client
