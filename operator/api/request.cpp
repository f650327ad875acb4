#include "operator/api/request.hpp"

namespace api {

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::get:
      return "get";
    case Verb::list:
      return "list";
    case Verb::watch:
      return "watch";
    case Verb::create:
      return "create";
    case Verb::update:
      return "update";
    case Verb::patch:
      return "patch";
    case Verb::delete_:
      return "delete";
    case Verb::delete_collection:
      return "deletecollection";
  }
  return "";
}

std::string_view to_string(Subresource subresource) {
  switch (subresource) {
    case Subresource::none:
      return "";
    case Subresource::status:
      return "status";
    case Subresource::scale:
      return "scale";
    case Subresource::binding:
      return "binding";
    case Subresource::finalize:
      return "finalize";
    case Subresource::eviction:
      return "eviction";
  }
  return "";
}

WriteOptions const* Request::write_options() const {
  if (auto const* write = std::get_if<WriteOptions>(&options)) return write;
  if (auto const* delete_options = std::get_if<DeleteOptions>(&options)) return &delete_options->write;
  if (auto const* collection = std::get_if<DeleteCollectionOptions>(&options)) return &collection->each.write;
  return nullptr;
}

seams::MonotonicTime Request::deadline() const {
  if (auto const* write = write_options()) return write->deadline;
  if (auto const* get = std::get_if<GetOptions>(&options)) return get->deadline;
  if (auto const* list = std::get_if<ListOptions>(&options)) return list->deadline;
  return std::get<WatchOptions>(options).deadline;
}

std::string Request::to_string() const {
  std::string text(api::to_string(verb));
  for (char& c : text) c = static_cast<char>(c - 'a' + 'A');
  text += " " + resource.qualified() + " ";
  if (!key.name.empty()) {
    text += key.to_string();
  } else if (!key.namespace_.empty()) {
    text += key.namespace_ + "/*";
  } else {
    text += "*";
  }
  if (subresource != Subresource::none) {
    text += "/";
    text += api::to_string(subresource);
  }
  return text;
}

}  // namespace api
