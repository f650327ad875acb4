// What happens to bytes between an operator and the server's HTTP front: they come late, in pieces, in part, or never.
#include <algorithm>
#include <array>

#include "sim/faults.hpp"

namespace sim {

namespace {

using std::chrono::milliseconds;

enum WireSite : unsigned {
  wire_slow,
  wire_amount,
  wire_cut,
  wire_cut_at,
  wire_reset,
  wire_stall,
  wire_split,
  wire_crash_on_the_way,
  wire_crash_answered,
};

struct Head {
  std::string_view method;
  std::string_view path;
};

// Of a request whose first bytes these are.
Head head_of(std::string_view bytes) {
  auto const method_ends = bytes.substr(0, 8).find(' ');
  if (method_ends == std::string_view::npos) return {};
  auto const path = bytes.substr(method_ends + 1, 256);
  return {bytes.substr(0, method_ends), path.substr(0, path.find_first_of(" ?"))};
}

api::Verb verb_of(std::string_view method) {
  if (method == "POST") return api::Verb::create;
  if (method == "PATCH") return api::Verb::patch;
  if (method == "PUT") return api::Verb::update;
  if (method == "DELETE") return api::Verb::delete_;
  return api::Verb::get;
}

}  // namespace

void FaultInjector::wire_call_begins(fakeapi::CallInfo const& call) {
  if (Client* const client = find(call.actor); client != nullptr && api::is_write(call.request.verb)) {
    ++client->writes_asked_for;
    ++client->writes_under_way;
  }
  observer_.call_arrived(call);
}

void FaultInjector::wire_call_ends(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) {
  // A write that never got to the wire excuses no later one.
  if (Client* const client = find(call.actor); client != nullptr && api::is_write(call.request.verb)) {
    if (client->writes_under_way > 0 && --client->writes_under_way == 0)
      client->writes_asked_for = client->writes_on_the_wire;
  }
  digest_.add(outcome ? 0U : static_cast<std::uint64_t>(outcome.error().reason) + 1);
  if (target_.tracing() && !outcome) target_.note("  refused: " + outcome.error().to_string());
  observer_.call_applied(call, outcome);
}

bool FaultInjector::wire_crash(Client& client, fakeapi::HookPoint point, api::Verb verb, unsigned site) {
  if (crashes_ >= most_crashes) return false;
  auto const kind =
      static_cast<FaultKind>(static_cast<unsigned>(FaultKind::crash_before_send) + static_cast<unsigned>(point));
  if (client.wire.rare(site, rate(kind, 1200), 2) == 0) return false;
  ++crashes_;
  counts_.count(kind);
  ++counts_.crashes[static_cast<std::size_t>(point)][static_cast<std::size_t>(verb)];
  target_.crash_operator(client.place, to_string(kind));
  return true;
}

http::PipeHooks::Fate FaultInjector::wire_write(fakeapi::Actor actor, bool to_server, std::string_view bytes) {
  digest_.add(to_server ? "to the server" : "to the client");
  digest_.add(bytes);
  http::PipeHooks::Fate fate;
  fate.latency = std::chrono::microseconds(500);
  Client* const client = find(actor);
  if (client == nullptr) return fate;
  auto const head = to_server ? head_of(bytes) : Head();
  auto const verb = verb_of(head.method);
  if (!head.method.empty() && api::is_write(verb)) {
    ++client->writes_on_the_wire;
    observer_.write_on_the_wire(actor, head.path, client->writes_on_the_wire > client->writes_asked_for);
  }
  if (target_.tracing()) {
    target_.note(std::string(to_server ? "bytes to the server: " : "bytes to the client: ") +
                 std::to_string(bytes.size()) + "  " +
                 std::string(bytes.substr(0, std::min<std::size_t>(bytes.find('\r'), 100))));
  }
  if (calm_) return fate;
  auto& wire = client->wire;
  auto const tell = [&](FaultKind kind) {
    counts_.count(kind);
    if (target_.tracing()) target_.note("  FAULT " + std::string(to_string(kind)));
  };
  if (wire.rare(wire_slow, rate(FaultKind::latency, 8000), 2) != 0) {
    counts_.count(FaultKind::latency);
    auto const amount = static_cast<std::int64_t>(wire.uniform(wire_amount, 64));
    fate.latency += milliseconds(1 + amount * amount * amount / 64);
  }
  if (wire.rare(wire_cut, rate(FaultKind::bytes_cut, 1500), 2) != 0) {
    tell(FaultKind::bytes_cut);
    // Nothing of it, all but one byte, or anything between.
    fate.arrives = (std::max<std::size_t>(bytes.size(), 1) - 1) * wire.uniform(wire_cut_at, 65) / 64;
  } else if (wire.rare(wire_reset, rate(FaultKind::bytes_reset, 1500), 2) != 0) {
    tell(FaultKind::bytes_reset);
    fate.reset = true;
  } else if (wire.rare(wire_stall, rate(FaultKind::bytes_stalled, 300), 2) != 0) {
    tell(FaultKind::bytes_stalled);
    fate.latency = std::chrono::hours(1000);
  }
  wire_crash(*client, to_server ? fakeapi::HookPoint::arrived : fakeapi::HookPoint::applied, verb,
             to_server ? wire_crash_on_the_way : wire_crash_answered);
  return fate;
}

std::size_t FaultInjector::wire_read(fakeapi::Actor actor, std::size_t available) {
  Client* const client = victim(actor);
  if (client == nullptr || available < 2) return available;
  static constexpr std::array<std::size_t, 8> pieces{0, 1, 2, 3, 7, 16, 64, 500};
  auto const which = client->wire.rare(wire_split, rate(FaultKind::bytes_split, 20000), pieces.size());
  if (which == 0 || pieces.at(which) >= available) return available;
  counts_.count(FaultKind::bytes_split);
  return pieces.at(which);
}

}  // namespace sim
