// Small pieces of HTTP/1.1's grammar that both sides need.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "operator/seams/time.hpp"

namespace http {

/// "Not Found" for 404; "" for a status that has no phrase of its own.
std::string_view reason_phrase(int status);

/// Whether a comma-separated list ("keep-alive, Upgrade") has this word, without regard to case. `word` is lower case.
bool list_has(std::string_view list, std::string_view word);

bool same_word(std::string_view a, std::string_view b);

/// A word of HTTP's grammar: a method, a field's name.
bool is_token(std::string_view text);

/// What may stand in a field's value: no line breaks, no NUL.
bool is_field_value(std::string_view text);

/// "Tue, 15 Nov 1994 08:12:31 GMT"
std::string http_date(seams::WallTime time);

void append_number(std::string& text, std::size_t number);
void append_hexadecimal(std::string& text, std::size_t number);
/// "Name: value\r\n". A name or a value that would break the message is a broken program.
void append_field(std::string& text, std::string_view name, std::string_view value);

/// Where the head of a message ends: the number of bytes up to and with its empty line, npos if that has not come.
/// `scanned`: how many bytes were looked at by earlier calls; moved on.
std::size_t find_end_of_head(std::string_view bytes, std::size_t& scanned);

}  // namespace http
