// What a controller calls for a key, and what it hands along.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "operator/api/error.hpp"
#include "operator/api/resource.hpp"
#include "operator/runtime/causes.hpp"
#include "operator/seams/log.hpp"
#include "operator/seams/time.hpp"

namespace runtime {

/// What tells one reconcile from another in a log.
struct ReconcileIdentity {
  std::uint64_t id = 0;  ///< counts the reconciles of a controller
  std::string_view kind;
  Causes causes;
};

/// A log that says of each line which reconcile it belongs to: reconcile, kind, namespace, name, causes, then the
/// line's own fields.
class ReconcileLog final : public seams::Log {
 public:
  /// Log and key outlive it. Null: nobody listens.
  ReconcileLog(seams::Log* behind, ReconcileIdentity identity, api::ObjectKey const& key)
      : behind_(behind), identity_(identity), key_(key) {}

  bool enabled(seams::LogLevel level) const override { return behind_ != nullptr && behind_->enabled(level); }
  void write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) override;

 private:
  seams::Log* behind_;
  ReconcileIdentity identity_;
  api::ObjectKey const& key_;
};

/// One reconcile of one key. Belongs to the controller and lives until the reconcile has ended.
class ReconcileContext {
 public:
  ReconcileContext(api::ObjectKey key, bool read_live, seams::MonotonicTime deadline, seams::Log* log = nullptr,
                   ReconcileIdentity identity = {})
      : key_(std::move(key)), read_live_(read_live), deadline_(deadline), log_(log, identity, key_) {}
  ReconcileContext(ReconcileContext const&) = delete;
  ReconcileContext& operator=(ReconcileContext const&) = delete;

  /// For everything that is said in this reconcile.
  seams::Log& log() { return log_; }

  api::ObjectKey const& key() const { return key_; }

  /// An earlier write for this key has an unknown outcome: the cache may not show it yet, so read from the server
  /// before deciding. Stays set from reconcile to reconcile until one succeeds.
  bool read_live() const { return read_live_; }

  /// When the reconcile should have ended; every call made in it takes this as its deadline.
  seams::MonotonicTime deadline() const { return deadline_; }

  /// Read your own writes: the key is not reconciled again before the cache of `resource` has reached `version`, the
  /// resourceVersion in the answer to a write. Waits in the queue, holds no worker.
  void wrote(api::Resource const& resource, api::ResourceVersion version) { writes_.push_back({resource, version}); }

  struct Write {
    api::Resource resource;
    api::ResourceVersion version;
  };
  std::vector<Write> const& writes() const { return writes_; }

 private:
  api::ObjectKey key_;
  bool read_live_;
  seams::MonotonicTime deadline_;
  ReconcileLog log_;
  std::vector<Write> writes_;
};

/// A reconcile that did what there was to do.
struct ReconcileResult {
  /// Reconcile again after this long even if nothing happens.
  std::optional<seams::Duration> requeue_after;
};

/// Drives one kind of object towards what its spec says. Level-triggered: it is told which object, never what happened.
///
/// An Error is handled by its kind (design: every error is one of a few kinds): a conflict is retried without counting
/// as a failure (with read_live() if that goes on and on), forbidden slowly, 429 after the time told, an unknown
/// outcome with read_live(), everything else with exponential backoff. An exception is a bug: it is logged and counted,
/// and the key is retried like a failure.
class Reconciler {
 public:
  virtual ~Reconciler() = default;

  /// Reconciles context.key(). `context` outlives the coroutine. At most one runs per key. When it is cancelled (the
  /// reconcile timeout, shutdown) it returns as soon as no write is in flight.
  virtual boost::asio::awaitable<std::expected<ReconcileResult, api::Error>> reconcile(ReconcileContext& context) = 0;
};

}  // namespace runtime
