#include "tests/conformance/normalise.hpp"
#include "tests/conformance/shortened.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <map>
#include <optional>
#include <set>

namespace conformance {
namespace {

namespace json = boost::json;

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t number = 0;
  auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

/// base64url without padding.
std::optional<std::string> base64url(std::string_view text) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string result;
  std::uint32_t bits = 0;
  int count = 0;
  for (char const c : text) {
    auto const value = alphabet.find(c);
    if (value == alphabet.npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      result += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
    }
  }
  return result;
}

std::string sort_key(json::value const& item) {
  auto const* object = item.if_object();
  if (object == nullptr) return "";
  if (auto const* inner = object->if_contains("object"); inner != nullptr && inner->is_object() && object->size() <= 2)
    return sort_key(*inner);
  auto const* metadata = object->if_contains("metadata");
  if (metadata == nullptr || !metadata->is_object()) return "";
  std::string key;
  for (auto const* name : {"namespace", "name"}) {
    if (auto const* text = metadata->get_object().if_contains(name); text != nullptr && text->is_string())
      key += std::string(text->get_string()) + "/";
  }
  return key;
}

class Normaliser {
 public:
  Normaliser(Outcome const& outcome, Case const& one) : outcome_(&outcome), case_(&one) {}

  json::array run() {
    json::value tree = shaped(json::value(outcome_->transcript), "");
    gather(tree);
    std::uint64_t rank = 0;
    for (auto& [number, name] : ranks_) name = case_->revisions ? "rv" + std::to_string(++rank) : "rv";
    return renamed(tree, "").as_array();
  }

 private:
  /// Orders that mean nothing, made the same; tokens opened.
  json::value shaped(json::value const& value, std::string_view key) {
    if (auto const* array = value.if_array()) {
      json::array result;
      for (auto const& item : *array) result.push_back(shaped(item, ""));
      if (key == "items" || key == "rows")
        std::ranges::sort(result, {}, [](json::value const& item) { return sort_key(item); });
      if (key == "causes" && !case_->order_of_causes)
        std::ranges::sort(result, {}, [](json::value const& item) { return json::serialize(item); });
      if (key == "events") result = shaped_events(std::move(result));
      if (key == "conditions") return by_type(result);
      return result;
    }
    if (auto const* object = value.if_object()) {
      json::object result;
      for (auto const& [name, member] : *object) {
        std::string_view const text(name);
        if (std::ranges::find(case_->mask, text) != case_->mask.end() || text == "storageVersionHash" ||
            (key == "columnDefinitions[]" && text == "description")) {
          result[name] = "…";
        } else if (key == "managedFields[]" && text == "time") {
          continue;
        } else if ((text == "managedFields" || text == "columnDefinitions") && member.is_array()) {
          json::array entries;
          for (auto const& entry : member.get_array()) entries.push_back(shaped(entry, std::string(text) + "[]"));
          result[name] = std::move(entries);
        } else if (text == "continue" && member.is_string() && !member.get_string().empty()) {
          result[name] = opened(member.get_string());
        } else {
          result[name] = shaped(member, text);
        }
      }
      return result;
    }
    return value;
  }

  static json::value opened(std::string_view token) {
    auto const text = base64url(token);
    if (!text) return json::value(json::string(token));
    boost::system::error_code error;
    auto content = json::parse(*text, error);
    if (error) return json::value(json::string(token));
    if (auto* object = content.if_object()) {
      // A number here, a text elsewhere.
      if (auto* rv = object->if_contains("rv"); rv != nullptr && rv->is_int64() && rv->get_int64() > 0) {
        auto number = std::to_string(rv->get_int64());
        object->erase("rv");
        (*object)["resourceVersion"] = number;
      }
    }
    return content;
  }

  static json::array shaped_events(json::array events) {
    auto const live = std::ranges::find_if(events, [](json::value const& event) {
      auto const* object = event.if_object();
      return object == nullptr || !object->contains("type") || object->at("type") != "ADDED";
    });
    std::ranges::sort(events.begin(), live, {}, [](json::value const& event) { return sort_key(event); });
    json::array result;
    for (auto& event : events) {
      auto const* object = event.if_object();
      bool const bookmark = object != nullptr && object->contains("type") && object->at("type") == "BOOKMARK";
      if (bookmark && !result.empty() && result.back() == event) continue;
      result.push_back(std::move(event));
    }
    return result;
  }

