#include "operator/runtime/metrics.hpp"

namespace runtime {

using seams::MetricLabels;

namespace {

void collect_reconciles(Controller const& controller, seams::Metrics& metrics) {
  ControllerStats const stats = controller.stats();
  std::string const& name = controller.options().name;
  MetricLabels const labels{{"controller", name}};
  auto const result = [&](char const* which, std::uint64_t count) {
    metrics.counter("controller_runtime_reconcile_total", "Reconciles that have ended, by how",
                    {{"controller", name}, {"result", which}}, count);
  };
  result("success", stats.successes - stats.requeued_after);
  result("requeue_after", stats.requeued_after);
  result("error", stats.errors + stats.exceptions);
  result("requeue", stats.conflicts + stats.throttled + stats.held_back);
  metrics.counter("controller_runtime_reconcile_errors_total", "Reconciles that ended with an error or an exception",
                  labels, stats.errors + stats.exceptions);
  metrics.counter("controller_runtime_terminal_reconcile_errors_total",
                  "Errors that are never tried again; there are none here", labels, std::uint64_t{0});
  metrics.counter("controller_runtime_reconcile_panics_total", "Reconciles that ended by an exception: bugs", labels,
                  stats.exceptions);
  metrics.counter("controller_runtime_reconcile_timeouts_total",
                  "Reconciles that were cancelled because they took too long", labels, stats.timeouts);
  metrics.histogram("controller_runtime_reconcile_time_seconds", "How long reconciles took", labels,
                    controller.reconcile_time());
  metrics.gauge("controller_runtime_max_concurrent_reconciles", "How many reconciles may run at once", labels,
                controller.options().max_concurrent);
  metrics.gauge("controller_runtime_active_workers", "How many reconciles run now", labels, controller.active());
  metrics.counter("echo_operator_reconciles_parked_total", "Reconciles that waited until the cache showed an own write",
                  labels, stats.parked);
  metrics.counter("echo_operator_writes_held_back_total",
                  "Reconciles that ended at a write that was not sent, because the lead was over", labels,
                  stats.held_back);
}

void collect_queue(Controller const& controller, seams::MonotonicTime now, seams::Metrics& metrics) {
  std::string const& name = controller.options().name;
  MetricLabels const labels{{"name", name}, {"controller", name}};
  WorkQueue const& queue = controller.queue();
  metrics.gauge("workqueue_depth", "Keys that wait or are ready", labels, static_cast<double>(queue.length()));
  metrics.counter("workqueue_adds_total", "Reconciles that were asked for", labels, queue.adds());
  metrics.counter("workqueue_retries_total", "Reconciles that were asked for because of a failure", labels,
                  queue.retries());
  metrics.histogram("workqueue_queue_duration_seconds", "How long keys that were ready waited for a worker", labels,
                    controller.queue_time());
  metrics.histogram("workqueue_work_duration_seconds", "How long workers were busy with a key", labels,
                    controller.reconcile_time());
  auto const running = controller.running(now);
  metrics.gauge("workqueue_unfinished_work_seconds", "How long all reconciles that run now have run, added up", labels,
                seams::in_seconds(running.together));
  metrics.gauge("workqueue_longest_running_processor_seconds",
                "How long the oldest of the reconciles that run now has run", labels,
                seams::in_seconds(running.longest));
}

}  // namespace

void collect(Controller const& controller, seams::MonotonicTime now, seams::Metrics& metrics) {
  collect_reconciles(controller, metrics);
  collect_queue(controller, now, metrics);
}

void collect(Informer const& informer, seams::MonotonicTime now, seams::Metrics& metrics) {
  MetricLabels const labels{{"resource", informer.resource().qualified()}, {"namespace", informer.namespace_()}};
  InformerStats const& stats = informer.stats();
  metrics.gauge("informer_objects", "Objects in the cache", labels, static_cast<double>(informer.size()));
  metrics.gauge("informer_synced", "1 once the cache has shown a whole state", labels, informer.synced() ? 1 : 0);
  metrics.gauge("informer_healthy", "1 while the server can be listed and watched", labels, informer.healthy() ? 1 : 0);
  if (stats.last_event) {
    metrics.gauge("informer_last_event_age_seconds",
                  "Time since the server last told anything, a bookmark included: how stale the cache may be", labels,
                  seams::in_seconds(now - *stats.last_event));
  }
  metrics.counter("informer_lists_total", "Completed lists", labels, stats.lists);
  metrics.counter("informer_relists_total", "Completed lists after the first", labels, stats.relists);
  metrics.counter("informer_watches_total", "Opened watches", labels, stats.watches);
  metrics.counter("informer_events_total", "Events that changed the cache or moved its revision", labels, stats.events);
  metrics.counter("informer_expired_total", "Times that the server did not know the cache's revision", labels,
                  stats.expired);
  metrics.counter("informer_errors_total", "Failed lists, failed watches and ERROR events", labels, stats.errors);
}

void collect(LeaderElector const& elector, seams::Metrics& metrics) {
  metrics.gauge("leader_election_master_status", "1 for who holds the lease, 0 for who waits for it",
                {{"name", elector.lease_name()}}, elector.leading() ? 1 : 0);
  metrics.counter("leader_election_terms_total", "Times that this process began to lead",
                  {{"name", elector.lease_name()}}, elector.stats().terms);
  metrics.counter("leader_election_failures_total", "Reads and writes of the lease that failed, but for conflicts",
                  {{"name", elector.lease_name()}}, elector.stats().failures);
}

}  // namespace runtime
