#include "fakeapi/semantics/field_validation.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/types/type.hpp"
#include "operator/api/patch_detail.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;
using api::FieldValidation;

/// No more are reported.
constexpr std::size_t most_reported = 100;

class Finder {
 public:
  explicit Finder(bool modern) : modern_(modern) {}

  void look_into(types::Type const& type, json::value const& value) {
    if (type.form == types::Form::structure && value.is_object()) {
      for (auto const& [name, member] : value.get_object()) {
        auto const* field = type.field(name);
        bool const known = field != nullptr && (modern_ || !field->modern);
        at(name, [&] { known ? look_into(*field->type, member) : report(); });
      }
    } else if (type.form == types::Form::map && value.is_object() && type.element != nullptr) {
      for (auto const& [name, member] : value.get_object()) at(name, [&] { look_into(*type.element, member); });
    } else if (type.form == types::Form::list && value.is_array() && type.element != nullptr) {
      for_items(value.get_array(), [&](json::value const& item) { look_into(*type.element, item); });
    }
  }

  void look_into(Schema const& schema, json::value const& value) {
    if (value.is_object()) {
      for (auto const& [name, member] : value.get_object()) {
        Schema const* inner = schema.property(name);
        if (inner == nullptr) inner = schema.additional.get();
        bool const known = inner != nullptr || schema.keeps(name);
        at(name, [&] {
          if (inner != nullptr) look_into(*inner, member);
          if (!known) report();
        });
      }
    } else if (value.is_array() && schema.items != nullptr) {
      for_items(value.get_array(), [&](json::value const& item) { look_into(*schema.items, item); });
    }
  }

  template <class Visit>
  void at(std::string_view name, Visit const& visit) {
    auto const length = path_.size();
    if (!path_.empty()) path_ += '.';
    path_ += name;
    visit();
    path_.resize(length);
  }

  void report() {
    if (found_.size() < most_reported) found_.push_back(path_);
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  template <class Visit>
  void for_items(json::array const& items, Visit const& visit) {
    auto const length = path_.size();
    for (std::size_t i = 0; i < items.size(); ++i) {
      path_ += '[' + std::to_string(i) + ']';
      visit(items[i]);
      path_.resize(length);
    }
  }

  bool modern_;
  std::string path_;
  std::vector<std::string> found_;
};

// The metadata that has no member of its own, and is known all the same.
bool is_known_metadata(std::string_view name) { return name == "managedFields" || name == "selfLink"; }

FieldValidation directive(Call const& call) {
  if (call.state.options.profile != Profile::modern) return FieldValidation::ignore;
  auto const* options = call.request.write_options();
  auto const asked = options != nullptr ? options->field_validation : FieldValidation::unset;
  return asked == FieldValidation::unset ? FieldValidation::warn : asked;
}

// One text for each mistake; empty if there are none.
std::vector<std::string> mistakes(Call const& call, api::Object const* object) {
  std::vector<std::string> found;
  if (auto const* duplicates = call.context.duplicate_fields) {
    for (auto const& field : *duplicates) found.push_back("duplicate field " + go_value::text(field));
  }
  if (object != nullptr) {
    for (auto const& field : unknown_fields(call.kind(), *object, true)) {
      found.push_back("unknown field " + go_value::text(field));
    }
  }
  return found;
}

// The text of the refusal, or nothing.
std::optional<std::string> refusal(Call const& call, api::Object const* object) {
  auto const wanted = directive(call);
  if (wanted == FieldValidation::ignore) return std::nullopt;
  auto const found = mistakes(call, object);
  if (found.empty()) return std::nullopt;
  if (wanted == FieldValidation::warn) {
    auto* const report = call.context.report;
    if (report != nullptr) report->warnings.insert(report->warnings.end(), found.begin(), found.end());
    return std::nullopt;
  }
  std::string text = "strict decoding error: ";
  for (auto const& mistake : found) text += (&mistake == &found.front() ? "" : ", ") + mistake;
  return text;
}

}  // namespace

std::vector<std::string> unknown_fields(Kind const& kind, api::Object const& object, bool modern) {
  Finder finder(modern);
  auto const* type =
      kind.strategy->built_in ? types::find_kind(kind.resource.group, kind.resource.version, kind.kind) : nullptr;
  auto const look_at = [&](std::string_view name, json::value const& value) {
    finder.at(name, [&] {
      auto const* field = type != nullptr ? type->field(name) : nullptr;
      Schema const* schema = kind.schema ? kind.schema->property(name) : nullptr;
      if (kind.schema && schema == nullptr) schema = kind.schema->additional.get();
      if (field != nullptr) {
        finder.look_into(*field->type, value);
      } else if (schema != nullptr) {
        finder.look_into(*schema, value);
      } else if (type != nullptr || (kind.schema && !kind.schema->keeps(name))) {
        finder.report();
      }
    });
  };
  if (object.metadata.rest) {
    finder.at("metadata", [&] {
      for (auto const& [name, value] : object.metadata.rest->get_object()) {
        if (!is_known_metadata(name)) finder.at(name, [&] { finder.report(); });
      }
    });
  }
  if (object.spec) look_at("spec", *object.spec);
  if (object.status) look_at("status", *object.status);
  if (object.rest) {
    for (auto const& [name, value] : object.rest->get_object()) look_at(name, value);
  }
  auto found = finder.take();
  if (!kind.strategy->built_in) std::ranges::sort(found);
  return found;
}

std::optional<api::Error> validate_fields(Call const& call, api::Object const& sent) {
  auto const text = refusal(call, &sent);
  if (!text) return std::nullopt;
  Kind const& kind = call.kind();
  return status::bad_request(kind.kind + " in version \"" + kind.resource.version + "\" cannot be handled as a " +
                             kind.kind + ": " + *text);
}

std::optional<api::Error> validate_patched_fields(Call const& call, api::Object const& patched) {
  auto const text = refusal(call, &patched);
  if (!text) return std::nullopt;
  return api::detail::unreadable_result(json::serialize(api::object_to_json(patched)), *text);
}

std::optional<api::Error> validate_applied_fields(Call const& call) {
  auto const text = refusal(call, nullptr);
  if (!text) return std::nullopt;
  return status::bad_request("error strict decoding YAML: " + *text);
}

}  // namespace fakeapi
