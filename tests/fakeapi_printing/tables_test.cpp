// The tables of a real kube-apiserver 1.20.2, column by column and cell by cell, from the objects that it printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "fakeapi/printing/printing.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi::printing {
namespace {

namespace json = boost::json;

json::value const& recorded() {
  static json::value const document = [] {
    std::ifstream file(SOURCE_FOLDER "/tests/data/fakeapi/tables-1.20.json");
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return document;
}

/// The group, version and plural in a path.
api::Resource resource_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    parts.emplace_back(path.substr(0, path.find('/')));
    path.remove_prefix(std::min(path.find('/'), path.size()));
  }
  if (parts.front() == "api") return {"", parts[1], parts.back()};
  return {parts[1], parts[2], parts.back()};
}

Kind kind_of(std::string_view path) {
  auto const resource = resource_of(path);
  bool const custom = resource.group == "tb.example.com";
  for (auto const& known : built_in_kinds(Profile::v1_20)) {
    if (known->resource == resource) return *known;
  }
  Kind kind = make_kind(resource, "Any", true, custom_resource_strategy);
  if (custom) kind.columns = custom_columns(&recorded().at("definition"));
  return kind;
}

/// As a client reads it: 7 and 7.0 are the same number.
json::value plain(json::value const& cell) {
  if (cell.is_double()) return static_cast<std::int64_t>(cell.get_double() * 1e6);
  if (cell.is_int64()) return cell.get_int64() * 1'000'000;
  return cell;
}

TEST(Tables, have_the_columns_of_the_real_server) {
  for (auto const& table : recorded().at("tables").as_array()) {
    Kind const kind = kind_of(table.at("path").as_string());
    json::array found;
    for (auto const& column : columns(kind)) {
      found.push_back({json::value(column.name), json::value(column.type), json::value(column.format),
                       json::value(column.priority)});
    }
    EXPECT_EQ(found, table.at("columns")) << table.at("path");
  }
}

TEST(Tables, have_the_cells_of_the_real_server) {
  // What depends on the time of the recording has tests of its own.
  std::set<std::string_view> const ages{"Age", "Last Seen", "First Seen", "D"};
  std::size_t compared = 0;
  for (auto const& table : recorded().at("tables").as_array()) {
    Kind const kind = kind_of(table.at("path").as_string());
    for (auto const& row : table.at("rows").as_array()) {
      auto const object = api::object_from_json(row.at("object"));
      ASSERT_TRUE(object) << object.error();
      auto const made = cells(kind, *object, seams::WallTime{});
      auto const& expected = row.at("cells").as_array();
      auto const all = columns(kind);
      ASSERT_EQ(made.size(), expected.size()) << table.at("path");
      ASSERT_EQ(made.size(), all.size());
      for (std::size_t i = 0; i < made.size(); ++i) {
        if (ages.contains(all[i].name)) continue;
        EXPECT_EQ(plain(made[i]), plain(expected[i]))
            << table.at("path") << " " << object->metadata.name << " " << all[i].name;
        ++compared;
      }
      json::array const no_conditions;
      auto const* conditions = row.as_object().if_contains("conditions");
      EXPECT_EQ(row_conditions(kind, *object), conditions != nullptr ? conditions->as_array() : no_conditions);
    }
  }
  EXPECT_GE(compared, 400U);
}

struct EventRow : ::testing::Test {
  json::array row(std::string_view fields, char const* group = "") {
    Kind const kind = make_kind({group, "v1", "events"}, "Event", true, event_strategy);
    auto const object = api::object_from_json(json::parse(fields));
    seams::WallTime const now{*api::parse_timestamp("2020-01-01T02:00:00Z")};
    return cells(kind, object.value(), now);
  }
};

TEST_F(EventRow, shows_when_it_was_first_and_last_seen) {
  auto const made = row(R"({"metadata": {"name": "e"}, "firstTimestamp": "2020-01-01T00:00:00Z",
    "lastTimestamp": "2020-01-01T01:58:30Z", "involvedObject": {"kind": "Pod", "name": "p"}})");
  EXPECT_EQ(made[0], "90s");
  EXPECT_EQ(made[7], "120m");
}

