#include "bench/http_load.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <cmath>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>

#include "operator/http/client_connection.hpp"
#include "operator/seams/gate.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
using ConnectionPointer = std::unique_ptr<http::ClientConnection>;

constexpr auto patience = std::chrono::seconds(60);
constexpr std::size_t largest_answer = std::size_t{256} * 1024 * 1024;

struct Shared {
  Shared(Target target_, Load load_, std::uint64_t limit_)
      : target(std::move(target_)), load(std::move(load_)), limit(limit_), done(target.clock) {}

  Target target;
  Load load;
  std::uint64_t limit;
  seams::MonotonicTime end{};
  std::uint64_t next = 0;
  std::uint32_t running = 0;
  seams::Gate done;
  LoadResult result{};
};

asio::awaitable<void> shoot(std::shared_ptr<Shared> shared, ConnectionPointer connection) {
  auto& target = shared->target;
  auto& result = shared->result;
  while (shared->next < shared->limit && target.clock.now() < shared->end) {
    if (connection == nullptr) {
      auto stream = co_await target.connector.connect(target.clock.now() + patience);
      if (!stream) {
        ++result.unexpected[0];
        if (result.first_error.empty()) result.first_error = stream.error().message;
        break;
      }
      connection = std::make_unique<http::ClientConnection>(std::move(*stream), target.host);
    }
    auto const shot = shared->load.shot(shared->next++);
    auto const began = target.stopwatch();
    http::ClientRequest const request{
        .method = shot.method, .target = shot.target, .headers = target.headers, .body = shot.body};
    auto const answer = co_await connection->exchange(request, largest_answer, target.clock.now() + patience);
    if (answer && answer->status == shared->load.expected_status) {
      auto const taken = std::chrono::duration_cast<std::chrono::microseconds>(target.stopwatch() - began).count();
      result.microseconds.push_back(static_cast<std::uint32_t>(taken));
      result.bytes += answer->body->size();
      ++result.requests;
    } else {
      ++result.unexpected[answer ? answer->status : 0];
      if (result.first_error.empty()) result.first_error = answer ? *answer->body : answer.error().message;
    }
    if (!connection->reusable()) connection.reset();
  }
  if (--shared->running == 0) shared->done.open();
}

}  // namespace

double LoadResult::per_second() const {
  double const seconds = std::chrono::duration<double>(time).count();
  return seconds > 0 ? static_cast<double>(requests) / seconds : 0;
}

double LoadResult::percentile(double part) const {
  if (microseconds.empty()) return 0;
  auto const last = static_cast<double>(microseconds.size() - 1);
  auto const at = static_cast<std::size_t>(std::llround(last * part));
  return microseconds[at] / 1000.0;
}

asio::awaitable<LoadResult> run_load(Target target, Load load, std::uint32_t connections, seams::Duration time,
                                     std::uint64_t limit) {
  auto const executor = co_await asio::this_coro::executor;
  auto const shared = std::make_shared<Shared>(std::move(target), std::move(load), limit);
  std::vector<ConnectionPointer> made;
  for (std::uint32_t i = 0; i < connections; ++i) {
    auto stream = co_await shared->target.connector.connect(shared->target.clock.now() + patience);
    if (!stream) throw std::runtime_error("no connection: " + stream.error().message);
    made.push_back(std::make_unique<http::ClientConnection>(std::move(*stream), shared->target.host));
  }
  auto const began = shared->target.stopwatch();
  shared->end = shared->target.clock.now() + time;
  shared->running = connections;
  for (auto& connection : made) {
    asio::co_spawn(executor, shoot(shared, std::move(connection)), [](std::exception_ptr const& error) {
      if (error) std::rethrow_exception(error);
    });
  }
  while (shared->running > 0) co_await shared->done.wait();
  auto result = std::move(shared->result);
  result.name = shared->load.name;
  result.time = shared->target.stopwatch() - began;
  std::ranges::sort(result.microseconds);
  co_return result;
}

std::string table_head() { return "operation            requests/s   p50 ms   p90 ms   p99 ms   max ms   failed"; }

std::string table_row(LoadResult const& result) {
  std::uint64_t failed = 0;
  for (auto const& [status, count] : result.unexpected) failed += count;
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(), "%-20s %10.0f %8.2f %8.2f %8.2f %8.2f %8llu", result.name.c_str(),
                result.per_second(), result.percentile(0.5), result.percentile(0.9), result.percentile(0.99),
                result.percentile(1), static_cast<unsigned long long>(failed));
  return line.data();
}

}  // namespace bench
