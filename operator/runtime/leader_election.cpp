#include "operator/runtime/leader_election.hpp"

#include <boost/json/object.hpp>
#include <memory>
#include <utility>

#include "operator/runtime/backoff.hpp"
#include "operator/seams/check.hpp"

namespace runtime {
namespace json = boost::json;

std::optional<std::string> check_options(LeaderElectionOptions const& options) {
  if (options.identity.empty()) return "an identity is needed";
  if (options.lease.name.empty() || options.lease.namespace_.empty()) return "the lease needs a namespace and a name";
  if (options.retry_period <= seams::Duration::zero()) return "the retry period must be more than nothing";
  if (options.renew_deadline <= options.retry_period / 5 * 6)
    return "the renew deadline must be longer than 1.2 retry periods";
  if (std::chrono::seconds(options.lease_duration_seconds) <= options.renew_deadline)
    return "the lease's duration must be longer than the renew deadline";
  return std::nullopt;
}

LeaseSpec lease_spec(api::Object const& lease) {
  auto const text = [&](std::string_view name) {
    return std::string(api::find_string(lease.spec.get(), {name}).value_or(""));
  };
  LeaseSpec spec;
  spec.holder = text("holderIdentity");
  spec.duration_seconds = api::find_integer(lease.spec.get(), {"leaseDurationSeconds"}).value_or(0);
  spec.acquire_time = text("acquireTime");
  spec.renew_time = text("renewTime");
  spec.transitions = api::find_integer(lease.spec.get(), {"leaseTransitions"}).value_or(0);
  return spec;
}

std::string format_micro_time(seams::WallTime time) {
  auto const second = std::chrono::floor<std::chrono::seconds>(time);
  auto const micros = std::chrono::duration_cast<std::chrono::microseconds>(time - second).count();
  std::string fraction = std::to_string(micros);
  constexpr std::size_t digits = 6;
  fraction.insert(0, digits - fraction.size(), '0');
  std::string text = api::format_timestamp(second);
  text.insert(text.size() - 1, "." + fraction);
  return text;
}

LeaderElection::LeaderElection(LeaderElectionOptions options) : options_(std::move(options)) {
  seams::check(!check_options(options_), "the options of a leader election are checked where they come from");
}

seams::MonotonicTime LeaderElection::not_after() const {
  return leading_ ? renewed_at_ + options_.renew_deadline : seams::MonotonicTime::min();
}

void LeaderElection::give_up_lead() {
  leading_ = false;
  known_ = false;
}

/// A candidate waits one to 2.2 retry periods, so that many do not ask together.
seams::Duration LeaderElection::candidates_pause(seams::Random& random) const {
  return options_.retry_period +
         random_duration(random, options_.retry_period / 5 * 6, seams::RandomUse::leader_election);
}

/// The lease as seen, with another spec: what else stands in it stays.
api::ObjectPtr LeaderElection::lease_with(LeaseSpec const& spec) const {
  auto made = lease_ ? std::make_shared<api::Object>(*lease_) : std::make_shared<api::Object>();
  if (!lease_) {
    made->api_version = "coordination.k8s.io/v1";
    made->kind = "Lease";
    made->metadata.name = options_.lease.name;
    made->metadata.namespace_ = options_.lease.namespace_;
  }
  json::object fields;
  if (made->spec && made->spec->is_object()) fields = made->spec->get_object();
  fields["holderIdentity"] = spec.holder;
  fields["leaseDurationSeconds"] = spec.duration_seconds;
  fields["acquireTime"] = spec.acquire_time;
  fields["renewTime"] = spec.renew_time;
  fields["leaseTransitions"] = spec.transitions;
  made->spec = api::share(json::value(std::move(fields)));
  return made;
}

LeaderElection::Step LeaderElection::next(seams::MonotonicTime now, seams::WallTime wall, seams::Random& random) {
  if (leading_ && now >= not_after()) give_up_lead();
  if (now < next_try_) return {Step::Kind::wait, nullptr, leading_ ? std::min(next_try_, not_after()) : next_try_};
  if (!known_) return {Step::Kind::read, nullptr, seams::never};
  bool const mine = spec_.holder == options_.identity;
  if (lease_ && !mine && !spec_.holder.empty()) {
    seams::MonotonicTime const free_at = changed_at_ + std::chrono::seconds(spec_.duration_seconds);
    if (now < free_at) {
      // Held. Look again in a while: it must be seen to be renewed, or not to be.
      known_ = false;
      next_try_ = now + candidates_pause(random);
      return {Step::Kind::wait, nullptr, next_try_};
    }
  }
  LeaseSpec spec = spec_;
  std::string const time = format_micro_time(wall);
  if (!lease_ || !mine) {
    spec.acquire_time = time;
    spec.transitions = lease_ ? spec_.transitions + 1 : 0;
  }
  spec.holder = options_.identity;
  spec.duration_seconds = options_.lease_duration_seconds;
  spec.renew_time = time;
  return {lease_ ? Step::Kind::update : Step::Kind::create, lease_with(spec), seams::never};
}

void LeaderElection::read(std::expected<api::ObjectPtr, api::Error> const& answer, seams::MonotonicTime now,
                          seams::Random& random) {
  if (!answer && !answer.error().is(api::Reason::not_found)) {
    next_try_ = now + (leading_ ? options_.retry_period : candidates_pause(random));
    return;
  }
  known_ = true;
  next_try_ = now;
  lease_ = answer ? *answer : nullptr;
  LeaseSpec const spec = lease_ ? lease_spec(*lease_) : LeaseSpec{};
  if (!observed_ || spec != spec_) changed_at_ = now;
  observed_ = true;
  spec_ = spec;
  if (leading_ && spec_.holder != options_.identity) leading_ = false;
}

void LeaderElection::wrote(std::expected<api::ObjectPtr, api::Error> const& answer, seams::MonotonicTime sent,
                           seams::MonotonicTime now, seams::Random& random) {
  if (answer) {
    known_ = observed_ = leading_ = true;
    lease_ = *answer;
    spec_ = lease_spec(*lease_);
    changed_at_ = now;
    renewed_at_ = sent;
    next_try_ = sent + options_.retry_period;
    return;
  }
  // Whatever it was, somebody else may hold the lease now.
  known_ = false;
  if (!leading_) {
    next_try_ = now + candidates_pause(random);
    return;
  }
  bool const overtaken = answer.error().is(api::Reason::conflict) || answer.error().is(api::Reason::not_found) ||
                         answer.error().is(api::Reason::already_exists);
  next_try_ = overtaken ? now : sent + options_.retry_period;
}

api::ObjectPtr LeaderElection::released(seams::MonotonicTime now, seams::WallTime wall) {
  if (!leading(now) || !lease_) return nullptr;
  LeaseSpec spec = spec_;
  spec.holder.clear();
  spec.duration_seconds = 1;
  spec.renew_time = spec.acquire_time = format_micro_time(wall);
  auto lease = lease_with(spec);
  give_up_lead();
  return lease;
}

}  // namespace runtime
