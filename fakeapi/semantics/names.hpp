// The syntax of names, labels and finalizers, with the API server's messages.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fakeapi::names {

/// What is wrong with a text; nothing if it is right.
using Messages = std::vector<std::string>;

Messages dns1123_label(std::string_view text);
Messages dns1035_label(std::string_view text);
Messages dns1123_subdomain(std::string_view text);
/// "[prefix/]name": label keys, finalizers, annotation keys.
Messages qualified_name(std::string_view text);
Messages label_value(std::string_view text);
/// Of a service port: "a DNS-1035-like name with at least one letter".
Messages port_name(std::string_view text);

Messages environment_name(std::string_view text);
/// A key of a ConfigMap or Secret.
Messages data_key(std::string_view text);
Messages header_name(std::string_view text);
/// A name of a user or role: anything that can stand in a path.
Messages path_segment(std::string_view text);
bool is_ip_address(std::string_view text);
/// In numbers, or nothing.
std::optional<std::uint32_t> ipv4_address(std::string_view text);
/// Several messages as one text, as where the real server makes one error of them.
std::string joined(Messages const& messages);
std::string lower(std::string_view text);

/// The same as validators of metadata.name, where a prefix may end in '-'.
Messages label_name(std::string_view name, bool prefix);
Messages subdomain_name(std::string_view name, bool prefix);
Messages service_name(std::string_view name, bool prefix);
Messages path_segment_name(std::string_view name, bool prefix);

}  // namespace fakeapi::names
