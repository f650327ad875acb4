// An Event's row, of either API: they call the same things by different names.
#include "fakeapi/printing/printer.hpp"
#include "fakeapi/printing/values.hpp"

namespace fakeapi::printing {
namespace {

namespace json = boost::json;

// What stands under the first of two names that is there.
std::string_view either(json::value const* fields, Path path, Path other) {
  return or_else(text_at(fields, path), text_at(fields, other));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string target(json::value const* fields) {
  std::string text = lower(either(fields, {"involvedObject", "kind"}, {"regarding", "kind"}));
  auto const name = either(fields, {"involvedObject", "name"}, {"regarding", "name"});
  if (!name.empty()) text.append("/").append(name);
  return text;
}

std::string source(json::value const* fields) {
  std::string text(or_else(either(fields, {"source", "component"}, {"deprecatedSource", "component"}),
                           either(fields, {"reportingComponent"}, {"reportingController"})));
  auto const host =
      or_else(either(fields, {"source", "host"}, {"deprecatedSource", "host"}), text_at(fields, {"reportingInstance"}));
  if (!host.empty()) text.append(", ").append(host);
  return text;
}

// Like Go's strings.TrimSpace, for ASCII.
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\n\v\f\r";
  auto const begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

}  // namespace

json::array event_cells(api::Object const& event, seams::WallTime now) {
  json::value const* fields = event.rest.get();
  bool const has_first = !either(fields, {"firstTimestamp"}, {"deprecatedFirstTimestamp"}).empty();
  bool const has_last = !either(fields, {"lastTimestamp"}, {"deprecatedLastTimestamp"}).empty();
  bool const older = api::find_path(fields, {"regarding"}) == nullptr;
  std::string const first = !has_first ? age_at(fields, {"eventTime"}, now)
                            : older    ? age_at(fields, {"firstTimestamp"}, now)
                                       : age_at(fields, {"deprecatedFirstTimestamp"}, now);
  std::string last = !has_last ? first
                     : older   ? age_at(fields, {"lastTimestamp"}, now)
                               : age_at(fields, {"deprecatedLastTimestamp"}, now);
  std::int64_t count = number_at(fields, {older ? "count" : "deprecatedCount"});
  if (auto const* series = api::find_path(fields, {"series"}); series != nullptr && series->is_object()) {
    last = age_at(series, {"lastObservedTime"}, now);
    // The event that came before the series is not counted in it.
    count = number_at(series, {"count"}) + 1;
  } else if (count == 0) {
    count = 1;
  }
  return {last,
          text_at(fields, {"type"}),
          text_at(fields, {"reason"}),
          target(fields),
          either(fields, {"involvedObject", "fieldPath"}, {"regarding", "fieldPath"}),
          source(fields),
          trimmed(either(fields, {"message"}, {"note"})),
          first,
          count,
          event.metadata.name};
}

}  // namespace fakeapi::printing
