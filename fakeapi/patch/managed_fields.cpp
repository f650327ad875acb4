#include "fakeapi/patch/managed_fields.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <tuple>
#include <vector>

#include "fakeapi/patch/go_text.hpp"
#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi::patch {
namespace {

namespace json = boost::json;

std::expected<ManagedEntry, std::string> read_entry(json::value const& json, std::size_t index) {
  auto const text = [&](std::string_view name) { return std::string(api::find_string(&json, {name}).value_or("")); };
  std::string const type = text("fieldsType");
  if (type.empty()) return std::unexpected("missing fieldsType in managed fields entry " + std::to_string(index));
  if (type != "FieldsV1") {
    return std::unexpected("invalid fieldsType " + go_value::text(type) + " in managed fields entry " +
                           std::to_string(index));
  }
  ManagedEntry entry;
  entry.manager = text("manager");
  entry.operation = text("operation");
  entry.api_version = text("apiVersion");
  entry.subresource = text("subresource");
  if (auto const time = api::find_string(&json, {"time"})) entry.time = api::parse_timestamp(*time);
  if (auto const* fields = api::find_path(&json, {"fieldsV1"}); fields != nullptr && !fields->is_null()) {
    auto read = FieldSet::from_json(*fields);
    if (!read) return std::unexpected("error decoding set: " + read.error());
    entry.fields = *std::move(read);
  }
  return entry;
}

json::value to_json(ManagedEntry const& entry) {
  json::object out(7);
  auto const text = [&](char const* name, std::string const& value) {
    if (!value.empty()) out.emplace(name, value);
  };
  text("manager", entry.manager);
  text("operation", entry.operation);
  text("apiVersion", entry.api_version);
  if (entry.time) out.emplace("time", api::format_timestamp(*entry.time));
  out.emplace("fieldsType", "FieldsV1");
  out.emplace("fieldsV1", entry.fields.to_json());
  text("subresource", entry.subresource);
  return json::value(std::move(out));
}

}  // namespace

std::string ManagedEntry::identifier() const {
  json::object out(4);
  if (!manager.empty()) out.emplace("manager", manager);
  if (!operation.empty()) out.emplace("operation", operation);
  if (!applied() && !api_version.empty()) out.emplace("apiVersion", api_version);
  if (!subresource.empty()) out.emplace("subresource", subresource);
  return go_text::json(json::value(std::move(out)));
}

std::string ManagedEntry::shown() const {
  std::string text = go_value::text(manager);
  if (!subresource.empty()) text += " with subresource " + go_value::text(subresource);
  if (operation == "Update") text += " using " + api_version;
  return text;
}

std::expected<ManagedFields, std::string> read_managed_fields(json::value const& json) {
  ManagedFields managed;
  if (json.is_null()) return managed;
  if (!json.is_array()) return std::unexpected("managedFields must be a list");
  auto const& list = json.get_array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto entry = read_entry(list[i], i);
    if (!entry) return std::unexpected(std::move(entry.error()));
    managed.insert_or_assign(entry->identifier(), *std::move(entry));
  }
  return managed;
}

json::value managed_fields_to_json(ManagedFields const& managed) {
  std::vector<ManagedEntry const*> entries;
  entries.reserve(managed.size());
  for (auto const& [identifier, entry] : managed) entries.push_back(&entry);
  std::ranges::sort(entries, {}, [](ManagedEntry const* entry) {
    return std::tie(entry->operation, entry->time, entry->manager, entry->api_version, entry->subresource);
  });
  json::array list;
  list.reserve(entries.size());
  for (auto const* entry : entries) list.push_back(to_json(*entry));
  return json::value(std::move(list));
}

bool same_owners(ManagedFields const& a, ManagedFields const& b) {
  return std::ranges::equal(a, b, [](auto const& x, auto const& y) {
    return x.first == y.first && x.second.api_version == y.second.api_version &&
           x.second.applied() == y.second.applied() && x.second.fields == y.second.fields;
  });
}

}  // namespace fakeapi::patch
