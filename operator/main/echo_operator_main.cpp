// echo-operator: the operator against a real cluster.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <vector>

#include "operator/api/kinds.hpp"
#include "operator/client/access.hpp"
#include "operator/client/http_api.hpp"
#include "operator/echo/echo.hpp"
#include "operator/echo/explain.hpp"
#include "operator/echo/names.hpp"
#include "operator/echo/operator.hpp"
#include "operator/http/server.hpp"
#include "operator/main/connection_main.hpp"
#include "operator/real/console_log.hpp"
#include "operator/real/process.hpp"
#include "operator/real/prometheus_text.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/real_random.hpp"
#include "operator/real/tcp.hpp"

namespace {

namespace asio = boost::asio;

constexpr int usage_error = 1;
constexpr int bad_configuration = 2;
constexpr int not_drained = 3;
constexpr int cannot_explain = 4;

struct Arguments {
  client::AccessOptions access;
  echo::OperatorOptions operator_;
  bool leader_election = false;
  std::string lease_namespace;
  std::string lease_name = "echo-operator";
  std::int64_t lease_seconds = 15;
  double renew_seconds = 10;
  double retry_seconds = 2;
  std::string metrics_address = "0";
  std::string probe_address = "0";
  bool verbose = false;
  real::LogFormat log_format = real::LogFormat::text;
  std::string explained;  ///< explain: the Echo's name; "": run
  std::string explained_namespace;
};

std::optional<int> parse(int argc, char** argv, Arguments& arguments) {
  CLI::App app(
      "Runs the Echo operator: for every Echo a Deployment of echo servers.\n"
      "Exit codes: 0 ended by SIGTERM or SIGINT, 1 bad usage, 2 bad configuration, 3 work was left when the time "
      "to end had passed, 4 (explain) the Echo cannot be read.");
  app.add_option("--kubeconfig", arguments.access.kubeconfig,
                 "the kubeconfig; without it $KUBECONFIG, the pod's service account, ~/.kube/config");
  app.add_option("--context", arguments.access.context, "the context of the kubeconfig, if not its current one");
  app.add_option("-n,--namespace", arguments.operator_.namespaces,
                 "only this namespace (repeatable); without it all of them")
      ->check([](std::string const& name) {
        return std::string(echo::is_dns1123_label(name) ? "" : "\"" + name + "\" is no name of a namespace");
      })
      ->allow_extra_args(false);
  app.add_option("--echo-image", arguments.operator_.reconciler.fallback_image,
                 "what the containers of Echoes without spec.image run")
      ->check([](std::string const& image) { return std::string(image.empty() ? "it must not be empty" : ""); })
      ->capture_default_str();
  app.add_flag("--adopt-tutorial", arguments.operator_.reconciler.adopt_tutorial,
               "take over Deployments that look exactly as the tutorial's operator makes them");
  app.add_option("--max-concurrent-reconciles", arguments.operator_.max_concurrent_reconciles,
                 "how many Echoes are worked on at once")
      ->check(CLI::Range(1U, 1000U))
      ->capture_default_str();
  auto* const elect = app.add_flag("--leader-elect", arguments.leader_election,
                                   "of several operators only the one that holds a Lease writes");
  app.add_flag("--dry-run", arguments.operator_.dry_run,
               "write nothing: everything is read, and what would be done is said in the log")
      ->excludes(elect);
  app.add_option("--leader-election-namespace", arguments.lease_namespace,
                 "the Lease's namespace; without it that of the pod or of the context")
      ->needs(elect);
  app.add_option("--leader-election-id", arguments.lease_name, "the Lease's name")->needs(elect)->capture_default_str();
  app.add_option("--leader-election-lease-duration", arguments.lease_seconds,
                 "for how many whole seconds others leave a lease alone that they have seen renewed")
      ->needs(elect)
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{3600}))
      ->capture_default_str();
  app.add_option("--leader-election-renew-deadline", arguments.renew_seconds,
                 "after how many seconds without a renewal the leader leads no more; less than the lease's duration")
      ->needs(elect)
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--leader-election-retry-period", arguments.retry_seconds,
                 "seconds between tries; 1.2 times this must be less than the renew deadline")
      ->needs(elect)
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  app.add_option("--metrics-bind-address", arguments.metrics_address,
                 "serve /metrics here: HOST:PORT, or :PORT for all addresses; 0: nowhere")
      ->capture_default_str();
  app.add_option("--health-probe-bind-address", arguments.probe_address,
                 "serve /healthz and /readyz here: HOST:PORT, or :PORT for all addresses; 0: nowhere")
      ->capture_default_str();
  app.add_flag("-v,--verbose", arguments.verbose, "tell everything");
  app.add_option("--log-format", arguments.log_format, "how lines of the log look")
      ->transform(CLI::CheckedTransformer(std::map<std::string, real::LogFormat>{{"text", real::LogFormat::text},
                                                                                 {"json", real::LogFormat::json}})
                      .description(""))
      ->type_name("text|json")
      ->default_str("text");
  auto& explain =
      *app.add_subcommand("explain", "show what the operator would do about one Echo now, and why; changes nothing");
  explain.add_option("NAME", arguments.explained, "the Echo's name")->required();
  explain.add_option("-n,--namespace", arguments.explained_namespace, "its namespace, if not the context's");
  explain.fallthrough();
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : usage_error;
  }
  return std::nullopt;
}

