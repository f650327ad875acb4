#include "fakeapi/semantics/registry.hpp"

#include <algorithm>
#include <utility>

#include "fakeapi/semantics/definition.hpp"
#include "fakeapi/semantics/definition_status.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {

namespace {

bool goes_by(Kind const& kind, DefinitionNames const& names) {
  return kind.kind == names.kind && kind.singular == names.singular && kind.list_kind == names.list_kind &&
         kind.short_names == names.short_names && kind.categories == names.categories;
}

// The kind under names that may not be all that its definition asks for.
std::shared_ptr<Kind const> named(std::shared_ptr<Kind const> const& kind, DefinitionNames const& names) {
  if (goes_by(*kind, names)) return kind;
  Kind other = *kind;
  other.singular = names.singular;
  other.list_kind = names.list_kind;
  other.short_names = names.short_names;
  other.categories = names.categories;
  return std::make_shared<Kind const>(std::move(other));
}

}  // namespace

Registry::Registry(Log& log) : log_(log) {
  constexpr std::size_t usual = 8;
  served_.reserve(usual);
  places_.reserve(usual);
  since_.reserve(usual);
  for (auto const& kind : built_in_kinds()) {
    if (kind->strategy == &definition_strategy) definitions_ = served_.size();
    auto const place = place_of(kind->resource.group, kind->resource.plural);
    served_.push_back(std::make_shared<Served const>(kind, place, 0, false));
    since_[static_cast<std::size_t>(place)] = 0;
  }
}

ResourceIndex Registry::place_of(std::string_view group, std::string_view plural) {
  auto const known =
      std::ranges::find_if(places_, [&](auto const& place) { return place.second == plural && place.first == group; });
  if (known != places_.end()) return ResourceIndex(known - places_.begin());
  places_.emplace_back(group, plural);
  since_.push_back(not_served);
  defined_.push_back(nullptr);
  return log_.add_resource();
}

std::shared_ptr<Served const> Registry::find(api::Resource const& resource) const {
  for (auto const& served : served_) {
    auto const& own = served->kind->resource;
    if (own.plural == resource.plural && own.group == resource.group && own.version == resource.version) return served;
  }
  return nullptr;
}

std::shared_ptr<Served const> Registry::find(ResourceIndex index) const {
  auto const found = std::ranges::find_if(served_, [&](auto const& served) { return served->index == index; });
  return found == served_.end() ? nullptr : *found;
}

bool Registry::is_built_in_group(std::string_view group) const {
  return std::ranges::any_of(built_in_kinds(), [&](auto const& kind) { return kind->resource.group == group; });
}

void Registry::serve(std::shared_ptr<Definition const> const& definition, DefinitionNames const& names,
                     Revision revision, bool terminating) {
  ResourceIndex const index = place_of(definition->group, definition->plural);
  auto const place = static_cast<std::size_t>(index);
  auto const& before = defined_[place];
  auto const current = find(index);
  bool const same = before != nullptr && api::same_json(before->spec, definition->spec) &&
                    (!current || goes_by(*current->kind, names));
  if (same && current && current->terminating == terminating) return;
  Revision const since = same ? since_[place] : revision;
  remove(definition->group, definition->plural);
  since_[place] = since;
  defined_[place] = definition;
  for (auto const& kind : definition->served) {
    served_.push_back(std::make_shared<Served const>(named(kind, names), index, since, terminating));
  }
}

void Registry::remove(std::string_view group, std::string_view plural) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].second != plural || places_[i].first != group) continue;
    since_[i] = not_served;
    defined_[i] = nullptr;
  }
  std::erase_if(served_, [&](auto const& served) {
    return served->kind->resource.plural == plural && served->kind->resource.group == group;
  });
}

}  // namespace fakeapi
