// What the rules of compiled-in kinds are written with: places, looks into JSON, and the rules that many kinds share.
// Texts and their order are the real server's.
#pragma once
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/names.hpp"

namespace fakeapi::rules {

/// A place in an object, for error messages: text is made only when there is an error. A place refers to the one it was
/// made from, which must live longer.
class Where {
 public:
  explicit Where(std::string_view name) : name_(name) {}
  Where(Where const& parent, std::string_view child) : parent_(&parent), name_(child) {}
  Where(Where const& parent, std::size_t index) : parent_(&parent), index_(static_cast<std::ptrdiff_t>(index)) {}
  Where(Where const&& parent, std::string_view child) = delete;
  Where(Where const&& parent, std::size_t index) = delete;

  /// "spec.containers[0]".
  std::string text() const;
  /// Of a child: "spec.containers[0].name".
  std::string text(std::string_view child) const { return text() + "." + std::string(child); }
  /// Of an item: "spec.finalizers[0]".
  std::string text(std::size_t index) const { return text() + "[" + std::to_string(index) + "]"; }
  /// Of the value of a key: "data[a]".
  std::string key(std::string_view key) const { return text() + "[" + std::string(key) + "]"; }

 private:
  Where const* parent_ = nullptr;
  std::string_view name_;
  std::ptrdiff_t index_ = -1;
};

/// Finds what occurs twice in a list; mostly there are few items.
class Seen {
 public:
  /// False if the text was there before. The text must outlive this.
  bool insert(std::string_view text) {
    if (many_.empty()) {
      for (auto const known : few_) {
        if (known == text) return false;
      }
      few_.push_back(text);
      constexpr std::size_t most_few = 32;
      if (few_.size() > most_few) many_.insert(few_.begin(), few_.end());
      return true;
    }
    return many_.insert(text).second;
  }

 private:
  std::vector<std::string_view> few_;
  std::set<std::string_view> many_;  // in use when not empty
};

// Looks into canonical JSON. What is not there reads as empty.
boost::json::value const* find(boost::json::value const& object, std::string_view key);
inline bool has(boost::json::value const& object, std::string_view key) { return find(object, key) != nullptr; }
std::string_view text_of(boost::json::value const& value);
std::string_view text_at(boost::json::value const& object, std::string_view key);
std::optional<std::int64_t> integer_at(boost::json::value const& object, std::string_view key);
bool is_true(boost::json::value const& object, std::string_view key);
boost::json::object const& object_at(boost::json::value const& object, std::string_view key);
boost::json::array const& array_at(boost::json::value const& object, std::string_view key);
/// The keys of a map in their order: Go walks maps in any, we in this one.
std::vector<std::string_view> sorted_keys(boost::json::object const& map);
/// Equal, where absent equals only absent.
bool same(boost::json::value const* a, boost::json::value const* b);

inline bool is_one_of(std::span<std::string_view const> words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

// Rules.
void check_not_negative(std::int64_t number, std::string field, FieldErrors& errors);
void check_not_negative(boost::json::value const& object, std::string_view key, Where const& where,
                        FieldErrors& errors);
/// Appends one error for each message.
void invalid(std::string const& field, std::string_view text, names::Messages const& messages, FieldErrors& errors);
/// "Unsupported value" unless `text` is one of `words`, which are named in their order.
void check_word(std::string_view text, std::string field, std::span<std::string_view const> words, FieldErrors& errors);
void check_port_number(std::int64_t port, std::string const& field, FieldErrors& errors);
/// A port by number or name.
void check_port_reference(boost::json::value const& port, std::string const& field, FieldErrors& errors);
void check_labels(boost::json::object const& labels, std::string const& field, FieldErrors& errors);
/// Each error of ValidateLabelSelector; null is no selector and fine.
void check_selector(boost::json::value const* selector, Where const& where, FieldErrors& errors);
/// "5", "25%".
void check_count_or_percent(boost::json::value const& value, std::string const& field, FieldErrors& errors);
void check_at_most_100_percent(boost::json::value const& value, std::string const& field, FieldErrors& errors);
/// The number of "25%" or 25.
std::int64_t count_or_percent(boost::json::value const& value);

/// Whether a selector can be evaluated at all: keys, operators and values are right.
bool is_usable_selector(boost::json::value const* selector);
/// Whether a usable selector selects an object with these labels. One that is absent selects nothing, an empty one
/// everything.
bool selects(boost::json::value const* selector, boost::json::object const& labels);
bool is_empty_selector(boost::json::value const* selector);
/// As the scale subresource tells it: "app=x,tier in (a,b)".
std::string selector_text(boost::json::value const* selector);

}  // namespace fakeapi::rules

namespace fakeapi::go_value {

/// %#v of a map[string]string.
std::string map(boost::json::value const* value);
/// %#v of a metav1.LabelSelector; "null" of none.
std::string selector(boost::json::value const* value);
/// %#v of a []string.
std::string strings(boost::json::value const* value);
/// %#v of an intstr.IntOrString.
std::string int_or_string(boost::json::value const& value);
/// %#v of a pointer to a `type`: an address, which is another one each time, or nil.
std::string pointer(std::string_view type, bool set);

}  // namespace fakeapi::go_value
