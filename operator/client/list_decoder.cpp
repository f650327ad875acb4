#include "operator/client/list_decoder.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "operator/api/object_json.hpp"

namespace client {
namespace {

namespace json = boost::json;

// As deep as answers are read elsewhere.
constexpr std::size_t most_depth = 512;

using Path = std::vector<std::string>;

Path split(std::string_view dotted) {
  Path path;
  for (;;) {
    auto const dot = dotted.find('.');
    path.emplace_back(dotted.substr(0, dot));
    if (dot == std::string_view::npos) return path;
    dotted.remove_prefix(dot + 1);
  }
}

/// What Boost.JSON's parser calls as it goes. Members of the list itself are built on one stack, each item on another.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit Handler(std::vector<std::string> const& trim) {
    for (auto const& path : trim) trim_.push_back(split(path));
  }

  bool on_document_begin(json::error_code& /*error*/) {
    list_.reset();
    return true;
  }
  bool on_document_end(json::error_code& /*error*/) { return true; }

  bool on_object_begin(json::error_code& error) {
    if (levels_.empty()) {
      levels_.push_back({Level::Kind::list, 0});
      return true;
    }
    return begin(Level::Kind::object, error);
  }
  bool on_object_end(std::size_t size, json::error_code& error) {
    if (skipping_ > 0) return end_skipped();
    Level const level = levels_.back();
    levels_.pop_back();
    stack().push_object(size - level.left_out);
    if (level.kind != Level::Kind::list) return ended(error);
    result_ = list_.release();
    return true;
  }
  bool on_array_begin(json::error_code& error) {
    if (skipping_ == 0 && at_items()) {
      levels_.push_back({Level::Kind::items, 0});
      return true;
    }
    return begin(Level::Kind::array, error);
  }
  bool on_array_end(std::size_t size, json::error_code& error) {
    if (skipping_ > 0) return end_skipped();
    Level const level = levels_.back();
    levels_.pop_back();
    if (level.kind == Level::Kind::items) {
      items_next_ = false;
      return true;
    }
    stack().push_array(size);
    return ended(error);
  }

  bool on_key_part(json::string_view text, std::size_t /*size*/, json::error_code& /*error*/) {
    key_.append(text.data(), text.size());
    return true;
  }
  bool on_key(json::string_view text, std::size_t /*size*/, json::error_code& /*error*/) {
    key_.append(text.data(), text.size());
    if (skipping_ == 0) take_key();
    key_.clear();
    return true;
  }

  bool on_string_part(json::string_view text, std::size_t /*size*/, json::error_code& error) {
    if (skipping_ > 0 || skip_next_) return true;
    if (!is_item_value("a text", error)) return false;
    stack().push_chars(text);
    return true;
  }
  bool on_string(json::string_view text, std::size_t /*size*/, json::error_code& error) {
    return scalar("a text", error, [&] { stack().push_string(text); });
  }
  bool on_number_part(json::string_view /*text*/, json::error_code& /*error*/) { return true; }
  bool on_int64(std::int64_t number, json::string_view /*text*/, json::error_code& error) {
    return scalar("a number", error, [&] { stack().push_int64(number); });
  }
  bool on_uint64(std::uint64_t number, json::string_view /*text*/, json::error_code& error) {
    return scalar("a number", error, [&] { stack().push_uint64(number); });
  }
  bool on_double(double number, json::string_view /*text*/, json::error_code& error) {
    return scalar("a number", error, [&] { stack().push_double(number); });
  }
  bool on_bool(bool value, json::error_code& error) {
    return scalar("a boolean", error, [&] { stack().push_bool(value); });
  }
  bool on_null(json::error_code& error) {
    if (skipping_ == 0 && at_items()) {
      items_next_ = false;
      return true;
    }
    return scalar("null", error, [&] { stack().push_null(); });
  }
  bool on_comment_part(json::string_view /*text*/, json::error_code& /*error*/) { return true; }
  bool on_comment(json::string_view /*text*/, json::error_code& /*error*/) { return true; }

  std::string const& error() const { return error_; }
  std::vector<std::shared_ptr<api::Object>>& objects() { return objects_; }
  json::value const& result() const { return result_; }

 private:
  struct Level {
    enum class Kind : std::uint8_t { list, items, object, array };
    Kind kind = Kind::object;
    std::size_t left_out = 0;  ///< members that were trimmed
  };

  bool in_item() const { return levels_.size() > 2 && levels_[1].kind == Level::Kind::items; }
  /// The value that comes is that of the list's `items`.
  bool at_items() const { return items_next_ && levels_.size() == 1; }
  bool at_item() const { return levels_.size() == 2 && levels_[1].kind == Level::Kind::items; }
  json::value_stack& stack() { return in_item() || at_item() ? item_ : list_; }

  bool fail(std::string what, json::error_code& error) {
    error_ = std::move(what);
    error = json::error::syntax;
    return false;
  }

  void take_key() {
    Level& level = levels_.back();
    if (level.kind == Level::Kind::list && key_ == "items") {
      items_next_ = true;
      ++level.left_out;
      return;
    }
    if (in_item() && level.kind == Level::Kind::object) {
      // The path from the item's root: one key for each object around this one.
      path_.resize(levels_.size() - 3);
      if (!trim_.empty()) {
        path_.push_back(key_);
        if (std::ranges::find(trim_, path_) != trim_.end()) {
          skip_next_ = true;
          ++level.left_out;
          return;
        }
      }
    }
    stack().push_key(json::string_view(key_.data(), key_.size()));
  }

