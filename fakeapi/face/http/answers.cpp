#include "fakeapi/face/http/answers.hpp"

#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/face/http/failures.hpp"
#include "fakeapi/face/http/json_syntax.hpp"
#include "fakeapi/face/http/json_text.hpp"
#include "fakeapi/face/http/object_text.hpp"
#include "fakeapi/face/http/yaml_text.hpp"
#include "fakeapi/printing/printing.hpp"

namespace fakeapi::http {
namespace {

namespace json = boost::json;

// Compact JSON that ends in a newline in the encoding that is wanted.
Body encode(Encoding encoding, bool pretty, std::string text) {
  if (encoding == Encoding::yaml) {
    auto const value = parse_json(text);
    return std::make_shared<std::string const>(value ? to_yaml(*value) : text);
  }
  if (pretty) return std::make_shared<std::string const>(indent_json(text));
  return std::make_shared<std::string const>(std::move(text));
}

void append_member_text(std::string& out, std::string_view name, std::string_view text) {
  append_member(out, name);
  append_json(out, text);
}

// metadata of a list or a Table, as metav1.ListMeta declares it.
void append_list_meta(std::string& out, std::uint64_t revision, api::ObjectList const* list, bool with_remaining) {
  append_member(out, "metadata");
  out += '{';
  if (revision != 0) append_member_text(out, "resourceVersion", std::to_string(revision));
  if (list != nullptr) {
    if (!list->continue_token.empty()) append_member_text(out, "continue", list->continue_token);
    if (with_remaining && list->remaining_item_count) {
      append_member(out, "remainingItemCount");
      append_json(out, *list->remaining_item_count);
    }
  }
  out += '}';
}

// The text of an object without its last newline.
std::string_view whole_text(std::string const& text) { return std::string_view(text).substr(0, text.size() - 1); }

TextForm partial_form(Form const& form, bool gone) {
  if (form.beta) return gone ? TextForm::partial_beta_gone : TextForm::partial_beta;
  return gone ? TextForm::partial_gone : TextForm::partial;
}

TextCache::Text text_of(Rendering const& rendering, api::Object const& object, TextForm form, bool stored) {
  if (stored) return rendering.cache.text(rendering.kind, object, form);
  return std::make_shared<std::string const>(make_text(*rendering.kind, object, form));
}

void append_columns(std::string& out, Kind const& kind) {
  append_member(out, "columnDefinitions");
  out += '[';
  for (auto const& column : printing::columns(kind)) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_member_text(out, "name", column.name);
    append_member_text(out, "type", column.type);
    append_member_text(out, "format", column.format);
    append_member_text(out, "description", column.description);
    append_member(out, "priority");
    append_json(out, std::int64_t{column.priority});
    out += '}';
  }
  out += ']';
}

void append_row(std::string& out, Rendering const& rendering, api::Object const& object, bool stored, bool gone) {
  out += R"({"cells":)";
  append_json(out, json::value(printing::cells(*rendering.kind, object, rendering.now)), MemberOrder::as_is);
  out += R"(,"object":)";
  switch (rendering.form.include) {
    case IncludeObject::none:
      out += "null";
      break;
    case IncludeObject::metadata:
      out += whole_text(*text_of(rendering, object, partial_form(rendering.form, gone), stored));
      break;
    case IncludeObject::object:
      out += whole_text(*text_of(rendering, object, gone ? TextForm::gone : TextForm::whole, stored));
      break;
  }
  out += '}';
}

void begin_table(std::string& out, Form const& form) {
  out += R"({"kind":"Table","apiVersion":")";
  out += form.meta_version();
  out += '"';
}

// A Table of one object.
void append_table(std::string& out, Rendering const& rendering, api::Object const& object, bool stored, bool gone,
                  bool with_columns) {
  begin_table(out, rendering.form);
  append_list_meta(out, api::to_number(object.metadata.resource_version), nullptr, false);
  if (with_columns) {
    append_columns(out, *rendering.kind);
  } else {
    out += R"(,"columnDefinitions":null)";
  }
  out += R"(,"rows":[)";
  append_row(out, rendering, object, stored, gone);
  out += "]}";
}

