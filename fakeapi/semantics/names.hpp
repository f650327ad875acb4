// The syntax of names, labels and finalizers, with the API server's messages.
#pragma once
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

/// Several messages as one text, as where the real server makes one error of them.
std::string joined(Messages const& messages);
std::string lower(std::string_view text);

/// The same as validators of metadata.name, where a prefix may end in '-'.
Messages label_name(std::string_view name, bool prefix);
Messages subdomain_name(std::string_view name, bool prefix);

}  // namespace fakeapi::names
