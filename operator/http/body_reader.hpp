// The body of a message: where it ends, and what of the bytes belongs to it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace http {

/// How a message's head says that its body ends.
enum class Framing : std::uint8_t {
  none,       ///< there is no body
  length,     ///< Content-Length
  chunked,    ///< Transfer-Encoding: chunked
  until_end,  ///< with the connection; answers only
};

/// Takes a body out of the bytes that carry it. Any piece of any size is taken at once: nothing has to be given twice,
/// and how the bytes are cut makes no difference. Trailers and the extensions of chunks are skipped.
///
/// The chunks are read here and not by Beast: the 1.81 one stops the program at the end of an empty chunked body that
/// comes in two pieces.
class BodyReader {
 public:
  enum class State : std::uint8_t { reading, complete, malformed, too_large };

  static constexpr std::uint64_t no_limit = UINT64_MAX;

  BodyReader() = default;
  /// `length` is that of Framing::length. A body of more than `limit` bytes is too large as soon as that is known.
  BodyReader(Framing framing, std::uint64_t length, std::uint64_t limit);

  State state() const { return state_; }

  /// Appends what belongs to the body to `body`: the number of bytes taken, all of them unless the body has ended.
  std::size_t feed(std::string_view bytes, std::string& body);
  /// The stream has ended. The end of a body that has no other end; else it is malformed.
  void feed_end();

 private:
  enum class Place : std::uint8_t {
    data,     // of the body
    data_cr,  // the line break behind a chunk's data
    data_lf,
    size,       // hexadecimal digits
    extension,  // what may follow them
    size_lf,
    trailer,       // the first byte of a line behind the last chunk
    trailer_line,  // the rest of one
    trailer_lf,
    end_lf,
  };

  void take_data(std::string_view bytes, std::string& body, std::size_t& taken);
  void take_framing(char c);
  void take_size(char c);
  void begin_chunk();
  void fail() { state_ = State::malformed; }

  Framing framing_ = Framing::none;
  State state_ = State::complete;
  Place place_ = Place::data;
  std::uint64_t limit_ = 0;
  std::uint64_t remaining_ = 0;  // of the data, or of the chunk's
  std::uint64_t total_ = 0;      // in chunks
  int digits_ = 0;
  std::size_t skipped_ = 0;  // bytes of extensions and trailers
};

}  // namespace http
