#include "operator/manifest/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <spanstream>
#include <utility>
#include <vector>

#include "operator/manifest/resolve.hpp"
#include "operator/manifest/yaml_syntax.hpp"

namespace manifest {
namespace {

namespace json = boost::json;

/// Ends yaml-cpp's parse from inside a callback; there is no other way out of it.
struct Stop {
  Failure failure;
};

class Handler : public YAML::EventHandler {
 public:
  Handler(std::string_view text, int first_line, Builder& builder)
      : text_(text), first_line_(first_line), builder_(builder) {}

  /// What was read last before an error.
  Context context() const { return {position_, flow_lines_.empty() ? 0 : flow_lines_.back()}; }

  void OnDocumentStart(YAML::Mark const& mark) override {
    if (seen_document_) {
      stop(mark, "this is not part of the document before it; check its indentation, or put a line with --- before it");
    }
    seen_document_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
    // yaml-cpp marks a missing value with whatever comes next, and a missing colon with the key itself.
    if (builder_.key_expected()) stop(mark, "a key is missing here; a key must not be empty or null");
    if (builder_.item_expected()) {
      if (byte_at(mark) == ',') stop(mark, "an item is missing before this comma; remove the comma or write the item");
    } else if (has_key_ && flow_lines_.empty() && key_position_ == offset(mark)) {
      stop(mark, "there is no colon after \"" + builder_.current_key().key + "\"; write \"key: value\"");
    }
    int const line = has_key_ ? builder_.current_key().line : line_of(mark);
    add(json::value(nullptr), "null", line, anchor, mark);
  }

  void OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) override {
    visit(mark);
    DocumentNode const* target = anchor < anchors_.size() ? anchors_[anchor] : nullptr;
    if (target == nullptr) stop(mark, "the anchor of this alias is not known");
    if (builder_.key_expected()) {
      if (target->kind != DocumentNode::Kind::scalar)
        stop(mark, "a key must be a single value, not a list or a mapping");
      take_key(mark, target->scalar, false);
      return;
    }
    has_key_ = false;
    check(builder_.alias(target, line_of(mark)));
  }

  void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                std::string const& value) override {
    visit(mark);
    bool const plain = tag == "?";
    bool const text = tag == "!" || tag.empty();
    if (!plain && !is_quote_closed(text_, offset(mark)))
      stop(mark, "the quote that is opened here is never closed; add the closing quote");
    auto resolved = plain  ? resolve_plain(value)
                    : text ? std::expected<json::value, std::string>(json::value(json::string(repair_escapes(value))))
                           : resolve_tagged(tag, repair_escapes(value));
    if (!resolved) stop(mark, std::move(resolved.error()));
    if (builder_.key_expected()) {
      bool const merge = (plain || tag == "tag:yaml.org,2002:merge") && value == "<<";
      take_key(mark, *resolved, merge);
      if (anchor != 0) anchor_to(anchor, builder_.keep_scalar(*resolved, line_of(mark)));
      return;
    }
    bool const converted = plain && !resolved->is_string();
    add(std::move(*resolved), converted ? value : std::string(), line_of(mark), anchor, mark);
  }

  void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(DocumentNode::Kind::sequence, "tag:yaml.org,2002:seq", mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(DocumentNode::Kind::mapping, "tag:yaml.org,2002:map", mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

 private:
  static std::size_t offset(YAML::Mark const& mark) { return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos); }
  int line_of(YAML::Mark const& mark) const { return first_line_ + mark.line; }
  char byte_at(YAML::Mark const& mark) const { return offset(mark) < text_.size() ? text_[offset(mark)] : '\0'; }
  void visit(YAML::Mark const& mark) { position_ = offset(mark); }

  [[noreturn]] void stop(YAML::Mark const& mark, std::string message) const {
    throw Stop{{line_of(mark), std::move(message)}};
  }
  template <class T>
  static T check(std::expected<T, Failure> result) {
    if (!result) throw Stop{std::move(result.error())};
    if constexpr (!std::is_void_v<T>) return *result;
  }

  void take_key(YAML::Mark const& mark, json::value const& value, bool merge) {
    std::string name;
    if (auto const* string = value.if_string()) {
      name.assign(string->data(), string->size());
    } else if (value.is_int64()) {
      name = std::to_string(value.get_int64());
    } else if (value.is_bool()) {
      name = value.get_bool() ? "true" : "false";
    } else {
      stop(mark, std::string("a key must be text, not ") + (value.is_null() ? "null" : "a fraction") +
                     "; put the key in quotes");
    }
    builder_.key(std::move(name), line_of(mark), merge);
    has_key_ = true;
    key_position_ = offset(mark);
  }

  void add(json::value value, std::string source, int line, YAML::anchor_t anchor, YAML::Mark const& mark) {
    visit(mark);
    has_key_ = false;
    anchor_to(anchor, builder_.scalar(std::move(value), std::move(source), line));
  }

  void open(DocumentNode::Kind kind, std::string_view plain_tag, YAML::Mark const& mark, std::string const& tag,
            YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    visit(mark);
    bool const flow = style == YAML::EmitterStyle::Flow;
    if (builder_.key_expected()) {
      stop(mark, std::string("a key must be a single value, not a list or a mapping") +
                     (flow ? "; if no key is meant, check that the brackets are closed" : ""));
    }
    if (!tag.empty() && tag != "?" && tag != "!" && tag != plain_tag)
      stop(mark, "the tag " + short_tag(tag) + " means nothing to Kubernetes; remove it");
    has_key_ = false;
    // What stands inside brackets is in brackets itself.
    if (flow || !flow_lines_.empty()) flow_lines_.push_back(line_of(mark));
    anchor_to(anchor, check(builder_.open(kind, line_of(mark))));
  }
  void close() {
    if (!flow_lines_.empty()) flow_lines_.pop_back();
    builder_.close();
  }

  void anchor_to(YAML::anchor_t anchor, DocumentNode const* node) {
    if (anchor == 0) return;
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
    anchors_[anchor] = node;
  }

  std::string_view text_;
  int first_line_;
  Builder& builder_;
  std::vector<DocumentNode const*> anchors_;  ///< by yaml-cpp's number
  std::vector<int> flow_lines_;               ///< where the brackets stand that are open now
  std::size_t position_ = 0;
  std::size_t key_position_ = 0;
  bool has_key_ = false;  ///< a key's value comes next
  bool seen_document_ = false;
};

}  // namespace

std::expected<void, Failure> read_yaml(std::string_view text, int first_line, Builder& builder) {
  Handler handler(text, first_line, builder);
  std::ispanstream stream(std::span<char const>(text.data(), text.size()));
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (Stop& stop) {
    return std::unexpected(std::move(stop.failure));
  } catch (YAML::Exception const& error) {
    return std::unexpected(explain_syntax_error(text, first_line, error, handler.context()));
  }
  return {};
}

}  // namespace manifest
