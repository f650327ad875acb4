// What others ask a running operator over HTTP: whether it lives, whether it is ready, and its figures.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "operator/seams/http_service.hpp"
#include "operator/seams/metrics.hpp"

namespace runtime {

/// One thing that must be well.
struct HealthCheck {
  std::string name{};
  /// What is the matter, for people; "": nothing. Called for each request.
  std::function<std::string()> trouble{};
};

/// Answers as Kubernetes' own servers do (k8s.io/apiserver/pkg/server/healthz): GET /healthz (is the process alive) and
/// /readyz (can it do its work) with "ok", or with 500 and one line a check; /readyz/NAME for one check alone; with
/// ?verbose all lines, ?exclude=NAME (repeatable) without that one. Unlike theirs it says why a check fails: whoever
/// can reach it is on the way to the operator's log anyway. No secret is part of a reason.
class ProbeService final : public seams::HttpService {
 public:
  ProbeService(std::vector<HealthCheck> alive, std::vector<HealthCheck> ready)
      : alive_(std::move(alive)), ready_(std::move(ready)) {}

  boost::asio::awaitable<void> serve(seams::HttpRequest request, seams::HttpResponseWriter& writer) override;

  /// The answer to one request. Pure but for the checks.
  seams::HttpResponse answer(seams::HttpRequest const& request) const;

 private:
  std::vector<HealthCheck> alive_;
  std::vector<HealthCheck> ready_;
};

/// Answers GET /metrics.
class MetricsService final : public seams::HttpService {
 public:
  /// `collect` gives the figures, `render` writes them in the text format of Prometheus, version 0.0.4.
  MetricsService(std::function<void(seams::Metrics&)> collect, std::function<std::string(seams::Metrics const&)> render)
      : collect_(std::move(collect)), render_(std::move(render)) {}

  boost::asio::awaitable<void> serve(seams::HttpRequest request, seams::HttpResponseWriter& writer) override;

 private:
  std::function<void(seams::Metrics&)> collect_;
  std::function<std::string(seams::Metrics const&)> render_;
};

}  // namespace runtime