std::string table_of(Rendering const& rendering, api::ObjectList const& list) {
  std::string out;
  begin_table(out, rendering.form);
  append_list_meta(out, api::to_number(list.resource_version), &list, true);
  append_columns(out, *rendering.kind);
  out += R"(,"rows":[)";
  for (auto const& object : list.items) {
    if (out.back() != '[') out += ',';
    append_row(out, rendering, *object, true, false);
  }
  out += "]}\n";
  return out;
}

std::string partials_of(Rendering const& rendering, api::ObjectList const& list) {
  std::string out = R"({"kind":"PartialObjectMetadataList","apiVersion":")";
  out += rendering.form.meta_version();
  out += '"';
  append_list_meta(out, api::to_number(list.resource_version), &list, false);
  out += R"(,"items":[)";
  for (auto const& object : list.items) {
    if (out.back() != '[') out += ',';
    out += whole_text(*text_of(rendering, *object, partial_form(rendering.form, false), true));
  }
  out += "]}\n";
  return out;
}

void append_items(std::string& out, Rendering const& rendering, api::ObjectList const& list, bool typed) {
  out += R"("items":[)";
  for (auto const& object : list.items) {
    if (out.back() != '[') out += ',';
    auto const text = rendering.cache.text(rendering.kind, *object, TextForm::whole);
    if (typed) {  // the type is the list's, and not told again
      out += '{';
      out += whole_text(*text).substr(type_prefix(*object));
    } else {
      out += whole_text(*text);
    }
  }
  out += ']';
}

std::string list_of(Rendering const& rendering, api::ObjectList const& list) {
  Kind const& kind = *rendering.kind;
  std::string out = "{";
  constexpr std::size_t usual = 800;
  out.reserve(list.items.size() * usual);
  auto const list_kind = kind.list_kind.empty() ? kind.kind + "List" : kind.list_kind;
  if (kind.strategy->built_in) {
    append_member_text(out, "kind", list_kind);
    append_member_text(out, "apiVersion", kind.api_version);
    append_list_meta(out, api::to_number(list.resource_version), &list, true);
    out += ',';
    append_items(out, rendering, list, true);
  } else {
    append_member_text(out, "apiVersion", kind.api_version);
    out += ',';
    append_items(out, rendering, list, false);
    append_member_text(out, "kind", list_kind);
    append_member(out, "metadata");
    out += '{';
    append_member_text(out, "continue", list.continue_token);
    if (list.remaining_item_count) {
      append_member(out, "remainingItemCount");
      append_json(out, *list.remaining_item_count);
    }
    append_member_text(out, "resourceVersion", std::to_string(api::to_number(list.resource_version)));
    out += '}';
  }
  out += "}\n";
  return out;
}

api::Error no_such_form(std::string message) { return failures::not_acceptable(std::move(message)); }

}  // namespace

std::expected<Body, api::Error> render(Rendering const& rendering, api::Object const& object, bool stored) {
  Form const& form = rendering.form;
  std::string text;
  switch (form.transform) {
    case Transform::none: {
      auto const whole = text_of(rendering, object, TextForm::whole, stored);
      if (form.encoding == Encoding::json && !form.pretty) return whole;
      return encode(form.encoding, form.pretty, *whole);
    }
    case Transform::table:
      append_table(text, rendering, object, stored, false, true);
      text += '\n';
      break;
    case Transform::partial_metadata:
      text = *text_of(rendering, object, partial_form(form, false), stored);
      break;
    case Transform::partial_metadata_list:
      return std::unexpected(no_such_form(
          "you requested PartialObjectMetadataList, but the requested object is not a list (" +
          std::string(rendering.kind->strategy->built_in ? "*" + rendering.kind->kind : "*unstructured.Unstructured") +
          ")"));
  }
  return encode(form.encoding, form.pretty, std::move(text));
}

