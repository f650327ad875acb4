// A network between a client and the API server that can fail: in front of the server's port, in a thread of its own.
#pragma once
#include <cstdint>
#include <memory>

#include "tests/end_to_end/cluster.hpp"

namespace end_to_end {

/// Passes on bytes, not knowing what they mean.
class Front {
 public:
  explicit Front(Cluster const& cluster);
  ~Front();
  Front(Front const&) = delete;
  Front& operator=(Front const&) = delete;

  std::uint16_t port() const;
  /// Resets all connections of this moment.
  void cut();
  /// On all connections of this moment nothing passes any more, and nobody is told.
  void silence();
  /// How many there have been.
  unsigned connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Speaks TLS with the server's certificate; during a storm answers each request with 429 and Retry-After: 1.
class Turnstile {
 public:
  explicit Turnstile(Cluster const& cluster);
  ~Turnstile();
  Turnstile(Turnstile const&) = delete;
  Turnstile& operator=(Turnstile const&) = delete;

  std::uint16_t port() const;
  /// Begins or ends a storm; connections of this moment are closed.
  void storm(bool on);
  /// How many requests have been turned away.
  unsigned refused() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace end_to_end