/// "HOST:PORT", ":PORT" or "[v6]:PORT"; nothing for "0".
std::expected<std::optional<real::ListenAddress>, std::string> parse_listen_address(std::string_view option,
                                                                                    std::string const& text) {
  if (text == "0") return std::nullopt;
  auto const refused = [&] {
    return std::unexpected("--" + std::string(option) + " " + text + ": write HOST:PORT, :PORT or 0");
  };
  auto const colon = text.rfind(':');
  if (colon == std::string::npos) return refused();
  real::ListenAddress where;
  where.address = text.substr(0, colon);
  if (where.address.empty()) where.address = "::";
  if (where.address == "localhost") where.address = "127.0.0.1";
  if (where.address.starts_with('[') && where.address.ends_with(']'))
    where.address = where.address.substr(1, where.address.size() - 2);
  unsigned port = 0;
  auto const [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port > 65535) return refused();
  where.port = static_cast<std::uint16_t>(port);
  return where;
}

/// "a,b", or "all".
std::string joined(std::vector<std::string> const& namespaces) {
  std::string text;
  for (auto const& one : namespaces) text += (text.empty() ? "" : ",") + one;
  return text.empty() ? "all" : text;
}

/// One small HTTP server of the operator's.
class SideServer {
 public:
  SideServer(asio::io_context& context, seams::Environment const& environment, real::ListenAddress const& where,
             std::unique_ptr<seams::HttpService> service)
      : service_(std::move(service)),
        server_(environment, std::make_unique<real::TcpListener>(context, environment.clock, where), *service_) {
    server_.start();
  }

 private:
  std::unique_ptr<seams::HttpService> service_;
  http::HttpServer server_;
};

asio::awaitable<int> explain(api::Api& api, seams::Clock& clock, api::ObjectKey key,
                             echo::ReconcilerOptions const& options_of_operator) {
  constexpr auto patience = std::chrono::seconds(30);
  api::GetOptions options;
  options.deadline = clock.now() + patience;
  auto const failed = [](api::Error const& error) {
    std::cerr << "echo-operator: " << error.to_string() << '\n';
    return cannot_explain;
  };
  auto echo = co_await api.get(echo::echoes, key, options);
  if (!echo) co_return failed(echo.error());
  auto deployment = co_await api.get(api::deployments, key, options);
  if (!deployment && !deployment.error().is(api::Reason::not_found)) co_return failed(deployment.error());
  echo::Observation seen;
  seen.echo = *echo;
  seen.fallback_image = options_of_operator.fallback_image;
  seen.adopt_tutorial = options_of_operator.adopt_tutorial;
  if (deployment) seen.deployment = *deployment;
  std::cout << echo::explain(seen);
  co_return 0;
}

