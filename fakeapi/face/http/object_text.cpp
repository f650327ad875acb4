#include "fakeapi/face/http/object_text.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <vector>

#include "fakeapi/face/http/json_text.hpp"

namespace fakeapi::http {
namespace {

namespace json = boost::json;

void append_text(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  append_member(out, name);
  append_json(out, value);
}

void append_time(std::string& out, std::string_view name, std::optional<api::Timestamp> const& time) {
  if (!time) return;
  append_member(out, name);
  append_json(out, api::format_timestamp(*time));
}

void append_number(std::string& out, std::string_view name, std::int64_t number) {
  append_member(out, name);
  append_json(out, number);
}

void append_flag(std::string& out, std::string_view name, std::optional<bool> flag) {
  if (!flag) return;
  append_member(out, name);
  out += *flag ? "true" : "false";
}

void append_map(std::string& out, std::string_view name, api::StringMap const& map) {
  if (map.empty()) return;
  append_member(out, name);
  out += '{';
  for (auto const& [key, value] : map) {
    append_member(out, key);
    append_json(out, value);
  }
  out += '}';
}

void append_revision(std::string& out, api::ResourceVersion version) {
  if (version == api::ResourceVersion::none) return;
  append_member(out, "resourceVersion");
  out += '"';
  append_json(out, static_cast<std::int64_t>(api::to_number(version)));
  out += '"';
}

void append_finalizers(std::string& out, std::vector<std::string> const& finalizers) {
  if (finalizers.empty()) return;
  append_member(out, "finalizers");
  out += '[';
  for (auto const& finalizer : finalizers) {
    if (out.back() != '[') out += ',';
    append_json(out, finalizer);
  }
  out += ']';
}

void append_owners(std::string& out, std::vector<api::OwnerReference> const& owners, bool typed) {
  if (owners.empty()) return;
  append_member(out, "ownerReferences");
  out += '[';
  for (auto const& owner : owners) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_text(out, "apiVersion", owner.api_version);
    if (!typed) {
      append_flag(out, "blockOwnerDeletion", owner.block_owner_deletion);
      append_flag(out, "controller", owner.controller);
    }
    append_text(out, "kind", owner.kind);
    append_text(out, "name", owner.name);
    append_text(out, "uid", owner.uid);
    if (typed) {
      append_flag(out, "controller", owner.controller);
      append_flag(out, "blockOwnerDeletion", owner.block_owner_deletion);
    }
    out += '}';
  }
  out += ']';
}

// As metav1.ObjectMeta declares its fields.
void append_typed_metadata(std::string& out, api::ObjectMeta const& metadata) {
  out += '{';
  append_text(out, "name", metadata.name);
  append_text(out, "generateName", metadata.generate_name);
  append_text(out, "namespace", metadata.namespace_);
  append_text(out, "uid", metadata.uid);
  append_revision(out, metadata.resource_version);
  if (metadata.generation != 0) append_number(out, "generation", metadata.generation);
  append_time(out, "creationTimestamp", metadata.creation_timestamp);
  if (!metadata.creation_timestamp) {
    append_member(out, "creationTimestamp");
    out += "null";
  }
  append_time(out, "deletionTimestamp", metadata.deletion_timestamp);
  if (metadata.deletion_grace_period_seconds) {
    append_number(out, "deletionGracePeriodSeconds", *metadata.deletion_grace_period_seconds);
  }
  append_map(out, "labels", *metadata.labels);
  append_map(out, "annotations", *metadata.annotations);
  append_owners(out, *metadata.owner_references, true);
  append_finalizers(out, *metadata.finalizers);
  if (metadata.rest) {
    for (auto const& [name, value] : metadata.rest->get_object()) {
      append_member(out, name);
      append_json(out, value, MemberOrder::as_is);
    }
  }
  out += '}';
}

// The members that have no place of their own whose names come before `limit`, from `at` on.
class Rest {
 public:
  explicit Rest(api::SharedJson const& rest) {
    if (!rest || !rest->is_object()) return;
    for (auto const& member : rest->get_object()) members_.push_back(&member);
    std::ranges::sort(members_, {}, [](auto const* member) { return member->key(); });
  }
  void append_before(std::string& out, std::string_view limit) {
    while (at_ < members_.size() && (limit.empty() || members_[at_]->key() < limit)) {
      append_member(out, members_[at_]->key());
      append_json(out, members_[at_]->value(), MemberOrder::by_name);
      ++at_;
    }
  }