  static json::value by_type(json::array const& conditions) {
    json::object result;
    for (auto const& condition : conditions) {
      auto const* object = condition.if_object();
      if (object == nullptr || !object->contains("type") || !object->at("type").is_string()) return conditions;
      result[object->at("type").get_string()] = condition;
    }
    if (result.size() != conditions.size()) return conditions;
    return result;
  }

  static std::vector<re2::RE2 const*> const& revisions_in_text() {
    static re2::RE2 const too_large("resource version: ([0-9]+), current: ([0-9]+)");
    static re2::RE2 const too_old(R"(too old resource version: ([0-9]+) \(([0-9]+)\))");
    static std::vector<re2::RE2 const*> const all{&too_large, &too_old};
    return all;
  }

  void gather(json::value const& value) {
    if (auto const* array = value.if_array()) {
      for (auto const& item : *array) gather(item);
    } else if (auto const* object = value.if_object()) {
      for (auto const& [name, member] : *object) {
        if (name == "resourceVersion" && member.is_string()) {
          if (auto const number = decimal(member.get_string()); number && *number > 0) ranks_[*number];
        } else {
          gather(member);
        }
      }
    } else if (auto const* text = value.if_string()) {
      for (auto const* pattern : revisions_in_text()) {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        if (re2::RE2::PartialMatch(re2::StringPiece(text->data(), text->size()), *pattern, &first, &second)) {
          ranks_[first];
          ranks_[second];
        }
      }
    }
  }

  std::string rank(std::uint64_t number) const {
    auto const found = ranks_.find(number);
    return found == ranks_.end() ? std::to_string(number) : found->second;
  }

  static void replace_all(std::string& text, std::string const& from, std::string const& to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }

