#include "fakeapi/semantics/registry.hpp"

#include <algorithm>
#include <utility>

#include "fakeapi/semantics/definition.hpp"
#include "fakeapi/semantics/definition_status.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {

namespace {

struct BuiltIn {
  std::vector<std::shared_ptr<Served const>> served;
  std::size_t places = 0;
  std::size_t definitions = 0;
};

// The same for every server of a profile: made once.
BuiltIn make_built_in(Profile profile) {
  BuiltIn made;
  for (auto const& kind : built_in_kinds(profile)) {
    if (kind->strategy == &definition_strategy) made.definitions = made.served.size();
    // Events are in two groups, and in one place.
    auto const other = std::ranges::find_if(
        made.served, [&](auto const& served) { return served->kind->resource.plural == kind->resource.plural; });
    bool const first = other == made.served.end();
    auto const index = first ? ResourceIndex(made.places++) : (*other)->index;
    made.served.push_back(std::make_shared<Served const>(kind, index, 0, false));
  }
  return made;
}

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

BuiltIn const& built_in(Profile profile) {
  static BuiltIn const of_1_20 = make_built_in(Profile::v1_20);
  static BuiltIn const of_modern = make_built_in(Profile::modern);
  return profile == Profile::v1_20 ? of_1_20 : of_modern;
}

}  // namespace

Registry::Registry(Log& log, Profile profile) : log_(log), profile_(profile) {
  constexpr std::size_t usual_definitions = 4;
  BuiltIn const& known = built_in(profile);
  built_in_ = known.served.size();
  built_in_places_ = known.places;
  definitions_ = known.definitions;
  served_.reserve(built_in_ + usual_definitions);
  served_.assign(known.served.begin(), known.served.end());
  since_.reserve(built_in_places_ + usual_definitions);
  since_.assign(built_in_places_, 0);
  places_.reserve(usual_definitions);
  log_.add_resources(built_in_places_);
}

ResourceIndex Registry::place_of(std::string_view group, std::string_view plural) {
  auto const known =
      std::ranges::find_if(places_, [&](auto const& place) { return place.second == plural && place.first == group; });
  if (known != places_.end()) {
    return ResourceIndex(built_in_places_ + static_cast<std::size_t>(known - places_.begin()));
  }
  places_.emplace_back(group, plural);
  since_.push_back(not_served);
  defined_.push_back(nullptr);
  return log_.add_resource();
}

std::shared_ptr<Served const> Registry::find(api::Resource const& resource) const {
  auto const is_it = [&](auto const& served) {
    auto const& own = served->kind->resource;
    return own.plural == resource.plural && own.group == resource.group && own.version == resource.version;
  };
  // What definitions define is asked for most, and little.
  auto const middle = served_.begin() + static_cast<std::ptrdiff_t>(built_in_);
  if (auto const found = std::find_if(middle, served_.end(), is_it); found != served_.end()) return *found;
  // Of the others mostly the one that was asked for last, or, by who asks for all, the next.
  for (std::size_t i = 0; i < built_in_; ++i) {
    std::size_t const at = recent_ + i < built_in_ ? recent_ + i : recent_ + i - built_in_;
    if (!is_it(served_[at])) continue;
    recent_ = at;
    return served_[at];
  }
  return nullptr;
}

std::shared_ptr<Served const> Registry::find(ResourceIndex index) const {
  auto const found = std::ranges::find_if(served_, [&](auto const& served) { return served->index == index; });
  return found == served_.end() ? nullptr : *found;
}

bool Registry::is_built_in_group(std::string_view group) const {
  return std::ranges::any_of(built_in_kinds(profile_), [&](auto const& kind) { return kind->resource.group == group; });
}

void Registry::serve(std::shared_ptr<Definition const> const& definition, DefinitionNames const& names,
                     Revision revision, bool terminating) {
  ResourceIndex const index = place_of(definition->group, definition->plural);
  auto const place = static_cast<std::size_t>(index);
  auto const before = defined_[place - built_in_places_];
  auto const current = find(index);
  bool const same = before != nullptr && api::same_json(before->spec, definition->spec) &&
                    (!current || goes_by(*current->kind, names));
  if (same && current && current->terminating == terminating) return;
  Revision const since = same ? since_[place] : revision;
  remove(definition->group, definition->plural);
  since_[place] = since;
  defined_[place - built_in_places_] = definition;
  for (auto const& kind : definition->served) {
    served_.push_back(std::make_shared<Served const>(named(kind, names), index, since, terminating));
  }
}

void Registry::remove(std::string_view group, std::string_view plural) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].second != plural || places_[i].first != group) continue;
    since_[built_in_places_ + i] = not_served;
    defined_[i] = nullptr;
  }
  auto const middle = served_.begin() + static_cast<std::ptrdiff_t>(built_in_);
  auto const gone = std::remove_if(middle, served_.end(), [&](auto const& served) {
    return served->kind->resource.plural == plural && served->kind->resource.group == group;
  });
  served_.erase(gone, served_.end());
}

}  // namespace fakeapi
