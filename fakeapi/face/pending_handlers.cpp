#include "fakeapi/face/pending_handlers.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/query.hpp>
#include <utility>

namespace fakeapi {

boost::asio::execution_context::id PendingHandlers::id;

PendingHandlers& PendingHandlers::of(boost::asio::any_io_executor const& executor) {
  return boost::asio::use_service<PendingHandlers>(boost::asio::query(executor, boost::asio::execution::context));
}

void PendingHandlers::add(std::shared_ptr<Pending> pending) {
  pending->position_ = pending_.size();
  pending_.push_back(std::move(pending));
}

void PendingHandlers::remove(Pending& pending) noexcept {
  std::size_t const position = std::exchange(pending.position_, Pending::unregistered);
  if (position == Pending::unregistered) return;
  std::shared_ptr<Pending> const removed = std::move(pending_[position]);
  if (position + 1 != pending_.size()) {
    pending_[position] = std::move(pending_.back());
    pending_[position]->position_ = position;
  }
  pending_.pop_back();
}

void PendingHandlers::shutdown() {
  // Each one may, in going, remove others or add new ones.
  while (!pending_.empty()) {
    std::shared_ptr<Pending> const next = pending_.back();
    remove(*next);
    next->abandon();
  }
}

}  // namespace fakeapi
