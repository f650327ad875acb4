#include "operator/runtime/self_check.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/api/read_only.hpp"
#include "operator/runtime/root.hpp"
#include "operator/seams/check.hpp"

namespace runtime {
namespace asio = boost::asio;

namespace {

/// It answers, and its answer is that it does not answer this.
bool does_not_say(api::Error const& error) {
  return error.is(api::Reason::forbidden) || error.is(api::Reason::not_found) ||
         error.is(api::Reason::method_not_allowed);
}

}  // namespace

SelfCheck::SelfCheck(seams::Environment const& environment, api::Api& api, SelfCheckOptions options)
    : environment_(environment),
      api_(api),
      options_(std::move(options)),
      states_(options_.rights.size(), State::unknown),
      definition_done_(options_.definition.empty()) {}

void SelfCheck::start() {
  seams::check(!running_ && !stopping_, "a self-check is started once");
  running_ = true;
  spawn_root(environment_.executor, run(), cancel_.slot(), [this](std::exception_ptr const& bug) { ended(bug); });
}

void SelfCheck::stop(std::function<void()> stopped) {
  seams::check(!stopping_, "a self-check is stopped once");
  stopping_ = true;
  if (!running_) {
    asio::post(environment_.executor, std::move(stopped));
    return;
  }
  stopped_ = std::move(stopped);
  if (begun_) cancel_.emit(asio::cancellation_type::terminal);
}

std::string SelfCheck::missing_rights() const {
  std::string text;
  for (std::size_t index = 0; index < states_.size(); ++index) {
    if (states_[index] != State::missing) continue;
    if (!text.empty()) text += "; ";
    text += complaint_about(options_.rights[index]);
  }
  return text;
}

asio::awaitable<void> SelfCheck::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  begun_ = true;
  while (!stopping_) {
    if (!definition_done_) definition_done_ = co_await look_at_definition();
    if (!rights_done_ && !stopping_) rights_done_ = co_await ask_for_rights();
    if (stopping_) co_return;
    done_ = definition_done_ && rights_done_;
    if (done_) co_return;
    co_await seams::sleep_until(environment_.clock, environment_.clock.now() + options_.look_again);
  }
}

asio::awaitable<bool> SelfCheck::look_at_definition() {
  api::GetOptions options;
  options.deadline = environment_.clock.now() + options_.call_timeout;
  auto const answer = co_await api_.get(api::custom_resource_definitions, {"", options_.definition}, options);
  if (stopping_) co_return false;
  if (!answer && !answer.error().is(api::Reason::not_found)) {
    // The right to look at it is one of the rights; what was known of it before is not known any more.
    definition_trouble_.clear();
    co_return answer.error().is(api::Reason::forbidden) && rights_done_;
  }
  std::string trouble = options_.judge(answer ? answer->get() : nullptr);
  if (trouble != definition_trouble_) {
    if (trouble.empty()) {
      environment_.log.info("the definition is as it should be now", {{"definition", options_.definition}});
    } else {
      environment_.log.warning("the definition is not as it should be",
                               {{"definition", options_.definition}, {"why", trouble}});
    }
  }
  definition_trouble_ = std::move(trouble);
  co_return definition_trouble_.empty();
}

asio::awaitable<bool> SelfCheck::ask_for_rights() {
  bool all = true;
  for (std::size_t index = 0; index < states_.size(); ++index) {
    if (states_[index] == State::given) continue;
    api::WriteOptions options;
    options.deadline = environment_.clock.now() + options_.call_timeout;
    auto const answer =
        co_await api_.create(api::self_subject_access_reviews, review_of(options_.rights[index]), options);
    if (stopping_) co_return false;
    if (!answer && does_not_say(answer.error())) {
      environment_.log.info("the server does not say what is allowed", {{"error", answer.error().to_string()}});
      for (auto& state : states_) state = State::unknown;
      co_return true;
    }
    if (!answer) co_return false;  // the next ones would fare no better
    auto const allowed = is_allowed(**answer);
    if (allowed) learnt(index, *allowed);
    all = all && allowed.value_or(true);
  }
  co_return all;
}

void SelfCheck::learnt(std::size_t index, bool given) {
  State const now = given ? State::given : State::missing;
  State const before = std::exchange(states_[index], now);
  if (now == State::missing && before != now) {
    environment_.log.warning("a right is missing", {{"why", complaint_about(options_.rights[index])}});
  } else if (before == State::missing && before != now) {
    environment_.log.info("a right that was missing has been given", {{"right", to_string(options_.rights[index])}});
  }
}

void SelfCheck::ended(std::exception_ptr const& bug) {
  running_ = false;
  if (bug) std::rethrow_exception(bug);
  auto const stopped = std::exchange(stopped_, {});
  if (stopped) stopped();
}

}  // namespace runtime
