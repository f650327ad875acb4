#include "operator/real/process.hpp"

#include <sys/resource.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

namespace real {
namespace asio = boost::asio;

std::uint64_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = raised.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur;
}

StopSignal::StopSignal(asio::io_context& context) : signals_(context, SIGTERM, SIGINT) {
  std::signal(SIGPIPE, SIG_IGN);
}

asio::awaitable<int> StopSignal::wait() {
  auto const [error, number] = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return error ? 0 : number;
}

void StopSignal::stop_watching() noexcept {
  boost::system::error_code ignored;
  signals_.cancel(ignored);
  signals_.clear(ignored);
}

}  // namespace real