  bool begin(Level::Kind kind, json::error_code& error) {
    if (skipping_ > 0 || skip_next_) {
      skip_next_ = false;
      ++skipping_;
      return true;
    }
    if (levels_.empty()) return fail("it is no object", error);
    if (at_items()) return fail("items is no list", error);
    if (at_item()) {
      if (kind != Level::Kind::object) return fail(item_name() + ": must be an object", error);
      item_.reset();
      path_.clear();
    } else if (kind == Level::Kind::array && in_item()) {
      // Nothing inside a list has a path.
      path_.resize(levels_.size() - 2);
    }
    levels_.push_back({kind, 0});
    return true;
  }
  bool end_skipped() {
    --skipping_;
    return true;
  }

  bool ended(json::error_code& error) {
    if (!at_item()) return true;
    auto object = api::object_from_json(item_.release());
    if (!object) return fail(item_name() + ": " + object.error(), error);
    objects_.push_back(std::make_shared<api::Object>(*std::move(object)));
    return true;
  }

  template <class Push>
  bool scalar(std::string_view what, json::error_code& error, Push const& push) {
    if (skipping_ > 0) return true;
    if (std::exchange(skip_next_, false)) return true;
    if (!is_item_value(what, error)) return false;
    push();
    return true;
  }
  /// A value that is neither object nor list has its place everywhere but as the list itself and as one of its items.
  bool is_item_value(std::string_view what, json::error_code& error) {
    if (levels_.empty()) return fail("it is no object", error);
    if (at_items()) return fail("items is no list", error);
    if (at_item()) return fail(item_name() + ": must be an object, not " + std::string(what), error);
    return true;
  }
  std::string item_name() const { return "items[" + std::to_string(objects_.size()) + "]"; }

  std::vector<Path> trim_;
  json::value_stack list_;
  json::value_stack item_;
  std::vector<Level> levels_;
  Path path_;  ///< of the member that came last, in the item
  std::string key_;
  bool items_next_ = false;
  bool skip_next_ = false;    ///< the value that comes is trimmed
  std::size_t skipping_ = 0;  ///< containers open in what is trimmed
  std::vector<std::shared_ptr<api::Object>> objects_;
  json::value result_;
  std::string error_;
};

json::parse_options parse_options() {
  json::parse_options options;
  options.max_depth = most_depth;
  return options;
}

}  // namespace

class ListDecoder::Impl {
 public:
  explicit Impl(std::vector<std::string> const& trim) : parser_(parse_options(), trim) {}

  bool feed(std::string_view bytes) {
    if (!error_.empty()) return false;
    while (!bytes.empty()) {
      if (parser_.done()) {
        // After the end only blanks may come.
        if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
        error_ = "something follows its end";
        return false;
      }
      json::error_code error;
      std::size_t const used = parser_.write_some(true, bytes.data(), bytes.size(), error);
      if (error) {
        error_ = parser_.handler().error().empty() ? "it is not JSON: " + error.message() : parser_.handler().error();
        return false;
      }
      bytes.remove_prefix(used);
    }
    return true;
  }

  std::string const& error() const { return error_; }
  std::size_t items() { return parser_.handler().objects().size(); }

  std::expected<api::ObjectList, std::string> finish() {
    if (error_.empty() && !parser_.done()) error_ = "it ends too early";
    if (!error_.empty()) return std::unexpected(error_);
    json::value const& head = parser_.handler().result();
    api::ObjectList list;
    auto const text = [&](std::initializer_list<std::string_view> path) {
      return std::string(api::find_string(&head, path).value_or(""));
    };
    if (auto const version = api::detail::parse_resource_version(text({"metadata", "resourceVersion"})))
      list.resource_version = *version;
    list.continue_token = text({"metadata", "continue"});
    list.remaining_item_count = api::find_integer(&head, {"metadata", "remainingItemCount"});
    // The items of Go's own types do not say what they are; the list does.
    std::string kind = text({"kind"});
    if (kind.ends_with("List")) kind.resize(kind.size() - std::string_view("List").size());
    std::string const api_version = text({"apiVersion"});
    auto& objects = parser_.handler().objects();
    list.items.reserve(objects.size());
    for (auto& object : objects) {
      if (object->kind.empty()) object->kind = kind;
      if (object->api_version.empty()) object->api_version = api_version;
      list.items.push_back(std::move(object));
    }
    return list;
  }

 private:
  json::basic_parser<Handler> parser_;
  std::string error_;
};

ListDecoder::ListDecoder(std::vector<std::string> const& trim) : impl_(std::make_unique<Impl>(trim)) {}
ListDecoder::~ListDecoder() = default;
bool ListDecoder::feed(std::string_view bytes) { return impl_->feed(bytes); }
std::string const& ListDecoder::error() const { return impl_->error(); }
std::size_t ListDecoder::items() const { return impl_->items(); }
std::expected<api::ObjectList, std::string> ListDecoder::finish() { return impl_->finish(); }

}  // namespace client
