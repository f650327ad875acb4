#include "fakeapi/face/in_process_api.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "fakeapi/face/in_process_call.hpp"
#include "fakeapi/face/in_process_watch.hpp"
#include "operator/api/kinds.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {
namespace asio = boost::asio;

namespace {

// Starts a call and waits for its answer; a read can be cancelled.
api::AsyncResult<api::Response> carry(std::shared_ptr<InProcessCall> call) {
  auto initiate = [&call](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([weak = std::weak_ptr<InProcessCall>(call)](asio::cancellation_type) {
        if (auto const waiting = weak.lock()) waiting->cancel();
      });
    }
    call->start(CallHandler(std::move(handler)));
  };
  co_return co_await asio::async_initiate<asio::use_awaitable_t<> const, void(api::Result<api::Response>)>(
      initiate, asio::use_awaitable);
}

}  // namespace

InProcessApi::InProcessApi(InProcessFront& front, Actor actor, seams::Environment client)
    : front_(front),
      actor_(actor),
      client_(client),
      definitions_(*front.server.index_of(api::custom_resource_definitions)) {
  observer_ = front_.server.add_observer([this](Commit const& commit) { committed(commit); });
}

InProcessApi::~InProcessApi() {
  front_.server.remove_observer(observer_);
  seams::check(watches_.empty(), "an Api outlives its watches");
}

void InProcessApi::committed(Commit const& commit) {
  if (commit.resource == definitions_) {
    for (auto* watch : watches_) watch->definition_changed(commit);
  }
  for (auto* watch : watches_) {
    if (watch->frontend() == nullptr) watch->committed(commit);
  }
}

api::AsyncResult<api::Response> InProcessApi::call(api::Request request) {
  seams::check(request.verb != api::Verb::watch, "a watch is opened with open_watch()");
  return carry(std::make_shared<InProcessCall>(front_, actor_, client_, std::move(request)));
}

api::AsyncResult<std::unique_ptr<api::Watch>> InProcessApi::open_watch(api::Request request) {
  seams::check(request.verb == api::Verb::watch, "only a watch is opened with open_watch()");
  auto call = std::make_shared<InProcessCall>(front_, actor_, client_, request);
  auto opened = co_await carry(call);
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  co_return std::make_unique<InProcessWatch>(*this, call->take_watch(), request);
}

}  // namespace fakeapi
