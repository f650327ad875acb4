#include "fakeapi/semantics/kinds/deployment_rules.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/names.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

json::object const& object_or_none(json::value const* value) {
  static json::object const none;
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

json::array const& array_or_none(json::value const* value) {
  static json::array const none;
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

std::string_view text_of(json::value const& value) {
  return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

std::string_view text_at(json::value const& value, std::string_view key) {
  return api::find_string(&value, {key}).value_or("");
}

std::vector<std::pair<std::string_view, std::string_view>> sorted(json::object const& map) {
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  for (auto const& [key, value] : map) entries.emplace_back(key, text_of(value));
  std::ranges::sort(entries);
  return entries;
}

// How Go prints a map[string]string with %#v.
std::string go_map(json::value const* value) {
  if (value == nullptr) return "map[string]string(nil)";
  std::string text = "map[string]string{";
  for (auto const& [key, member] : sorted(object_or_none(value))) {
    if (text.back() != '{') text += ", ";
    text += go_value::text(key) + ":" + go_value::text(member);
  }
  return text + "}";
}

std::string go_selector(json::value const* selector) {
  if (selector == nullptr) return "null";
  std::string text = "v1.LabelSelector{MatchLabels:" + go_map(api::find_path(selector, {"matchLabels"})) +
                     ", MatchExpressions:[]v1.LabelSelectorRequirement";
  json::value const* expressions = api::find_path(selector, {"matchExpressions"});
  if (expressions == nullptr) return text + "(nil)}";
  text += "{";
  for (auto const& expression : array_or_none(expressions)) {
    if (text.back() != '{') text += ", ";
    text += "v1.LabelSelectorRequirement{Key:" + go_value::text(text_at(expression, "key")) +
            ", Operator:" + go_value::text(text_at(expression, "operator")) + ", Values:[]string";
    json::value const* values = api::find_path(&expression, {"values"});
    text += values == nullptr ? "(nil)" : "{";
    for (auto const& value : array_or_none(values)) {
      if (text.back() != '{') text += ", ";
      text += go_value::text(text_of(value));
    }
    text += values == nullptr ? "}" : "}}";
  }
  return text + "}}";
}

void check_labels(json::object const& labels, std::string const& field, FieldErrors& errors) {
  for (auto const& [key, value] : labels) {
    for (auto const& message : names::qualified_name(key)) errors.invalid(field, go_value::text(key), message);
    auto const text = text_of(value);
    for (auto const& message : names::label_value(text)) errors.invalid(field, go_value::text(text), message);
  }
}

void check_expressions(json::array const& expressions, std::string const& field, FieldErrors& errors) {
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    auto const at = [&](std::string_view member) {
      return field + "[" + std::to_string(i) + "]." + std::string(member);
    };
    auto const op = text_at(expressions[i], "operator");
    bool const empty = array_or_none(api::find_path(&expressions[i], {"values"})).empty();
    if (op == "In" || op == "NotIn") {
      if (empty) errors.required(at("values"), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (op == "Exists" || op == "DoesNotExist") {
      if (!empty) errors.forbidden(at("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else {
      errors.invalid(at("operator"), go_value::text(op), "not a valid selector operator");
    }
    auto const key = text_at(expressions[i], "key");
    for (auto const& message : names::qualified_name(key)) errors.invalid(at("key"), go_value::text(key), message);
  }
}

bool holds(json::value const& expression, json::object const& labels) {
  auto const op = text_at(expression, "operator");
  json::value const* label = labels.if_contains(text_at(expression, "key"));
  if (op == "Exists") return label != nullptr;
  if (op == "DoesNotExist") return label == nullptr;
  auto const& values = array_or_none(api::find_path(&expression, {"values"}));
  bool const listed = label != nullptr && std::ranges::find(values, *label) != values.end();
  return op == "In" ? listed : !listed;
}

// A selector that is absent matches nothing, an empty one everything.
bool selects(json::value const* selector, json::object const& labels) {
  if (selector == nullptr) return false;
  for (auto const& [key, value] : object_or_none(api::find_path(selector, {"matchLabels"}))) {
    json::value const* label = labels.if_contains(key);
    if (label == nullptr || *label != value) return false;
  }
  return std::ranges::all_of(array_or_none(api::find_path(selector, {"matchExpressions"})),
                             [&](json::value const& expression) { return holds(expression, labels); });
}

void check_not_negative(json::value const& object, std::string_view key, std::string field, FieldErrors& errors) {
  auto const number = api::find_integer(&object, {key});
  if (number && *number < 0) {
    errors.invalid(std::move(field), go_value::number(*number), "must be greater than or equal to 0");
  }
}

void check_port(json::value const& port, std::string const& field, FieldErrors& errors) {
  constexpr std::int64_t highest_port = 65535;
  if (auto const name = text_at(port, "name"); !name.empty()) {
    for (auto const& message : names::port_name(name)) errors.invalid(field + ".name", go_value::text(name), message);
  }
  auto const number = api::find_integer(&port, {"containerPort"}).value_or(0);
  if (number == 0) {
    errors.required(field + ".containerPort");
  } else if (number < 0 || number > highest_port) {
    errors.invalid(field + ".containerPort", go_value::number(number), "must be between 1 and 65535, inclusive");
  }
  static std::array const protocols{std::string("SCTP"), std::string("TCP"), std::string("UDP")};
  if (auto const protocol = text_at(port, "protocol"); std::ranges::find(protocols, protocol) == protocols.end()) {
    errors.not_supported(field + ".protocol", go_value::text(protocol), protocols);
  }
}

void check_container(json::array const& containers, std::size_t index, std::string const& list, FieldErrors& errors) {
  json::value const& container = containers[index];
  auto const at = [&](std::string_view member) {
    return list + "[" + std::to_string(index) + "]." + std::string(member);
  };
  auto const name = text_at(container, "name");
  if (name.empty()) {
    errors.required(at("name"));
  } else {
    for (auto const& message : names::dns1123_label(name)) errors.invalid(at("name"), go_value::text(name), message);
  }
  for (std::size_t i = 0; i < index; ++i) {
    if (name.empty() || text_at(containers[i], "name") != name) continue;
    errors.duplicate(at("name"), go_value::text(name));
    break;
  }
  auto const image = text_at(container, "image");
  if (image.empty()) {
    errors.required(at("image"));
  } else if (image.front() == ' ' || image.back() == ' ') {
    errors.invalid(at("image"), go_value::text(image), "must not have leading or trailing whitespace");
  }
  auto const& ports = array_or_none(api::find_path(&container, {"ports"}));
  for (std::size_t i = 0; i < ports.size(); ++i) {
    check_port(ports[i], list + "[" + std::to_string(index) + "].ports[" + std::to_string(i) + "]", errors);
  }
  static std::array const policies{std::string("Always"), std::string("IfNotPresent"), std::string("Never")};
  if (auto const policy = text_at(container, "imagePullPolicy");
      std::ranges::find(policies, policy) == policies.end()) {
    errors.not_supported(at("imagePullPolicy"), go_value::text(policy), policies);
  }
}

void check_containers(json::value const& pod, std::string_view list, FieldErrors& errors) {
  auto const& containers = array_or_none(api::find_path(&pod, {list}));
  std::string const field = containers.empty() ? std::string() : "spec.template.spec." + std::string(list);
  for (std::size_t i = 0; i < containers.size(); ++i) check_container(containers, i, field, errors);
}

void check_template(json::value const& spec, FieldErrors& errors) {
  json::value const* labels = api::find_path(&spec, {"template", "metadata", "labels"});
  auto const& label_map = object_or_none(labels);
  if (!selects(api::find_path(&spec, {"selector"}), label_map)) {
    errors.invalid("spec.template.metadata.labels", go_map(labels), "`selector` does not match template `labels`");
  }
  check_labels(label_map, "spec.template.metadata.labels", errors);
  json::value const& pod = *api::find_path(&spec, {"template", "spec"});
  if (array_or_none(api::find_path(&pod, {"containers"})).empty()) {
    errors.required("spec.template.spec.containers");
  }
  check_containers(pod, "containers", errors);
  check_containers(pod, "initContainers", errors);
  static std::array const restart{std::string("Always")};
  if (auto const policy = text_at(pod, "restartPolicy"); policy != restart.front()) {
    errors.not_supported("spec.template.spec.restartPolicy", go_value::text(policy), restart);
  }
  if (api::find_path(&pod, {"activeDeadlineSeconds"}) != nullptr) {
    errors.forbidden("spec.template.spec.activeDeadlineSeconds",
                     "activeDeadlineSeconds in ReplicaSet is not Supported");
  }
}

void check_selector(json::value const& spec, FieldErrors& errors) {
  json::value const* selector = api::find_path(&spec, {"selector"});
  if (selector == nullptr) {
    errors.required("spec.selector");
    return;
  }
  auto const& labels = object_or_none(api::find_path(selector, {"matchLabels"}));
  auto const& expressions = array_or_none(api::find_path(selector, {"matchExpressions"}));
  check_labels(labels, "spec.selector.matchLabels", errors);
  check_expressions(expressions, "spec.selector.matchExpressions", errors);
  if (labels.empty() && expressions.empty()) {
    errors.invalid("spec.selector", go_selector(selector), "empty selector is invalid for deployment");
  }
}

void check_strategy(json::value const& spec, FieldErrors& errors) {
  json::value const& strategy = *api::find_path(&spec, {"strategy"});
  static std::array const types{std::string("Recreate"), std::string("RollingUpdate")};
  auto const type = text_at(strategy, "type");
  if (type == "Recreate" && api::find_path(&strategy, {"rollingUpdate"}) != nullptr) {
    errors.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
  }
  if (std::ranges::find(types, type) == types.end()) {
    errors.not_supported("spec.strategy", go_value::text(type), types);
  }
}

}  // namespace

void validate_deployment_spec(json::value const& spec, json::value const* stored, FieldErrors& errors) {
  check_not_negative(spec, "replicas", "spec.replicas", errors);
  check_selector(spec, errors);
  check_template(spec, errors);
  check_strategy(spec, errors);
  check_not_negative(spec, "minReadySeconds", "spec.minReadySeconds", errors);
  check_not_negative(spec, "revisionHistoryLimit", "spec.revisionHistoryLimit", errors);
  check_not_negative(spec, "progressDeadlineSeconds", "spec.progressDeadlineSeconds", errors);
  auto const deadline = api::find_integer(&spec, {"progressDeadlineSeconds"}).value_or(0);
  if (deadline <= api::find_integer(&spec, {"minReadySeconds"}).value_or(0)) {
    errors.invalid("spec.progressDeadlineSeconds", go_value::number(deadline), "must be greater than minReadySeconds");
  }
  if (stored == nullptr) return;
  json::value const* before = api::find_path(stored, {"selector"});
  json::value const* after = api::find_path(&spec, {"selector"});
  bool const same = before == nullptr || after == nullptr ? before == after : api::equal_json(*before, *after);
  if (!same) errors.invalid("spec.selector", go_selector(after), "field is immutable");
}

void validate_deployment_status(json::value const& status, FieldErrors& errors) {
  constexpr std::string_view counters[] = {"observedGeneration", "replicas",          "updatedReplicas",
                                           "readyReplicas",      "availableReplicas", "unavailableReplicas"};
  for (auto const counter : counters) check_not_negative(status, counter, "status." + std::string(counter), errors);
  auto const count = [&](std::string_view key) { return api::find_integer(&status, {key}).value_or(0); };
  auto const at_most = [&](std::string_view key, std::string_view limit) {
    if (count(key) <= count(limit)) return;
    errors.invalid("status." + std::string(key), go_value::number(count(key)),
                   "cannot be greater than " + std::string(limit == "replicas" ? "status.replicas" : limit));
  };
  at_most("updatedReplicas", "replicas");
  at_most("readyReplicas", "replicas");
  at_most("availableReplicas", "replicas");
  at_most("availableReplicas", "readyReplicas");
}

std::string selector_text(json::value const* selector) {
  if (selector == nullptr) return "";
  // Requirements come in the order of their keys.
  std::vector<std::pair<std::string_view, std::string>> requirements;
  for (auto const& [key, value] : object_or_none(api::find_path(selector, {"matchLabels"}))) {
    requirements.emplace_back(key, std::string(key) + "=" + std::string(text_of(value)));
  }
  for (auto const& expression : array_or_none(api::find_path(selector, {"matchExpressions"}))) {
    auto const key = text_at(expression, "key");
    auto const op = text_at(expression, "operator");
    std::vector<std::string_view> values;
    for (auto const& value : array_or_none(api::find_path(&expression, {"values"}))) values.push_back(text_of(value));
    std::ranges::sort(values);
    std::string text = op == "DoesNotExist" ? "!" + std::string(key) : std::string(key);
    if (op == "In" || op == "NotIn") {
      text += op == "In" ? " in (" : " notin (";
      for (auto const value : values) text.append(text.back() == '(' ? "" : ",").append(value);
      text += ")";
    }
    requirements.emplace_back(key, std::move(text));
  }
  std::ranges::sort(requirements);
  std::string all;
  for (auto const& [key, text] : requirements) all.append(all.empty() ? "" : ",").append(text);
  return all;
}

}  // namespace fakeapi
