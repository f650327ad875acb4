// The scalars that are text in JSON but not in Go: how they are read, and the one text they are shown as.
#pragma once
#include <expected>
#include <string>
#include <string_view>

namespace fakeapi::types {

/// Whether a text is as metav1.Time or metav1.MicroTime is shown: in UTC, with no or six places of the second.
bool is_canonical_time(std::string_view text);
bool is_canonical_micro_time(std::string_view text);
/// The text a time is shown as. The error is Go's.
std::expected<std::string, std::string> canonical_time(std::string_view text);
std::expected<std::string, std::string> canonical_micro_time(std::string_view text);

/// What is wrong with base64, in Go's words; "": nothing. Line breaks are let through.
std::string base64_error(std::string_view text);
/// Of text in which base64_error() finds nothing.
std::string from_base64(std::string_view text);

}  // namespace fakeapi::types
