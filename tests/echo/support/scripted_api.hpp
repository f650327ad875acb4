// An Api in front of a Cluster that records what is asked and fails where it is told to.
#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/echo/support/cluster.hpp"

namespace echo_tests {

/// Whether a request that fails was carried out before.
enum class Applied : std::uint8_t { no, yes };

class ScriptedApi final : public api::Api {
 public:
  explicit ScriptedApi(Cluster& cluster) : cluster_(cluster) {}

  struct Fault {
    std::string request;  ///< Request::to_string(), or how it begins and "*"
    api::Error error;
    Applied applied = Applied::no;
    bool always = false;
  };
  std::vector<Fault> faults;
  std::vector<api::Request> requests;
  /// Called before each request is carried out.
  std::function<void(api::Request const&)> before;

  void fail(std::string request, api::Error error, Applied applied = Applied::no) {
    faults.push_back({std::move(request), std::move(error), applied, false});
  }
  void always_fail(std::string request, api::Error error) {
    faults.push_back({std::move(request), std::move(error), Applied::no, true});
  }

  /// The requests since the last call, one per line.
  std::string take() {
    std::string text;
    for (; taken_ < requests.size(); ++taken_) text += requests[taken_].to_string() + "\n";
    return text;
  }

  api::AsyncResult<api::Response> call(api::Request request) override {
    requests.push_back(request);
    if (before) before(request);
    std::string const text = request.to_string();
    for (std::size_t index = 0; index < faults.size(); ++index) {
      if (!matches(faults[index].request, text)) continue;
      Fault const fault = faults[index];
      if (!fault.always) faults.erase(faults.begin() + static_cast<std::ptrdiff_t>(index));
      if (fault.applied == Applied::yes) (void)cluster_.execute(request);
      co_return std::unexpected(fault.error);
    }
    co_return cluster_.execute(request);
  }

  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request) override {
    co_return std::unexpected(error_of(api::Reason::method_not_allowed, 405));
  }

 private:
  static bool matches(std::string_view pattern, std::string_view text) {
    return pattern.ends_with('*') ? text.starts_with(pattern.substr(0, pattern.size() - 1)) : text == pattern;
  }

  Cluster& cluster_;
  std::size_t taken_ = 0;
};

}  // namespace echo_tests
