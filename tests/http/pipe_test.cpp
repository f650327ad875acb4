#include "operator/http/pipe.hpp"

#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <optional>
#include <tuple>

#include "operator/seams/gate.hpp"
#include "tests/http/support/wire.hpp"

namespace {

using namespace http_tests;
using Kind = seams::StreamError::Kind;

struct Hooks final : http::PipeHooks {
  Fate on_write(http::PipeDirection /*direction*/, std::string_view bytes) override {
    written += bytes;
    return fate;
  }
  std::size_t on_read(http::PipeDirection /*direction*/, std::size_t available) override {
    return std::min(available, most);
  }
  Fate fate;
  std::size_t most = all;
  std::string written;
};

class PipeTest : public Wire {
 public:
  PipeTest() { make(); }
  void make(std::size_t capacity = 100) {
    http::PipeOptions with;
    with.capacity = capacity;
    with.hooks = &hooks;
    with.first_sees.address = "server";
    with.second_sees.address = "client";
    std::tie(client, server_end) = http::make_pipe(client_process.clock(), server_process.clock(), with);
  }
  template <class T>
  static std::string outcome(seams::StreamResult<T> const& result) {
    constexpr std::array<char const*, 7> names{"refused",   "closed",    "reset", "timed out",
                                               "untrusted", "cancelled", "other"};
    return result ? "ok" : names.at(static_cast<std::size_t>(result.error().kind));
  }
  asio::awaitable<std::string> read(seams::Stream& stream, seams::Duration within = 10s) {
    std::array<char, 1000> buffer{};
    auto const count = co_await stream.read_some(buffer, now() + within);
    if (!count) co_return "<" + outcome(count) + ">";
    co_return std::string(buffer.data(), *count);
  }

