// What label keys and values may look like, in the words of the API server.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// Everything that is wrong with a text; empty if it is right.
using SyntaxFaults = std::vector<std::string>;

/// "[prefix/]name": label keys, finalizers, annotation keys.
SyntaxFaults qualified_name_faults(std::string_view text);
SyntaxFaults label_value_faults(std::string_view text);
/// A DNS-1123 subdomain, as it is before the '/' of a qualified name.
SyntaxFaults subdomain_faults(std::string_view text);

/// The server's sentence on a text that does not match: what it must be, examples, the regular expression.
std::string syntax_mismatch(std::string_view what, std::string_view regex,
                            std::initializer_list<std::string_view> examples);
std::string too_many_characters(std::size_t most);

}  // namespace api
