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
  return {
      std::move(name), {.host = "127.0.0.1", .port = programs::free_ports(1).front()}, credentials->authority, token};
}

void start(ApiServer& server, std::vector<std::string> const& arguments, fs::path const& log) {
  server.started = stopwatch();
  server.processes.push_back(start_program(arguments, log));
}

}  // namespace

std::uint64_t ApiServer::memory(char const* field) const {
  std::uint64_t all = 0;
  for (auto const& process : processes) all += memory_of(process.pid(), field);
  return all;
}

double ApiServer::cpu_seconds() const {
  double all = 0;
  for (auto const& process : processes) all += cpu_seconds_of(process.pid());
  return all;
}

void ApiServer::forget_peak() const {
  for (auto const& process : processes) forget_peak_of(process.pid());
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
  auto commands = conformance::real_server_commands(assets, {.etcd = programs::free_ports(1).front(),
                                                             .etcd_peers = programs::free_ports(1).front(),
                                                             .server = server.where.port,
                                                             .folder = folder,
                                                             .tokens = folder / "tokens.csv",
                                                             .service_account_key = folder / "pki/server.key",
                                                             .service_account_public_key = folder / "pki/server.crt"});
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
