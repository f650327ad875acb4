// Handlers that wait for something outside their process, given up when the process's execution context shuts down.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <cstddef>
#include <memory>
#include <vector>

namespace fakeapi {

/// Something that holds a completion handler.
class Pending {
 public:
  virtual ~Pending() = default;
  /// The process is going down: destroy the handler without calling it.
  virtual void abandon() noexcept = 0;

 private:
  friend class PendingHandlers;
  std::size_t position_ = unregistered;
  static constexpr std::size_t unregistered = static_cast<std::size_t>(-1);
};

/// The pending ones of one execution context. A suspended coroutine is owned by the handler that will resume it, so
/// whoever holds such a handler must let go of it when the context shuts down; otherwise coroutine and handler keep
/// each other alive for ever.
class PendingHandlers final : public boost::asio::execution_context::service {
 public:
  using key_type = PendingHandlers;  // how Asio finds the service of a context
  static boost::asio::execution_context::id id;

  explicit PendingHandlers(boost::asio::execution_context& context) : service(context) {}
  static PendingHandlers& of(boost::asio::any_io_executor const& executor);

  void add(std::shared_ptr<Pending> pending);
  /// Harmless if it is not registered.
  void remove(Pending& pending) noexcept;

 private:
  void shutdown() override;
  std::vector<std::shared_ptr<Pending>> pending_;
};

}  // namespace fakeapi
