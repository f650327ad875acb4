#include "operator/http/body_reader.hpp"

#include <algorithm>

namespace http {
namespace {

/// How many bytes of extensions and trailers are skipped in all.
constexpr std::size_t skipped_limit = std::size_t{16} * 1024;
/// How many digits a chunk's size may have: more do not fit.
constexpr int most_digits = 15;

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What cannot stand in a line: control characters but the tabulator.
bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace

BodyReader::BodyReader(Framing framing, std::uint64_t length, std::uint64_t limit)
    : framing_(framing), state_(State::reading), limit_(limit) {
  switch (framing) {
    case Framing::none:
      state_ = State::complete;
      break;
    case Framing::length:
      remaining_ = length;
      if (length > limit) {
        state_ = State::too_large;
      } else if (length == 0) {
        state_ = State::complete;
      }
      break;
    case Framing::chunked:
      place_ = Place::size;
      break;
    case Framing::until_end:
      remaining_ = limit;
      break;
  }
}

std::size_t BodyReader::feed(std::string_view bytes, std::string& body) {
  std::size_t taken = 0;
  while (state_ == State::reading && taken < bytes.size()) {
    if (place_ == Place::data) {
      take_data(bytes.substr(taken), body, taken);
    } else {
      take_framing(bytes[taken++]);
    }
  }
  return taken;
}

void BodyReader::take_data(std::string_view bytes, std::string& body, std::size_t& taken) {
  auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), remaining_));
  body += bytes.substr(0, count);
  taken += count;
  if (remaining_ != no_limit) remaining_ -= count;
  if (remaining_ > 0) return;
  switch (framing_) {
    case Framing::chunked:
      place_ = Place::data_cr;
      break;
    // Without a length, one byte more tells that it is too much.
    case Framing::until_end:
      if (count < bytes.size()) state_ = State::too_large;
      break;
    default:
      state_ = State::complete;
  }
}

void BodyReader::take_framing(char c) {
  switch (place_) {
    case Place::data:
      break;
    case Place::data_cr:
      if (c != '\r') return fail();
      place_ = Place::data_lf;
      break;
    case Place::data_lf:
      if (c != '\n') return fail();
      place_ = Place::size;
      remaining_ = 0;
      digits_ = 0;
      break;
    case Place::size:
      take_size(c);
      break;
    case Place::extension:
    case Place::trailer_line:
      if (c == '\r') {
        place_ = place_ == Place::extension ? Place::size_lf : Place::trailer_lf;
      } else if (is_control(c) || ++skipped_ > skipped_limit) {
        fail();
      }
      break;
    case Place::size_lf:
      if (c != '\n') return fail();
      begin_chunk();
      break;
    case Place::trailer:
      if (c == '\r') {
        place_ = Place::end_lf;
      } else if (is_control(c) || ++skipped_ > skipped_limit) {
        fail();
      } else {
        place_ = Place::trailer_line;
      }
      break;
    case Place::trailer_lf:
      if (c != '\n') return fail();
      place_ = Place::trailer;
      break;
    case Place::end_lf:
      if (c != '\n') return fail();
      state_ = State::complete;
      break;
  }
}

void BodyReader::take_size(char c) {
  if (int const digit = hexadecimal(c); digit >= 0) {
    if (++digits_ > most_digits) return fail();
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    return;
  }
  if (digits_ == 0) return fail();
  if (c == '\r') {
    place_ = Place::size_lf;
  } else if (c == ';' || c == ' ' || c == '\t') {
    place_ = Place::extension;
  } else {
    fail();
  }
}

void BodyReader::begin_chunk() {
  if (remaining_ == 0) {
    place_ = Place::trailer;
  } else if (remaining_ > limit_ - total_) {
    state_ = State::too_large;
  } else {
    total_ += remaining_;
    place_ = Place::data;
  }
}

void BodyReader::feed_end() {
  if (state_ != State::reading) return;
  state_ = framing_ == Framing::until_end ? State::complete : State::malformed;
}

}  // namespace http
