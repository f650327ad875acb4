#include "operator/runtime/probes.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace runtime {
namespace {

using seams::HttpHeaders;
using seams::HttpRequest;
using seams::HttpResponse;

HttpResponse plain(int status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.headers = HttpHeaders{{"Content-Type", "text/plain; charset=utf-8"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = std::make_shared<std::string const>(std::move(text));
  return response;
}

struct Target {
  std::string_view path;
  bool verbose = false;
  std::set<std::string_view> excluded;
};

Target target_of(std::string_view text) {
  Target target;
  auto const question = text.find('?');
  target.path = text.substr(0, question);
  std::string_view query = question == std::string_view::npos ? std::string_view() : text.substr(question + 1);
  while (!query.empty()) {
    auto const end = std::min(query.find('&'), query.size());
    std::string_view const parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    std::string_view const name = parameter.substr(0, parameter.find('='));
    if (name == "verbose") target.verbose = true;
    if (name == "exclude" && name.size() < parameter.size()) target.excluded.insert(parameter.substr(name.size() + 1));
  }
  while (target.path.size() > 1 && target.path.ends_with('/')) target.path.remove_suffix(1);
  return target;
}

bool is_read(HttpRequest const& request) { return request.method == "GET" || request.method == "HEAD"; }

HttpResponse not_allowed() {
  auto response = plain(405, "only GET is served here\n");
  response.headers.add("Allow", "GET, HEAD");
  return response;
}

HttpResponse all_checks(std::string_view name, std::vector<HealthCheck> const& checks, Target const& target) {
  std::string lines;
  bool good = true;
  for (auto const& check : checks) {
    if (target.excluded.contains(check.name)) {
      lines += "[+]" + check.name + " excluded: ok\n";
      continue;
    }
    std::string const trouble = check.trouble();
    good = good && trouble.empty();
    lines += trouble.empty() ? "[+]" + check.name + " ok\n" : "[-]" + check.name + " failed: " + trouble + "\n";
  }
  if (good && !target.verbose) return plain(200, "ok");
  lines += std::string(name) + (good ? " check passed\n" : " check failed\n");
  return plain(good ? 200 : 500, std::move(lines));
}

}  // namespace

HttpResponse ProbeService::answer(HttpRequest const& request) const {
  Target const target = target_of(request.target);
  for (auto const& [prefix, name, checks] :
       {std::tuple{"/healthz", "healthz", &alive_}, {"/readyz", "readyz", &ready_}}) {
    std::string_view path = target.path;
    std::string_view const root = prefix;
    if (!path.starts_with(root)) continue;
    path.remove_prefix(root.size());
    if (path.empty()) return is_read(request) ? all_checks(name, *checks, target) : not_allowed();
    if (!path.starts_with('/')) continue;
    auto const found = std::ranges::find(*checks, path.substr(1), &HealthCheck::name);
    if (found == checks->end()) continue;
    if (!is_read(request)) return not_allowed();
    std::string const trouble = found->trouble();
    return trouble.empty() ? plain(200, "ok") : plain(500, trouble + "\n");
  }
  return plain(404, "there are /healthz and /readyz here\n");
}

boost::asio::awaitable<void> ProbeService::serve(HttpRequest request, seams::HttpResponseWriter& writer) {
  co_await writer.respond(answer(request));
}

boost::asio::awaitable<void> MetricsService::serve(HttpRequest request, seams::HttpResponseWriter& writer) {
  if (target_of(request.target).path != "/metrics") {
    co_await writer.respond(plain(404, "there is /metrics here\n"));
    co_return;
  }
  if (!is_read(request)) {
    co_await writer.respond(not_allowed());
    co_return;
  }
  seams::Metrics metrics;
  collect_(metrics);
  HttpResponse response;
  response.headers = HttpHeaders{{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}};
  response.body = std::make_shared<std::string const>(render_(metrics));
  co_await writer.respond(std::move(response));
}

}  // namespace runtime