std::expected<Body, api::Error> render(Rendering const& rendering, api::ObjectList const& list) {
  Form const& form = rendering.form;
  switch (form.transform) {
    case Transform::none:
      return encode(form.encoding, form.pretty, list_of(rendering, list));
    case Transform::table:
      return encode(form.encoding, form.pretty, table_of(rendering, list));
    case Transform::partial_metadata_list:
      return encode(form.encoding, form.pretty, partials_of(rendering, list));
    case Transform::partial_metadata:
      break;
  }
  return std::unexpected(
      no_such_form("you requested PartialObjectMetadata, but the requested object is a list (" +
                   std::string(rendering.kind->strategy->built_in ? "*" + rendering.kind->kind + "List"
                                                                  : "*unstructured.UnstructuredList") +
                   ")"));
}

Body render_deleted(Form const& form, Kind const& kind, std::string_view name, api::Deleted const& deleted) {
  std::string text = R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{)";
  if (!name.empty()) append_member_text(text, "name", name);
  if (!kind.resource.group.empty()) append_member_text(text, "group", kind.resource.group);
  append_member_text(text, "kind", kind.resource.plural);
  if (!deleted.uid.empty()) append_member_text(text, "uid", deleted.uid);
  text += "}}\n";
  return encode(form.encoding, form.pretty, std::move(text));
}

Body render_success(Form const& form, int code) {
  return encode(
      form.encoding, form.pretty,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":)" + std::to_string(code) + "}\n");
}

Body render_json(Form const& form, json::value const& value) {
  std::string text;
  append_json(text, value, MemberOrder::as_is);
  text += '\n';
  return encode(form.encoding, form.pretty, std::move(text));
}

void append_event(std::string& out, Rendering const& rendering, api::WatchEvent const& event, bool with_columns) {
  bool const gone = event.type == api::WatchEventType::deleted;
  bool const kept = event.type != api::WatchEventType::bookmark;
  out += R"({"type":")";
  out += api::to_string(event.type);
  out += R"(","object":)";
  if (event.error) {
    append_json(out, failures::to_status(*event.error), MemberOrder::as_is);
  } else {
    api::ObjectPtr object = event.object;
    if (object->kind.empty()) {  // a bookmark tells its type, too
      api::Object typed = *object;
      typed.api_version = rendering.kind->api_version;
      typed.kind = rendering.kind->kind;
      object = std::make_shared<api::Object const>(std::move(typed));
    }
    switch (rendering.form.transform) {
      case Transform::table:
        append_table(out, rendering, *object, kept, gone, with_columns);
        break;
      case Transform::partial_metadata:
        out += whole_text(*text_of(rendering, *object, partial_form(rendering.form, gone), kept));
        break;
      case Transform::none:
      case Transform::partial_metadata_list:
        out += whole_text(*text_of(rendering, *object, gone ? TextForm::gone : TextForm::whole, kept));
        break;
    }
  }
  out += "}\n";
}

seams::HttpResponse make_response(int status, std::string_view content_type, Body body) {
  seams::HttpResponse response;
  response.status = status;
  response.headers.add("Cache-Control", "no-cache, private");
  response.headers.add("Content-Type", std::string(content_type));
  response.body = std::move(body);
  return response;
}

seams::HttpResponse make_response(int status, Form const& form, Body body) {
  return make_response(status, content_type(form.encoding), std::move(body));
}

seams::HttpResponse make_failure(api::Error const& error, ErrorForm const& form) {
  if (failures::is_page_not_found(error)) return make_text(error.code, error.message + "\n");
  std::string text;
  append_json(text, failures::to_status(error), MemberOrder::as_is);
  text += '\n';
  auto response =
      make_response(error.code, content_type(form.encoding), encode(form.encoding, form.pretty, std::move(text)));
  if (error.retry_after) response.headers.add("Retry-After", std::to_string(error.retry_after->count()));
  return response;
}

seams::HttpResponse make_text(int status, std::string text) {
  auto response =
      make_response(status, "text/plain; charset=utf-8", std::make_shared<std::string const>(std::move(text)));
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace fakeapi::http
