// Volumes of pods.
#include <algorithm>
#include <array>

#include "fakeapi/semantics/kinds/pod_rules.hpp"
#include "fakeapi/types/quantity.hpp"

namespace fakeapi::rules {
namespace {

namespace json = boost::json;

constexpr std::string_view wrong_mode = "must be a number between 0 and 0777 (octal), both inclusive";

void check_mode(json::value const& object, std::string_view key, Where const& where, FieldErrors& errors) {
  auto const mode = integer_at(object, key);
  if (!mode || (*mode >= 0 && *mode <= 0777)) return;
  errors.invalid(where.text(key), go_value::number(*mode), wrong_mode);
}

void check_required(json::value const& object, std::string_view key, Where const& where, FieldErrors& errors) {
  if (text_at(object, key).empty()) errors.required(where.text(key));
}

// A path inside a volume.
void check_own_path(std::string_view path, std::string const& field, FieldErrors& errors) {
  check_relative_path(path, field, errors);
  if (path.starts_with("..") && !path.starts_with("../")) {
    errors.invalid(field, go_value::text(path), "must not start with '..'");
  }
}

void check_item(json::value const& item, Where const& where, FieldErrors& errors) {
  check_required(item, "key", where, errors);
  check_required(item, "path", where, errors);
  check_own_path(text_at(item, "path"), where.text("path"), errors);
  check_mode(item, "mode", where, errors);
}

void check_items(json::value const& source, Where const& where, FieldErrors& errors) {
  Where const list(where, "items");
  auto const& items = array_at(source, "items");
  for (std::size_t i = 0; i < items.size(); ++i) check_item(items[i], Where(list, i), errors);
}

constexpr std::array<std::string_view, 5> volume_fields{"metadata.annotations", "metadata.labels", "metadata.name",
                                                        "metadata.namespace", "metadata.uid"};

// The real server names the list of files, not the file.
void check_downward_file(json::value const& file, Where const& where, FieldErrors& errors) {
  check_required(file, "path", where, errors);
  check_own_path(text_at(file, "path"), where.text("path"), errors);
  auto const* field = find(file, "fieldRef");
  auto const* resource = find(file, "resourceFieldRef");
  if (field != nullptr) {
    check_field_reference(*field, volume_fields, Where(where, "fieldRef"), errors);
    if (resource != nullptr) {
      errors.invalid(where.text(), "\"resource\"", "fieldRef and resourceFieldRef can not be specified simultaneously");
    }
  } else if (resource != nullptr) {
    check_resource_reference(*resource, true, Where(where, "resourceFieldRef"), errors);
  } else {
    errors.required(where.text(), "one of fieldRef and resourceFieldRef is required");
  }
  check_mode(file, "mode", where, errors);
}

// What goes into one directory must not meet.
void take_path(std::string_view path, std::string_view named, Seen& paths, Where const& where, FieldErrors& errors) {
  if (path.empty() || paths.insert(path)) return;
  errors.invalid(where.text(), go_value::text(named), "conflicting duplicate paths");
}

void check_projection(json::value const& source, Seen& paths, Where const& volume, Where const& where,
                      FieldErrors& errors) {
  int count = 0;
  for (std::string_view const kind : {"secret", "configMap"}) {
    auto const* projection = find(source, kind);
    if (projection == nullptr) continue;
    ++count;
    Where const here(where, kind);
    check_required(*projection, "name", here, errors);
    Where const list(here, "items");
    auto const& items = array_at(*projection, "items");
    for (std::size_t i = 0; i < items.size(); ++i) {
      check_item(items[i], Where(list, i), errors);
      take_path(text_at(items[i], "path"), text_at(*projection, "name"), paths, volume, errors);
    }
  }
  if (auto const* projection = find(source, "downwardAPI")) {
    ++count;
    for (auto const& file : array_at(*projection, "items")) {
      check_downward_file(file, Where(where, "downwardAPI"), errors);
      take_path(text_at(file, "path"), text_at(file, "path"), paths, volume, errors);
    }
  }
  if (auto const* projection = find(source, "serviceAccountToken")) {
    ++count;
    constexpr std::int64_t shortest = 600;
    constexpr std::int64_t longest = std::int64_t{1} << 32;
    Where const here(where, "serviceAccountToken");
    auto const seconds = integer_at(*projection, "expirationSeconds").value_or(0);
    if (seconds < shortest) {
      errors.invalid(here.text("expirationSeconds"), go_value::number(seconds),
                     "may not specify a duration less than 10 minutes");
    }
    if (seconds > longest) {
      errors.invalid(here.text("expirationSeconds"), go_value::number(seconds),
                     "may not specify a duration larger than 2^32 seconds");
    }
    if (text_at(*projection, "path").empty()) errors.required(volume.text("path"));
  }
  if (count > 1) errors.forbidden(where.text(), "may not specify more than 1 volume type");
}

void check_projected(json::value const& source, Where const& where, FieldErrors& errors) {
  check_mode(source, "defaultMode", where, errors);
  Where const list(where, "sources");
  Seen paths;
  auto const& sources = array_at(source, "sources");
  for (std::size_t i = 0; i < sources.size(); ++i) check_projection(sources[i], paths, where, Where(list, i), errors);
}

void check_host_path(json::value const& source, Where const& where, FieldErrors& errors) {
  constexpr std::array<std::string_view, 8> types{
      "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
  auto const path = text_at(source, "path");
  if (path.empty()) return errors.required(where.text("path"));
  check_no_backsteps(path, where.text("path"), errors);
  check_word(text_at(source, "type"), where.text("type"), types, errors);
}

void check_named_files(json::value const& source, std::string_view name, Where const& where, FieldErrors& errors) {
  check_required(source, name, where, errors);
  check_mode(source, "defaultMode", where, errors);
  check_items(source, where, errors);
}

void check_driver(std::string_view name, std::string const& field, FieldErrors& errors) {
  constexpr std::size_t longest = 63;
  if (name.empty()) errors.required(field);
  if (name.size() > longest) errors.too_long(field, "must have at most 63 bytes");
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  invalid(field, name, names::dns1123_subdomain(lower), errors);
}

void check_source(std::string_view kind, json::value const& source, Where const& where, FieldErrors& errors) {
  if (kind == "hostPath") return check_host_path(source, where, errors);
  if (kind == "secret") return check_named_files(source, "secretName", where, errors);
  if (kind == "configMap") return check_named_files(source, "name", where, errors);
  if (kind == "projected") return check_projected(source, where, errors);
  if (kind == "persistentVolumeClaim") return check_required(source, "claimName", where, errors);
  if (kind == "csi") return check_driver(text_at(source, "driver"), where.text("driver"), errors);
  if (kind == "nfs") {
    check_required(source, "server", where, errors);
    check_required(source, "path", where, errors);
    auto const path = text_at(source, "path");
    if (!path.starts_with('/')) {
      errors.invalid(where.text("path"), go_value::text(path), "must be an absolute path");
    }
  } else if (kind == "downwardAPI") {
    check_mode(source, "defaultMode", where, errors);
    for (auto const& file : array_at(source, "items")) check_downward_file(file, where, errors);
  }
}

// A source, and how the real server names it in errors where it differs.
struct Source {
  std::string_view name;
  std::string_view again;  // when it is one too many
};
// In the order in which they are looked at.
constexpr std::array<Source, 28> sources{{{"hostPath", ""},
                                          {"gitRepo", ""},
                                          {"gcePersistentDisk", ""},
                                          {"awsElasticBlockStore", ""},
                                          {"secret", ""},
                                          {"nfs", ""},
                                          {"iscsi", ""},
                                          {"glusterfs", ""},
                                          {"flocker", ""},
                                          {"persistentVolumeClaim", ""},
                                          {"rbd", ""},
                                          {"cinder", ""},
                                          {"cephfs", "cephFS"},
                                          {"quobyte", ""},
                                          {"downwardAPI", "downwarAPI"},
                                          {"fc", ""},
                                          {"flexVolume", ""},
                                          {"configMap", ""},
                                          {"azureFile", ""},
                                          {"vsphereVolume", ""},
                                          {"photonPersistentDisk", ""},
                                          {"portworxVolume", ""},
                                          {"azureDisk", ""},
                                          {"storageos", ""},
                                          {"projected", ""},
                                          {"scaleIO", ""},
                                          {"csi", ""},
                                          {"ephemeral", ""}}};

void check_volume(json::value const& volume, Where const& where, FieldErrors& errors) {
  bool any = false;
  if (auto const* empty = find(volume, "emptyDir")) {
    any = true;
    auto const limit = types::Quantity::parse(text_at(*empty, "sizeLimit"));
    if (limit && limit->is_negative()) {
      Where const here(where, "emptyDir");
      errors.forbidden(here.text("sizeLimit"), "SizeLimit field must be a valid resource quantity");
    }
  }
  for (auto const& [kind, again] : sources) {
    auto const* source = find(volume, kind);
    if (source == nullptr) continue;
    if (any) {
      errors.forbidden(where.text(again.empty() ? kind : again), "may not specify more than 1 volume type");
      continue;
    }
    any = true;
    check_source(kind, *source, Where(where, kind), errors);
  }
  if (!any) errors.required(where.text(), "must specify a volume type");
}

}  // namespace

void check_no_backsteps(std::string_view path, std::string const& field, FieldErrors& errors) {
  for (auto rest = path; !rest.empty();) {
    auto const end = std::min(rest.find('/'), rest.size());
    if (rest.substr(0, end) == "..") return errors.invalid(field, go_value::text(path), "must not contain '..'");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void check_relative_path(std::string_view path, std::string const& field, FieldErrors& errors) {
  if (path.starts_with('/')) errors.invalid(field, go_value::text(path), "must be a relative path");
  check_no_backsteps(path, field, errors);
}

Volumes check_volumes(json::value const& spec, std::string_view /*pod_name*/, Where const& where, FieldErrors& errors) {
  Volumes right;
  Where const list(where, "volumes");
  auto const& volumes = array_at(spec, "volumes");
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    Where const here(list, i);
    FieldErrors found;
    check_volume(volumes[i], here, found);
    auto const name = text_at(volumes[i], "name");
    if (name.empty()) {
      found.required(here.text("name"));
    } else if (auto const messages = names::dns1123_label(name); !messages.empty()) {
      invalid(here.text("name"), name, messages, found);
    }
    if (right.contains(name)) found.duplicate(here.text("name"), go_value::text(name));
    if (found.empty()) {
      right.emplace(name, &volumes[i]);
    } else {
      errors.append(found);
    }
  }
  return right;
}

}  // namespace fakeapi::rules
