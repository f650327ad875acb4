#include "tests/conformance/case.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "operator/api/patch.hpp"
#include "tests/conformance/yaml_json.hpp"

namespace conformance {
namespace {

namespace json = boost::json;
using Failure = std::runtime_error;

constexpr Milliseconds default_limit{20'000};
std::vector<std::string> const every_profile{"v1.20", "modern"};

std::string text(json::value const& value, std::string const& what) {
  if (!value.is_string()) throw Failure(what + " should be a text: " + json::serialize(value));
  return std::string(value.get_string());
}

bool flag(json::value const& value, std::string const& what) {
  if (!value.is_bool()) throw Failure(what + " should be true or false: " + json::serialize(value));
  return value.get_bool();
}

Milliseconds seconds(json::value const& value, std::string const& what) {
  if (!value.is_number()) throw Failure(what + " should be a number of seconds: " + json::serialize(value));
  return Milliseconds(static_cast<std::int64_t>(value.to_number<double>() * 1000));
}

std::vector<std::string> texts(json::value const& value, std::string const& what) {
  if (!value.is_array()) throw Failure(what + " should be a list: " + json::serialize(value));
  std::vector<std::string> result;
  for (auto const& item : value.get_array()) result.push_back(text(item, what));
  return result;
}

std::map<std::string, std::string> text_map(json::value const& value, std::string const& what) {
  if (!value.is_object()) throw Failure(what + " should be a mapping: " + json::serialize(value));
  std::map<std::string, std::string> result;
  for (auto const& [key, item] : value.get_object()) result[std::string(key)] = text(item, what);
  return result;
}

User user(std::string const& name) {
  if (name == "admin") return User::admin;
  if (name == "bob") return User::bob;
  if (name == "nobody") return User::nobody;
  if (name == "unknown") return User::unknown;
  throw Failure("there is no user " + name);
}

std::string patch_type(std::string const& name) {
  static std::map<std::string, std::string> const types{{"merge", "application/merge-patch+json"},
                                                        {"json", "application/json-patch+json"},
                                                        {"strategic", "application/strategic-merge-patch+json"},
                                                        {"apply", "application/apply-patch+yaml"}};
  auto const found = types.find(name);
  return found == types.end() ? name : found->second;
}

class Loader {
 public:
  explicit Loader(Suite& suite) : suite_(&suite) {}

  /// Bodies: `!like [template, changes]` is a template with changes merged into it, `!fill [text, count]` that text so
  /// many times.
  json::value made(json::value const& value) const {
    if (auto const* array = value.if_array()) {
      json::array result;
      for (auto const& item : *array) result.push_back(made(item));
      return result;
    }
    auto const* object = value.if_object();
    if (object == nullptr) return value;
    if (auto const* like = object->if_contains("!like")) return merged(*like);
    if (auto const* fill = object->if_contains("!fill")) {
      auto const& parts = fill->as_array();
      std::string const part = text(parts.at(0), "!fill");
      std::string result;
      for (std::int64_t i = 0; i < parts.at(1).as_int64(); ++i) result += part;
      return json::value(json::string(result));
    }
    json::object result;
    for (auto const& [key, member] : *object) result[key] = made(member);
    return result;
  }

  Expectation expectation(json::value const& value) const {
    Expectation result;
    if (value.is_int64()) {
      result.status = value;
      return result;
    }
    if (!value.is_object()) throw Failure("expect should be a status or a mapping: " + json::serialize(value));
    for (auto const& [key, member] : value.get_object()) {
      if (key == "status") {
        result.status = member;
      } else if (key == "body") {
        result.body = made(member);
      } else if (key == "error") {
        result.error = member;
      } else if (key == "text") {
        result.text = member;
      } else if (key == "headers") {
        result.headers = member.as_object();
      } else {
        throw Failure("expect has no " + std::string(key));
      }
    }
    return result;
  }

  Step step(json::value const& value) const {
    if (!value.is_object()) throw Failure("a step should be a mapping: " + json::serialize(value));
    Step result;
    auto const& object = value.get_object();
    result.what = object.contains("watch")     ? Step::What::watch
                  : object.contains("do")      ? Step::What::request
                  : object.contains("events")  ? Step::What::events
                  : object.contains("close")   ? Step::What::close
                  : object.contains("compact") ? Step::What::compact
                  : object.contains("wait")    ? Step::What::wait
                                               : throw Failure("a step does nothing: " + json::serialize(value));
    result.time = default_limit;
    for (auto const& [key, member] : object) field(result, std::string(key), member);
    if (result.method == "PATCH" && !result.headers.contains("Content-Type"))
      throw Failure("a PATCH needs a type: " + result.target);
    if (result.together && result.each.empty()) throw Failure("together needs repetitions: " + result.target);
    return result;
  }

  Case one_case(json::value const& value, std::string const& file) const {
    if (!value.is_object()) throw Failure("a case should be a mapping: " + json::serialize(value));
    Case result;
    result.file = file;
    result.profiles = every_profile;
    result.definitions = {"echoes"};
    auto const& object = value.get_object();
    if (auto const* id = object.if_contains("id")) result.id = text(*id, "id");
    try {
      for (auto const& [key, member] : object) case_field(result, std::string(key), member);
      if (result.title.empty() || result.steps.empty()) throw Failure("it needs an id, a title and steps");
    } catch (std::exception const& error) {
      throw Failure(result.id + ": " + error.what());
    }
    return result;
  }

 private:
  json::value merged(json::value const& like) const {
    if (!like.is_array() || like.get_array().empty()) throw Failure("!like should be [template, changes]");
    std::string const name = text(like.get_array()[0], "!like");
    auto const found = suite_->templates.find(name);
    if (found == suite_->templates.end()) throw Failure("there is no template " + name);
    json::value result = found->second;
    for (std::size_t i = 1; i < like.get_array().size(); ++i) api::merge_patch(result, made(like.get_array()[i]));
    return result;
  }

  void field(Step& step, std::string const& key, json::value const& value) const {
    if (key == "do") {
      std::string const request = text(value, key);
      auto const space = request.find(' ');
      if (space == request.npos) throw Failure("do should be a method and a path: " + request);
      step.method = request.substr(0, space);
      step.target = request.substr(space + 1);
    } else if (key == "watch" || key == "events" || key == "close") {
      step.stream = text(value, key);
    } else if (key == "body") {
      step.body = made(value);
    } else if (key == "type") {
      step.headers["Content-Type"] = patch_type(text(value, key));
    } else if (key == "accept") {
      step.headers["Accept"] = text(value, key);
    } else if (key == "headers") {
      for (auto const& [name, header] : text_map(value, key)) step.headers[name] = header;
    } else if (key == "as") {
      step.user = user(text(value, key));
    } else if (key == "expect") {
      if (step.what == Step::What::events) {
        step.events = made(value).as_array();
      } else {
        step.expect = expectation(value);
      }
    } else if (key == "capture") {
      (step.what == Step::What::events ? step.event_texts : step.capture) = text_map(value, key);
    } else if (key == "within") {
      step.within = step.time = seconds(value, key);
    } else if (key == "for") {
      step.each = made(value).as_array();
    } else if (key == "repeat") {
      auto const count = value.as_int64();
      auto const width = std::to_string(count - 1).size();
      for (std::int64_t i = 0; i < count; ++i) {
        std::string number = std::to_string(i);
        step.each.push_back(json::object{{"i", std::string(width - number.size(), '0') + number}});
      }
    } else if (key == "together") {
      step.together = flag(value, key);
    } else if (key == "kubelet") {
      step.kubelet = flag(value, key);
    } else if (key == "project") {
      step.project = texts(value, key);
    } else if (key == "any_order") {
      step.any_order = flag(value, key);
    } else if (key == "until") {
      step.until = made(value);
    } else if (key == "ends") {
      step.ends = flag(value, key);
    } else if (key == "silence") {
      step.silence = flag(value, key);
    } else if (key == "compact") {
      step.revision = value;
    } else if (key == "wait") {
      step.time = seconds(value, key);
    } else if (key == "compared") {
      step.compared = flag(value, key);
    } else {
      throw Failure("a step has no " + key);
    }
  }

  void case_field(Case& result, std::string const& key, json::value const& value) const {
    if (key == "id") {
      return;
    } else if (key == "title") {
      result.title = text(value, key);
    } else if (key == "profiles") {
      result.profiles = texts(value, key);
    } else if (key == "needs") {
      for (auto const& need : texts(value, key)) {
        bool* const known = need == "controllers"  ? &result.controllers
                            : need == "users"      ? &result.users
                            : need == "compaction" ? &result.compaction
                                                   : nullptr;
        if (known == nullptr) throw Failure("no case can need " + need);
        *known = true;
      }
    } else if (key == "slow") {
      result.slow = flag(value, key);
    } else if (key == "compare") {
      for (auto const& [what, how] : value.as_object()) {
        if (what == "revisions") {
          result.revisions = flag(how, key);
        } else if (what == "order_of_causes") {
          result.order_of_causes = flag(how, key);
        } else if (what == "mask") {
          result.mask = texts(how, key);
        } else {
          throw Failure("compare has no " + std::string(what));
        }
      }
    } else if (key == "definitions") {
      result.definitions = texts(value, key);
    } else if (key == "steps") {
      if (!value.is_array()) throw Failure("steps should be a list");
      for (auto const& one : value.get_array()) result.steps.push_back(step(one));
    } else {
      throw Failure("a case has no " + key);
    }
  }

  Suite* suite_;
};

std::string content(std::filesystem::path const& path) {
  std::ifstream stream(path);
  if (!stream) throw Failure("cannot be read");
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

void load_file(Suite& suite, std::filesystem::path const& path, std::set<std::string>& ids) {
  auto const parsed = parse_yaml(content(path));
  if (!parsed) throw Failure(parsed.error());
  Loader const loader(suite);
  if (!parsed->is_array()) throw Failure("it should be a list of cases");
  for (auto const& value : parsed->get_array()) {
    auto one = loader.one_case(value, path.filename().string());
    if (!ids.insert(one.id).second) throw Failure("there are two cases " + one.id);
    suite.cases.push_back(std::move(one));
  }
}

void load_objects(std::map<std::string, json::value>& objects, std::filesystem::path const& path) {
  auto const parsed = parse_yaml(content(path));
  if (!parsed) throw Failure(parsed.error());
  for (auto const& [name, value] : parsed->as_object()) objects[std::string(name)] = value;
}

std::vector<std::filesystem::path> case_files(std::filesystem::path const& folder) {
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::expected<Suite, std::string> load_suite(std::filesystem::path const& folder, std::string const& only_file) {
  Suite suite;
  std::filesystem::path current = folder;
  try {
    load_objects(suite.templates, current = folder / "objects" / "templates.yaml");
    load_objects(suite.definitions, current = folder / "objects" / "definitions.yaml");
    std::set<std::string> ids;
    for (auto const& file : case_files(folder)) {
      if (only_file.empty() || file.filename() == only_file) load_file(suite, current = file, ids);
    }
  } catch (std::exception const& error) {
    return std::unexpected(current.string() + ": " + error.what());
  }
  return suite;
}

std::vector<Listed> list_cases(std::filesystem::path const& folder) {
  static constexpr std::string_view id = "- id: ";
  static constexpr std::string_view profiles = "  profiles: [";
  std::vector<Listed> result;
  for (auto const& file : case_files(folder)) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      if (line.starts_with(id)) {
        result.push_back({line.substr(id.size()), file.filename().string(), every_profile});
      } else if (line.starts_with(profiles) && !result.empty()) {
        result.back().profiles = {line.substr(profiles.size(), line.find(']') - profiles.size())};
      }
    }
  }
  return result;
}

}  // namespace conformance
