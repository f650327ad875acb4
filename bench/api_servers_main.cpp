#include "bench/api_servers_main.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <stdexcept>

#include "operator/real/certificates.hpp"
#include "operator/real/files.hpp"
#include "operator/real/real_clock.hpp"
#include "tests/conformance/real_programs.hpp"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr char const* token = "bench-token";

// Certificates and a token file, the same for every server.
ApiServer prepare(std::string name, fs::path const& folder) {
  auto const credentials = real::keep_credentials(folder / "pki", {}, std::chrono::system_clock::now());
  if (!credentials) throw std::runtime_error(credentials.error());
  auto const text = std::string(token) + ",bench,bench,system:masters\n";
  if (auto const written = real::write_file_atomically(folder / "tokens.csv", text, 0600); !written)
    throw std::runtime_error(written.error());
  return {std::move(name), {.host = "127.0.0.1", .port = free_port()}, credentials->authority, token};
}

void start(ApiServer& server, std::vector<std::string> const& arguments, fs::path const& log) {
  server.started = stopwatch();
  server.processes.push_back(std::make_unique<ChildProcess>(arguments, log));
}

}  // namespace

std::uint16_t free_port() {
  boost::asio::io_context context{1};
  real::RealClock clock(context);
  return real::TcpListener(context, clock, {}).port();
}

std::uint64_t ApiServer::memory(char const* field) const {
  std::uint64_t all = 0;
  for (auto const& process : processes) all += process->memory(field);
  return all;
}

double ApiServer::cpu_seconds() const {
  double all = 0;
  for (auto const& process : processes) all += process->cpu_seconds();
  return all;
}

void ApiServer::forget_peak() const {
  for (auto const& process : processes) process->forget_peak();
}

ApiServer start_fake(fs::path const& program, fs::path const& folder) {
  auto server = prepare("echo-fakeapi", folder);
  start(server,
        {program.string(), "serve", "--port", std::to_string(server.where.port), "--profile", "v1.20", "--tls-dir",
         (folder / "pki").string(), "--authorization", "rbac", "--token-auth-file", (folder / "tokens.csv").string(),
         "--no-controllers"},
        folder / "echo-fakeapi.log");
  return server;
}

ApiServer start_real(fs::path const& assets, fs::path const& folder) {
  auto server = prepare("kube-apiserver and etcd", folder);
  auto commands = conformance::real_server_commands(assets, {.etcd = free_port(),
                                                             .etcd_peers = free_port(),
                                                             .server = server.where.port,
                                                             .folder = folder,
                                                             .tokens = folder / "tokens.csv",
                                                             .service_account_key = folder / "pki/server.key"});
  auto& arguments = commands.back().arguments;
  arguments.push_back("--tls-cert-file=" + (folder / "pki/server.crt").string());
  arguments.push_back("--tls-private-key-file=" + (folder / "pki/server.key").string());
  for (auto& command : commands) {
    command.arguments.insert(command.arguments.begin(), command.program.string());
    start(server, command.arguments, folder / (command.program.filename().string() + ".log"));
  }
  return server;
}

}  // namespace bench