int run(Arguments const& arguments) {
  real::ConsoleLog log(arguments.verbose ? seams::LogLevel::debug : seams::LogLevel::info, arguments.log_format);
  asio::io_context context(1);
  real::RealClock clock(context);
  real::RealRandom random(real::entropy_seed());
  real::StopSignal stop(context);
  auto const connection = program::Connection::make(context, clock, log, arguments.access);
  if (!connection) {
    std::cerr << "echo-operator: " << connection.error() << '\n';
    return bad_configuration;
  }
  client::Access const& access = (*connection)->access();
  client::HttpApi& api = (*connection)->api();
  if (!arguments.explained.empty()) {
    std::string space = arguments.explained_namespace;
    if (space.empty() && arguments.operator_.namespaces.size() == 1) space = arguments.operator_.namespaces.front();
    if (space.empty()) space = access.namespace_;
    if (space.empty()) space = "default";
    int code = cannot_explain;
    asio::co_spawn(context,
                   explain(api, clock, {std::move(space), arguments.explained}, arguments.operator_.reconciler),
                   [&](std::exception_ptr const& bug, int outcome) {
                     if (bug) std::rethrow_exception(bug);
                     code = outcome;
                     context.stop();
                   });
    context.run();
    return code;
  }
  echo::OperatorOptions operator_options = arguments.operator_;
  operator_options.watch_list = true;
  operator_options.self_check = true;
  if (arguments.leader_election) {
    auto& election = operator_options.leader_election.emplace();
    election.lease.name = arguments.lease_name;
    election.lease.namespace_ = arguments.lease_namespace.empty() ? access.namespace_ : arguments.lease_namespace;
    election.identity = real::unique_process_name();
    auto const duration = [](double seconds) { return seams::Duration(static_cast<std::int64_t>(seconds * 1e9)); };
    election.lease_duration_seconds = arguments.lease_seconds;
    election.renew_deadline = duration(arguments.renew_seconds);
    election.retry_period = duration(arguments.retry_seconds);
    election.request_timeout = std::min(election.request_timeout, election.renew_deadline / 2);
    if (election.lease.namespace_.empty()) {
      std::cerr
          << "echo-operator: in which namespace the Lease is to be is not known; give --leader-election-namespace\n";
      return usage_error;
    }
    if (auto const wrong = runtime::check_options(election)) {
      std::cerr << "echo-operator: leader election: " << *wrong << '\n';
      return usage_error;
    }
  }
  seams::Environment const environment{context.get_executor(), clock, random, log};
  echo::Operator echo_operator(environment, api, operator_options);

  std::vector<std::unique_ptr<SideServer>> side_servers;
  auto const serve = [&](std::string_view option, std::string const& text,
                         std::unique_ptr<seams::HttpService> service) -> bool {
    auto const where = parse_listen_address(option, text);
    if (!where) {
      std::cerr << "echo-operator: " << where.error() << '\n';
      return false;
    }
    if (!*where) return true;
    try {
      side_servers.push_back(std::make_unique<SideServer>(context, environment, **where, std::move(service)));
    } catch (boost::system::system_error const& failure) {
      std::cerr << "echo-operator: --" << option << " " << text << ": " << failure.code().message() << '\n';
      return false;
    }
    return true;
  };
  auto metrics = std::make_unique<runtime::MetricsService>(
      [&](seams::Metrics& into) {
        echo_operator.collect(into);
        api.collect(into);
        real::collect_process(into);
      },
      real::prometheus_text);
  auto probes = std::make_unique<runtime::ProbeService>(
      std::vector<runtime::HealthCheck>{{"ping", [] { return std::string(); }}}, echo_operator.readiness());
  if (!serve("metrics-bind-address", arguments.metrics_address, std::move(metrics)) ||
      !serve("health-probe-bind-address", arguments.probe_address, std::move(probes)))
    return usage_error;

  int exit_code = 0;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        co_await stop.wait();
        stop.stop_watching();
        log.info("stopping");
        echo_operator.stop([&](bool drained) {
          if (!drained) exit_code = not_drained;
          context.stop();
        });
      },
      [](std::exception_ptr const& bug) {
        if (bug) std::rethrow_exception(bug);
      });
  log.info("starting", {{"server", access.server.to_string()},
                        {"from", access.origin},
                        {"namespaces", joined(arguments.operator_.namespaces)}});
  echo_operator.start();
  context.run();
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (auto const code = parse(argc, argv, arguments)) return *code;
  return run(arguments);
}
