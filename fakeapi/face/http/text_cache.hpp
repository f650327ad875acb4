// The texts of objects, made once and kept: what gets, lists and watches hand out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "fakeapi/semantics/kind.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::http {

/// Which text of an object.
enum class TextForm : std::uint8_t {
  whole,
  gone,          ///< as `whole`, of a DELETED event: what was there, at the revision at which it went
  partial,       ///< PartialObjectMetadata of meta.k8s.io/v1
  partial_beta,  ///< … of meta.k8s.io/v1beta1
  partial_gone,  ///< … of a DELETED event
  partial_beta_gone,
};

/// Holds the most recently used texts, up to a number of bytes. A stored object is named by its revision, which no
/// other object of the store has; so only objects as the store has them may be asked for.
class TextCache {
 public:
  using Text = std::shared_ptr<std::string const>;

  explicit TextCache(std::size_t most_bytes = default_bytes) : most_bytes_(most_bytes) {}

  /// The text, ending in a newline.
  Text text(std::shared_ptr<Kind const> const& kind, api::Object const& object, TextForm form);

  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }

  static constexpr std::size_t default_bytes = std::size_t{64} * 1024 * 1024;

 private:
  struct Key {
    std::uint64_t revision;
    Kind const* kind;
    TextForm form;
    friend bool operator==(Key const&, Key const&) = default;
  };
  struct Hash {
    std::size_t operator()(Key const& key) const {
      return std::hash<std::uint64_t>()((key.revision * 8 + static_cast<std::uint64_t>(key.form)) *
                                        0x9e3779b97f4a7c15ULL) ^
             std::hash<Kind const*>()(key.kind);
    }
  };
  struct Entry {
    Key key;
    std::shared_ptr<Kind const> kind;  // so that no other kind gets its address
    Text text;
  };

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<Key, std::list<Entry>::iterator, Hash> places_;
};

/// A text that is not kept.
std::string make_text(Kind const& kind, api::Object const& object, TextForm form);

}  // namespace fakeapi::http
