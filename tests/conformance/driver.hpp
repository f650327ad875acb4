// A server to put cases to: the one interface behind which the fake in process, the fake over HTTPS and a real API
// server stand.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "operator/seams/http_service.hpp"

namespace conformance {

using Milliseconds = std::chrono::milliseconds;

/// Who sends a request; how that is proved is the driver's business.
enum class User : std::uint8_t {
  admin,    ///< may do anything
  bob,      ///< is known, and may do nothing
  nobody,   ///< sends no credentials
  unknown,  ///< sends credentials that nobody knows
};

struct Call {
  std::string method;
  std::string target;
  seams::HttpHeaders headers{};  ///< without those that prove who is calling
  std::string body{};
  User user = User::admin;
};

struct Answer {
  int status = 0;
  seams::HttpHeaders headers;
  std::string body;  ///< complete, decoded from its transfer coding
};

/// Why there is no answer: the server could not be reached, broke off, or took too long.
template <class T>
using Sent = std::expected<T, std::string>;

/// An answer that comes line by line. Destroying it closes the connection.
class LineStream {
 public:
  virtual ~LineStream() = default;
  /// Status and headers; the body only if the answer was an ordinary one.
  virtual Answer const& head() const = 0;

  struct Line {
    enum class What : std::uint8_t { line, end, silence };
    What what = What::silence;
    std::string text;
  };
  /// The next line, or that the server has ended the answer in good order, or that nothing came within `limit`.
  virtual Sent<Line> next(Milliseconds limit) = 0;
};

class Driver {
 public:
  virtual ~Driver() = default;

  /// "in process", "echo-fakeapi over HTTPS", "kube-apiserver 1.20.2".
  virtual std::string name() const = 0;

  virtual Sent<Answer> send(Call const& call) = 0;
  /// All at once, over a connection each; answers in the order of the calls.
  virtual Sent<std::vector<Answer>> send_together(std::vector<Call> const& calls) = 0;
  virtual Sent<std::unique_ptr<LineStream>> open(Call const& call) = 0;

  /// Lets time pass at the server.
  virtual void wait(Milliseconds time) = 0;
  /// The time that waiting is measured in.
  virtual Milliseconds now() = 0;
  /// The server's calendar time, as its objects have it.
  virtual std::string timestamp() = 0;

  /// Forgets history up to and including this revision.
  virtual Sent<void> compact(std::uint64_t revision) = 0;
  virtual bool can_compact() const { return true; }
  /// Whether it knows bob.
  virtual bool has_users() const { return true; }
  /// Whether the built-in controllers run.
  virtual bool has_controllers() const = 0;
};

}  // namespace conformance
