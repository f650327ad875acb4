#include "fakeapi/face/http/text_cache.hpp"

#include <utility>

#include "fakeapi/face/http/object_text.hpp"

namespace fakeapi::http {
namespace {

// What an entry takes besides its text, roughly.
constexpr std::size_t overhead = 160;

}  // namespace

std::string make_text(Kind const& kind, api::Object const& object, TextForm form) {
  std::string text;
  constexpr std::size_t usual = 1024;
  text.reserve(usual);
  switch (form) {
    case TextForm::whole:
    case TextForm::gone:
      append_object(text, object, is_typed(kind, object));
      break;
    case TextForm::partial:
    case TextForm::partial_gone:
      append_partial(text, object.metadata, "meta.k8s.io/v1");
      break;
    case TextForm::partial_beta:
    case TextForm::partial_beta_gone:
      append_partial(text, object.metadata, "meta.k8s.io/v1beta1");
      break;
  }
  text += '\n';
  return text;
}

TextCache::Text TextCache::text(std::shared_ptr<Kind const> const& kind, api::Object const& object, TextForm form) {
  Key const key{api::to_number(object.metadata.resource_version), kind.get(), form};
  if (auto const known = places_.find(key); known != places_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    return known->second->text;
  }
  auto made = make_text(*kind, object, form);
  made.shrink_to_fit();
  auto const text = std::make_shared<std::string const>(std::move(made));
  if (key.revision == 0 || text->size() > most_bytes_ / 4) return text;
  entries_.push_front({key, kind, text});
  places_.emplace(key, entries_.begin());
  bytes_ += text->size() + overhead;
  while (bytes_ > most_bytes_) {
    bytes_ -= entries_.back().text->size() + overhead;
    places_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return text;
}

}  // namespace fakeapi::http