 private:
  std::vector<json::key_value_pair const*> members_;
  std::size_t at_ = 0;
};

// By name, as Go writes a map.
void append_sorted_metadata(std::string& out, api::ObjectMeta const& metadata) {
  Rest rest(metadata.rest);
  out += '{';
  append_map(out, "annotations", *metadata.annotations);
  append_time(out, "creationTimestamp", metadata.creation_timestamp);
  if (metadata.deletion_grace_period_seconds) {
    append_number(out, "deletionGracePeriodSeconds", *metadata.deletion_grace_period_seconds);
  }
  append_time(out, "deletionTimestamp", metadata.deletion_timestamp);
  append_finalizers(out, *metadata.finalizers);
  append_text(out, "generateName", metadata.generate_name);
  if (metadata.generation != 0) append_number(out, "generation", metadata.generation);
  append_map(out, "labels", *metadata.labels);
  rest.append_before(out, "name");
  append_text(out, "name", metadata.name);
  append_text(out, "namespace", metadata.namespace_);
  append_owners(out, *metadata.owner_references, false);
  append_revision(out, metadata.resource_version);
  rest.append_before(out, "uid");
  append_text(out, "uid", metadata.uid);
  rest.append_before(out, "");
  out += '}';
}

void append_tree(std::string& out, std::string_view name, api::SharedJson const& tree, MemberOrder order) {
  if (!tree) return;
  append_member(out, name);
  append_json(out, *tree, order);
}

}  // namespace

void append_object(std::string& out, api::Object const& object, bool typed) {
  out += '{';
  if (typed) {
    append_text(out, "kind", object.kind);
    append_text(out, "apiVersion", object.api_version);
    append_member(out, "metadata");
    if (object.kind == "Status") {
      out += "{}";  // that of a list, which has no time
    } else {
      append_typed_metadata(out, object.metadata);
    }
    append_tree(out, "spec", object.spec, MemberOrder::as_is);
    append_tree(out, "status", object.status, MemberOrder::as_is);
    if (object.rest) {
      for (auto const& [name, value] : object.rest->get_object()) {
        append_member(out, name);
        append_json(out, value, MemberOrder::as_is);
      }
    }
  } else {
    Rest rest(object.rest);
    rest.append_before(out, "apiVersion");
    append_text(out, "apiVersion", object.api_version);
    rest.append_before(out, "kind");
    append_text(out, "kind", object.kind);
    rest.append_before(out, "metadata");
    append_member(out, "metadata");
    append_sorted_metadata(out, object.metadata);
    rest.append_before(out, "spec");
    append_tree(out, "spec", object.spec, MemberOrder::by_name);
    rest.append_before(out, "status");
    append_tree(out, "status", object.status, MemberOrder::by_name);
    rest.append_before(out, "");
  }
  out += '}';
}

void append_partial(std::string& out, api::ObjectMeta const& metadata, std::string_view meta_version) {
  out += R"({"kind":"PartialObjectMetadata","apiVersion":")";
  out += meta_version;
  out += R"(","metadata":)";
  append_typed_metadata(out, metadata);
  out += '}';
}

bool is_typed(Kind const& kind, api::Object const& object) {
  return kind.strategy->built_in || object.kind != kind.kind;
}

std::size_t type_prefix(api::Object const& object) {
  // {"kind":"K","apiVersion":"V",
  return std::string_view(R"({"kind":"","apiVersion":"",)").size() + object.kind.size() + object.api_version.size();
}

}  // namespace fakeapi::http