  Hooks hooks;
  std::unique_ptr<seams::Stream> client;
  std::unique_ptr<seams::Stream> server_end;
};

TEST_F(PipeTest, carries_bytes_both_ways_and_ends_one_way_at_a_time) {
  run([&]() -> asio::awaitable<void> {
    EXPECT_EQ(client->peer().address + server_end->peer().address, "serverclient");
    co_await client->write("ping", seams::never);
    EXPECT_EQ(co_await read(*server_end), "ping");
    co_await client->end(seams::never);
    EXPECT_EQ(co_await read(*server_end), "");
    EXPECT_EQ(co_await read(*server_end), "");
    co_await server_end->write("pong", seams::never);
    EXPECT_EQ(co_await read(*client), "pong");
    EXPECT_EQ(outcome(co_await client->write("more", seams::never)), "closed");
  });
}

TEST_F(PipeTest, lets_a_writer_wait_until_there_is_room) {
  run([&]() -> asio::awaitable<void> {
    bool written = false;
    spawn(client_process, [&]() -> asio::awaitable<void> {
      EXPECT_EQ(outcome(co_await client->write(std::string(250, 'x'), seams::never)), "ok");
      written = true;
    });
    co_await sleep(1s);
    EXPECT_EQ((co_await read(*server_end)).size(), 100U);
    EXPECT_FALSE(written);
    co_await sleep(1s);
    EXPECT_EQ((co_await read(*server_end)).size(), 100U);
    co_await sleep(1s);
    EXPECT_TRUE(written);
  });
}

TEST_F(PipeTest, breaks_at_a_deadline) {
  run([&]() -> asio::awaitable<void> {
    EXPECT_EQ(co_await read(*server_end, 5s), "<timed out>");
    EXPECT_EQ(co_await read(*client), "<reset>");
    make();
    auto const began = now();
    EXPECT_EQ(outcome(co_await client->write(std::string(250, 'x'), now() + 5s)), "timed out");
    EXPECT_EQ(now() - began, 5s);
    EXPECT_EQ((co_await read(*server_end)).size(), 100U) << "what was on its way arrives";
    EXPECT_EQ(co_await read(*server_end), "<reset>");
  });
}

TEST_F(PipeTest, ends_pending_calls_when_it_is_closed_in_a_later_turn) {
  run([&]() -> asio::awaitable<void> {
    std::string got;
    spawn(client_process, [&]() -> asio::awaitable<void> { got = co_await read(*client, 1h); });
    co_await sleep(1s);
    client->close();
    EXPECT_EQ(got, "");
    co_await sleep(0s);
    EXPECT_EQ(got, "<closed>");
    EXPECT_EQ(co_await read(*server_end), "<reset>");
    EXPECT_EQ(outcome(co_await server_end->write("x", seams::never)), "reset");
  });
}

TEST_F(PipeTest, delays_truncates_breaks_and_splits_as_its_hooks_say) {
  run([&]() -> asio::awaitable<void> {
    hooks.fate.latency = 2s;
    auto const began = now();
    co_await client->write("slow", seams::never);
    hooks.fate.latency = 1s;
    co_await client->write("er", seams::never);
    EXPECT_EQ(co_await read(*server_end), "slow");
    EXPECT_EQ(now() - began, 2s);
    EXPECT_EQ(co_await read(*server_end), "er");
    EXPECT_EQ(now() - began, 2s) << "nothing overtakes";

    hooks.fate = {};
    hooks.most = 1;
    co_await client->write("ab", seams::never);
    EXPECT_EQ(co_await read(*server_end), "a");
    EXPECT_EQ(co_await read(*server_end), "b");

    hooks.most = http::PipeHooks::all;
    hooks.fate.arrives = 3;
    EXPECT_EQ(outcome(co_await client->write("abcdef", seams::never)), "ok") << "the writer does not know yet";
    EXPECT_EQ(co_await read(*server_end), "abc");
    EXPECT_EQ(co_await read(*server_end), "<reset>");
    EXPECT_EQ(co_await read(*client), "<reset>");
  });
}

TEST_F(PipeTest, host_refuses_where_nobody_listens_and_when_too_many_wait) {
  run([&]() -> asio::awaitable<void> {
    http::PipeHost place({}, 2);
    auto const connector = place.connector(client_process.clock());
    EXPECT_EQ(outcome(co_await connector->connect(seams::never)), "refused");
    auto listener = place.listen(server_process.clock());
    auto const first = co_await connector->connect(seams::never);
    auto const second = co_await connector->connect(seams::never);
    EXPECT_EQ(outcome(co_await connector->connect(seams::never)), "refused");
    EXPECT_EQ(outcome(co_await listener->accept()), "ok");
    EXPECT_EQ(outcome(co_await connector->connect(seams::never)), "ok");
    listener->close();
    EXPECT_EQ(outcome(co_await listener->accept()), "closed");
    EXPECT_EQ(co_await read(**second), "<reset>");
    EXPECT_EQ(outcome(co_await connector->connect(seams::never)), "refused");
    listener = place.listen(server_process.clock());
    EXPECT_EQ(outcome(co_await connector->connect(seams::never)), "ok");
  });
}

TEST_F(PipeTest, outlives_a_process_that_was_killed_at_its_other_end) {
  auto victim = std::make_unique<sim::Process>(scheduler, "victim");
  auto& other = victim->clock();
  auto [mine, theirs] = http::make_pipe(client_process.clock(), other);
  struct Held {
    std::unique_ptr<seams::Stream> stream;
  };
  auto& held = victim->own<Held>(std::move(theirs));
  spawn(*victim, [&]() -> asio::awaitable<void> {
    std::array<char, 10> buffer{};
    co_await held.stream->read_some(buffer, seams::never);
    ADD_FAILURE() << "nothing of it runs any more";
  });
  pass(1s);
  victim->kill();
  victim.reset();
  run([&]() -> asio::awaitable<void> {
    EXPECT_EQ(co_await read(*mine), "<reset>");
    EXPECT_EQ(outcome(co_await mine->write("x", seams::never)), "reset");
  });
}

class GateTest : public Wire {
 public:
  seams::Gate gate{client_process.clock()};
};

TEST_F(GateTest, lets_one_go_on_when_it_is_opened_and_the_next_one_if_none_waits) {
  run([&]() -> asio::awaitable<void> {
    gate.open();
    gate.open();
    EXPECT_EQ(co_await gate.wait(), seams::Woken::opened);
    auto const began = now();
    EXPECT_EQ(co_await gate.wait(now() + 5s), seams::Woken::deadline) << "two openings are one";
    EXPECT_EQ(now() - began, 5s);
    bool woken = false;
    spawn(client_process, [&]() -> asio::awaitable<void> {
      EXPECT_EQ(co_await gate.wait(), seams::Woken::opened);
      woken = true;
    });
    co_await sleep(1s);
    EXPECT_TRUE(gate.waiting());
    gate.open();
    EXPECT_FALSE(woken) << "never inside open()";
    EXPECT_FALSE(gate.waiting());
    co_await sleep(1s);
    EXPECT_TRUE(woken);
  });
}

TEST_F(GateTest, ends_a_wait_that_is_cancelled) {
  asio::cancellation_signal signal;
  std::optional<seams::Woken> woken;
  asio::co_spawn(
      client_process.executor(),
      [&]() -> asio::awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        woken = co_await gate.wait();
      },
      asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr const& error) { EXPECT_FALSE(error); }));
  pass(1s);
  EXPECT_TRUE(gate.waiting());
  signal.emit(asio::cancellation_type::terminal);
  EXPECT_FALSE(woken);
  pass(1s);
  EXPECT_EQ(woken, seams::Woken::cancelled);
}

}  // namespace