TEST_F(EventRow, takes_the_event_time_with_its_fraction_for_both) {
  auto const made = row(R"({"metadata": {"name": "e"}, "eventTime": "2020-01-01T01:58:29.600000Z",
    "firstTimestamp": null, "lastTimestamp": null})");
  EXPECT_EQ(made[0], "90s");
  EXPECT_EQ(made[7], "90s");
}

TEST_F(EventRow, of_the_newer_API_is_the_same) {
  auto const made = row(R"({"metadata": {"name": "e"}, "regarding": {"kind": "Pod", "name": "p", "fieldPath": "x"},
    "note": "n", "reason": "R", "type": "Normal", "deprecatedFirstTimestamp": "2020-01-01T00:00:00Z",
    "deprecatedLastTimestamp": "2020-01-01T01:58:30Z", "deprecatedCount": 4,
    "deprecatedSource": {"component": "c", "host": "h"}})",
                        "events.k8s.io");
  EXPECT_EQ(made, json::parse(R"(["90s", "Normal", "R", "pod/p", "x", "c, h", "n", "120m", 4, "e"])"));
}

struct CustomColumnsTest : ::testing::Test {
  Kind kind = make_kind({"example.com", "v1", "echoes"}, "Echo", true, custom_resource_strategy);
  api::Object const object = *api::object_from_json(json::parse(R"({"apiVersion": "example.com/v1", "kind": "Echo",
    "metadata": {"name": "a", "creationTimestamp": "2026-01-01T00:00:00Z"}, "spec": {"d": "2026-01-01T00:00:30Z"}})"));
  seams::WallTime const now{*api::parse_timestamp("2026-01-01T00:01:31Z")};
};

TEST_F(CustomColumnsTest, are_name_and_age_without_others) {
  ASSERT_EQ(columns(kind).size(), 2U);
  EXPECT_EQ(columns(kind)[1].name, "Age");
  EXPECT_EQ(columns(kind)[1].type, "date");
  EXPECT_EQ(cells(kind, object, now), json::parse(R"(["a", "91s"])"));
  kind.columns = custom_columns(nullptr);
  EXPECT_EQ(cells(kind, object, now), json::parse(R"(["a", "91s"])"));
}

TEST_F(CustomColumnsTest, show_dates_as_ages) {
  auto const definition = json::parse(R"([{"name": "D", "type": "date", "jsonPath": ".spec.d"}])");
  kind.columns = custom_columns(&definition);
  EXPECT_EQ(cells(kind, object, now), json::parse(R"(["a", "61s"])"));
}

TEST_F(CustomColumnsTest, end_where_one_cannot_be_read) {
  auto const definition = json::parse(R"([{"name": "A", "type": "string", "jsonPath": ".kind"},
    {"name": "B", "type": "string", "jsonPath": ".spec["}, {"name": "C", "type": "string", "jsonPath": ".kind"}])");
  kind.columns = custom_columns(&definition);
  EXPECT_EQ(cells(kind, object, now), json::parse(R"(["a", "Echo"])"));
}

TEST_F(CustomColumnsTest, are_described_by_their_path_where_the_definition_does_not) {
  auto const definition = json::parse(R"([{"name": "A", "type": "string", "jsonPath": ".kind"},
    {"name": "B", "type": "string", "jsonPath": ".kind", "description": "own", "priority": 1, "format": "byte"}])");
  kind.columns = custom_columns(&definition);
  EXPECT_EQ(columns(kind)[1].description, "Custom resource definition column (in JSONPath format): .kind");
  EXPECT_EQ(columns(kind)[2].description, "own");
  EXPECT_EQ(columns(kind)[2].priority, 1);
  EXPECT_EQ(columns(kind)[2].format, "byte");
}

}  // namespace
}  // namespace fakeapi::printing
