#include "operator/real/process.hpp"

#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <climits>
#include <csignal>
#include <string_view>

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

std::string unique_process_name() {
  std::array<char, HOST_NAME_MAX + 1> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {'h', 'o', 's', 't'};
  std::array<unsigned char, 16> bytes{};
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    ssize_t const count = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (count > 0) filled += static_cast<std::size_t>(count);
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);  // version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
  std::string name = std::string(host.data()) + "_";
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) name += '-';
    name += {digits[bytes.at(i) >> 4U], digits[bytes.at(i) & 15U]};
  }
  return name;
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
