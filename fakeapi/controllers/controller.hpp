// What all built-in controllers have in common.
#pragma once
#include <cstddef>
#include <cstdint>

namespace fakeapi {

/// A built-in controller: an actor that watches the server's commits and writes like any other client, in turns of the
/// clock it was given.
class Controller {
 public:
  Controller() = default;
  Controller(Controller const&) = delete;
  Controller& operator=(Controller const&) = delete;
  virtual ~Controller() = default;

  /// Does nothing until resume(), which catches up with everything that was missed.
  virtual void pause() = 0;
  virtual void resume() = 0;

  /// How much is due now or later: 0 means that nothing will happen until somebody changes something.
  virtual std::size_t pending() const = 0;
  /// Writes that the server has refused; each is tried again, after longer and longer, or given up in the end.
  virtual std::uint64_t refused_writes() const = 0;
};

}  // namespace fakeapi