  std::string renamed_text(std::string text) {
    if (text.size() > 100'000) return text;
    for (auto const& [from, to] : outcome_->names) replace_all(text, from, to);
    for (auto const* pattern : revisions_in_text()) {
      re2::StringPiece first;
      re2::StringPiece second;
      if (!re2::RE2::PartialMatch(text, *pattern, &first, &second)) continue;
      auto const at = [&](re2::StringPiece piece) { return static_cast<std::size_t>(piece.data() - text.data()); };
      auto const ranked = [&](re2::StringPiece piece) {
        return rank(*decimal(std::string_view(piece.data(), piece.size())));
      };
      text = text.substr(0, at(first)) + ranked(first) +
             text.substr(at(first) + first.size(), at(second) - at(first) - first.size()) + ranked(second) +
             text.substr(at(second) + second.size());
      break;
    }
    static re2::RE2 const uid("([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})");
    std::string found;
    while (re2::RE2::PartialMatch(text, uid, &found)) {
      auto const number = uids_.try_emplace(found, uids_.size() + 1).first->second;
      replace_all(text, found, "uid" + std::to_string(number));
    }
    static re2::RE2 const micro_time(R"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)");
    static re2::RE2 const time("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
    static re2::RE2 const go_time(R"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} \+0000 UTC)");
    static re2::RE2 const hash(R"(\b[bcdfghjklmnpqrstvwxz2456789]{6,10}\b)");
    static re2::RE2 const suffix(R"(-[bcdfghjklmnpqrstvwxz2456789]{5}\b)");
    static re2::RE2 const event(R"(\.[0-9a-f]{15,16}\b)");
    static re2::RE2 const pointer("0xc[0-9a-f]{6,}");
    static re2::RE2 const decoder(R"((cannot be handled as an? \w+: ).*error found in #.*)");
    re2::RE2::GlobalReplace(&text, decoder, "\\1GO'S DECODER");
    re2::RE2::GlobalReplace(&text, micro_time, "TIME.micro");
    re2::RE2::GlobalReplace(&text, time, "TIME");
    re2::RE2::GlobalReplace(&text, go_time, "GO-TIME");
    re2::RE2::GlobalReplace(&text, hash, "HASH");
    re2::RE2::GlobalReplace(&text, suffix, "-SUFFIX");
    re2::RE2::GlobalReplace(&text, event, ".EVENT");
    re2::RE2::GlobalReplace(&text, pointer, "POINTER");
    return text;
  }

  json::value renamed(json::value const& value, std::string_view key) {
    if (auto const* array = value.if_array()) {
      json::array result;
      bool const cells = key == "cells" || key.ends_with(".cells");  // of a Table, or of what a step projects of one
      for (auto const& item : *array) result.push_back(renamed(item, cells ? "cells" : ""));
      return result;
    }
    if (auto const* object = value.if_object()) {
      // In the order of names: numbers are given by first appearance, and servers order members differently.
      std::map<std::string, json::value const*> sorted;
      for (auto const& [name, member] : *object) sorted.emplace(name, &member);
      json::object result;
      for (auto const& [name, member] : sorted) result[renamed_text(name)] = renamed(*member, name);
      return result;
    }
    if (auto const* text = value.if_string()) {
      std::string plain(*text);
      if (key == "message" && !case_->order_of_causes) {
        // The causes are in the order of a hash table; they are compared by themselves.
        if (auto const list = plain.find(" is invalid: ["); list != plain.npos) plain.resize(list);
      }
      if (key == "resourceVersion") {
        auto const number = decimal(plain);
        return json::value(json::string(number ? rank(*number) : plain));
      }
      static re2::RE2 const age("([0-9]+[smhdy]){1,2}");
      if (key == "cells" && (re2::RE2::FullMatch(plain, age) || plain == "<unknown>")) return "AGE";
      return json::value(json::string(renamed_text(std::move(plain))));
    }
    return value;
  }

  Outcome const* outcome_;
  Case const* case_;
  std::map<std::uint64_t, std::string> ranks_;
  std::map<std::string, std::size_t> uids_;
};

std::string shown(json::value const* value) {
  if (value == nullptr) return "nothing";
  return shortened(json::serialize(*value), 1200);
}

/// What an answer came to, in short.
std::string brief(json::object const& answer) {
  std::string text = json::serialize(answer.at("status"));
  auto const* body = answer.if_contains("body");
  auto const* message = body == nullptr || !body->is_object() ? nullptr : body->get_object().if_contains("message");
  if (message != nullptr) return text + " " + shown(message);
  return text + (body == nullptr ? "" : " " + shortened(shown(body), 200));
}

/// Two answers of different status: what is in their bodies says no more.
bool differ_in_status(json::object const& theirs, json::object const& ours) {
  auto const* a = theirs.if_contains("status");
  auto const* b = ours.if_contains("status");
  return a != nullptr && b != nullptr && a->is_int64() && b->is_int64() && *a != *b && theirs.contains("headers");
}

void compare(json::value const* theirs, json::value const* ours, std::string const& path,
             std::vector<std::string>& result) {
  if (theirs != nullptr && ours != nullptr) {
    if (*theirs == *ours) return;
    if (theirs->is_object() && ours->is_object()) {
      if (differ_in_status(theirs->get_object(), ours->get_object())) {
        result.push_back(path + "\n      real: " + brief(theirs->get_object()) +
                         "\n      ours: " + brief(ours->get_object()));
        return;
      }
      std::set<std::string> names;
      for (auto const& [name, member] : theirs->get_object()) names.insert(name);
      for (auto const& [name, member] : ours->get_object()) names.insert(name);
      for (auto const& name : names)
        compare(theirs->get_object().if_contains(name), ours->get_object().if_contains(name), path + "." + name,
                result);
      return;
    }
    if (theirs->is_array() && ours->is_array()) {
      auto const& a = theirs->get_array();
      auto const& b = ours->get_array();
      for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        std::string inner = path + "[" + std::to_string(i) + "]";
        if (i < a.size() && a[i].is_object() && a[i].get_object().contains("step"))
          inner = a[i].get_object().at("step").as_string();
        compare(i < a.size() ? &a[i] : nullptr, i < b.size() ? &b[i] : nullptr, inner, result);
      }
      return;
    }
  }
  result.push_back(path + "\n      real: " + shown(theirs) + "\n      ours: " + shown(ours));
}

}  // namespace

json::array normalised(Outcome const& outcome, Case const& one) { return Normaliser(outcome, one).run(); }

std::vector<std::string> differences(json::value const& theirs, json::value const& ours) {
  std::vector<std::string> result;
  compare(&theirs, &ours, "", result);
  return result;
}

}  // namespace conformance
