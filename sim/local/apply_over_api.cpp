#include "sim/local/apply_over_api.hpp"

#include "fakeapi/manifests/apply.hpp"

namespace sim::local {

namespace {
constexpr seams::Duration patience = std::chrono::seconds(30);
}

boost::asio::awaitable<std::expected<void, std::string>> apply_over_api(
    api::Api& api, seams::Clock& clock, fakeapi::Server const& rehearsed,
    std::vector<manifest::Manifest> const& manifests) {
  for (auto const* manifest : fakeapi::manifests::in_order(manifests)) {
    auto request = fakeapi::manifests::create_request(rehearsed, *manifest);
    if (!request) co_return std::unexpected(request.error());
    std::get<api::WriteOptions>(request->options).deadline = clock.now() + patience;
    auto result = co_await api.call(*request);
    if (!result && result.error().is(api::Reason::already_exists))
      result = co_await api.call(fakeapi::manifests::patch_request(*request));
    if (!result) co_return std::unexpected(fakeapi::manifests::refusal(*manifest, result.error()));
  }
  co_return std::expected<void, std::string>();
}

}  // namespace sim::local
