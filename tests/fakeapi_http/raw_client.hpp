// A client that sends bytes and collects what comes back.
#pragma once
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <memory>
#include <string>

#include "operator/http/pipe.hpp"
#include "sim/process.hpp"

namespace fakeapi_http {

inline boost::asio::awaitable<void> talk(http::PipeHost& host, seams::Clock& clock, std::string bytes,
                                         std::shared_ptr<std::string> received) {
  auto connector = host.connector(clock);
  auto stream = co_await connector->connect(seams::never);
  if (!stream) co_return;
  if (!co_await (*stream)->write(bytes, seams::never)) co_return;
  std::array<char, 4096> buffer{};
  for (;;) {
    auto const count = co_await (*stream)->read_some(buffer, seams::never);
    if (!count || *count == 0) {
      *received += "<end>";
      co_return;
    }
    received->append(buffer.data(), *count);
  }
}

/// Opens a connection and sends these bytes; what comes back goes on to be collected, with "<end>" after the last.
/// Host and process outlive it.
inline std::shared_ptr<std::string> send_bytes(http::PipeHost& host, sim::Process& client, std::string bytes) {
  auto received = std::make_shared<std::string>();
  boost::asio::co_spawn(client.executor(), talk(host, client.clock(), std::move(bytes), received),
                        [](std::exception_ptr failure) {
                          if (failure) std::rethrow_exception(failure);
                        });
  return received;
}

}  // namespace fakeapi_http
