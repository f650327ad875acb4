#include "fakeapi/face/http/accept.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "fakeapi/face/http/failures.hpp"
#include "fakeapi/semantics/status.hpp"

namespace fakeapi::http {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Takes off the part before `separator`.
std::string_view cut(std::string_view& rest, char separator) {
  auto const end = std::min(rest.find(separator), rest.size());
  auto const part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

struct Clause {
  std::string_view type;
  std::string_view subtype;
  int quality = 1000;  // thousandths
  std::vector<std::pair<std::string_view, std::string_view>> parameters;
};

int parse_quality(std::string_view text) {
  std::string const copy(text);
  double const value = std::strtod(copy.c_str(), nullptr);
  // No comparison holds of what is no number.
  return value >= 1 ? 1000 : value > 0 ? static_cast<int>(value * 1000) : 0;
}

bool is_better(Clause const& a, Clause const& b) {
  if (a.quality != b.quality) return a.quality > b.quality;
  if ((a.type == "*") != (b.type == "*")) return b.type == "*";
  return a.subtype != "*" && b.subtype == "*";
}

std::vector<Clause> parse_accept(std::string_view header) {
  constexpr std::size_t most = 64;  // more are not looked at
  std::vector<Clause> clauses;
  while (!header.empty() && clauses.size() < most) {
    auto part = trim(cut(header, ','));
    Clause clause;
    auto range = cut(part, ';');
    clause.type = trim(cut(range, '/'));
    clause.subtype = trim(range);
    if (clause.subtype.empty()) {
      if (clause.type != "*") continue;
      clause.subtype = "*";
    }
    if (clause.subtype.contains('/')) continue;
    while (!part.empty()) {
      auto parameter = cut(part, ';');
      auto const name = trim(cut(parameter, '='));
      if (parameter.empty() || parameter.contains('=')) continue;
      if (name == "q") {
        clause.quality = parse_quality(trim(parameter));
      } else {
        clause.parameters.emplace_back(name, trim(parameter));
      }
    }
    // The best first, and those as good as others in the order of their coming.
    auto const place = std::ranges::upper_bound(clauses, clause, is_better);
    clauses.insert(place, std::move(clause));
  }
  return clauses;
}

bool covers(Clause const& clause, Encoding encoding) {
  if (clause.type == "*" && clause.subtype == "*") return true;
  if (clause.type != "application") return false;
  return clause.subtype == "*" || clause.subtype == (encoding == Encoding::json ? "json" : "yaml");
}

// Reads a clause's parameters; false: what they ask for is not to be had, the clause does not count.
bool read_parameters(Clause const& clause, bool transforms, Form& form) {
  std::string_view kind;
  std::string_view group;
  std::string_view version;
  bool converts = false;
  for (auto const& [name, value] : clause.parameters) {
    if (name == "as" || name == "g" || name == "v") {
      converts = true;
      (name == "as" ? kind : name == "g" ? group : version) = value;
    } else if (name == "stream") {
      if (value != "watch" || form.encoding != Encoding::json) return false;
    } else if (name == "sv") {
      return false;
    } else if (name == "pretty") {
      form.pretty = value == "1";
    }
  }
  if (!converts) return true;
  if (!transforms || group != "meta.k8s.io" || (version != "v1" && version != "v1beta1")) return false;
  form.beta = version == "v1beta1";
  if (kind == "Table") {
    form.transform = Transform::table;
  } else if (kind == "PartialObjectMetadata") {
    form.transform = Transform::partial_metadata;
  } else if (kind == "PartialObjectMetadataList") {
    form.transform = Transform::partial_metadata_list;
  } else {
    return false;
  }
  return true;
}

bool is_pretty(seams::HttpHeaders const& headers, Query const& query) {
  if (auto const asked = query.get("pretty"); !asked.empty()) {
    return asked == "1" || asked == "t" || asked == "T" || asked == "true" || asked == "TRUE" || asked == "True";
  }
  auto const agent = headers.get("User-Agent");
  return agent.starts_with("curl") || agent.starts_with("Wget") || agent.starts_with("Mozilla/5.0");
}

// Whether any of the media types that there are at all is wanted, whatever the parameters.
bool covers_any(std::vector<Clause> const& clauses) {
  return std::ranges::any_of(clauses, [](Clause const& clause) {
    return covers(clause, Encoding::json) || covers(clause, Encoding::yaml) ||
           (clause.type == "application" && clause.subtype == "vnd.kubernetes.protobuf");
  });
}

std::optional<Form> choose(std::vector<Clause> const& clauses, bool transforms) {
  for (auto const& clause : clauses) {
    for (auto const encoding : {Encoding::json, Encoding::yaml}) {
      if (!covers(clause, encoding)) continue;
      Form form;
      form.encoding = encoding;
      if (read_parameters(clause, transforms, form)) return form;
    }
  }
  return std::nullopt;
}

}  // namespace

std::expected<Form, api::Error> negotiate(seams::HttpHeaders const& headers, Query const& query, bool built_in) {
  auto const header = headers.get("Accept");
  std::optional<Form> form = Form{};
  if (!header.empty()) {
    auto const clauses = parse_accept(header);
    if (built_in && !covers_any(clauses)) return std::unexpected(failures::not_acceptable("406: Not Acceptable"));
    form = choose(clauses, true);
  }
  if (!form) {
    return std::unexpected(
        failures::not_acceptable("only the following media types are accepted: application/json, application/yaml, "
                                 "application/vnd.kubernetes.protobuf"));
  }
  form->pretty = form->pretty || is_pretty(headers, query);
  if (form->transform != Transform::table) return *form;
  auto const include = query.get("includeObject");
  if (include == "Object") {
    form->include = IncludeObject::object;
  } else if (include == "None") {
    form->include = IncludeObject::none;
  } else if (!include.empty() && include != "Metadata") {
    return std::unexpected(
        status::bad_request("Unable to convert to Table as requested: includeObject: Invalid value: \"" +
                            std::string(include) + "\": must be 'Metadata', 'Object', 'None', or empty"));
  }
  return *form;
}

ErrorForm negotiate_error(seams::HttpHeaders const& headers, Query const& query) {
  auto const header = headers.get("Accept");
  auto const form = header.empty() ? std::optional(Form{}) : choose(parse_accept(header), false);
  if (!form) return {Encoding::json, true};
  return {form->encoding, form->pretty || is_pretty(headers, query)};
}

bool accepts_gzip(seams::HttpHeaders const& headers) {
  auto rest = headers.get("Accept-Encoding");
  while (!rest.empty()) {
    if (trim(cut(rest, ',')) == "gzip") return true;
  }
  return false;
}

}  // namespace fakeapi::http
