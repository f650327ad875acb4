#include <array>
#include <boost/asio/co_spawn.hpp>
#include <ctime>
#include <functional>

#include "fakeapi/authorization/bootstrap.hpp"
#include "fakeapi/controllers/configured_delays.hpp"
#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/face/http/face.hpp"
#include "fakeapi/server.hpp"
#include "operator/http/client_connection.hpp"
#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "tests/conformance/servers.hpp"

namespace conformance {
namespace {

namespace asio = boost::asio;

constexpr std::size_t body_limit = std::size_t{64} * 1024 * 1024;
constexpr std::uint64_t turn_limit = 50'000'000;
constexpr seams::Duration answer_limit = std::chrono::minutes(2);

void fail_loudly(std::exception_ptr const& failure) {
  if (failure) std::rethrow_exception(failure);
}

std::string said(http::ClientError const& error) { return "the connection failed: " + error.message; }

/// One request, and what became of it.
struct Exchange {
  Call call;
  std::optional<Sent<Answer>> answer;
};

/// One answer that is read while it comes.
struct Reading {
  Call call;
  std::optional<Sent<Answer>> head;
  std::string unread;
  bool ended = false;
  std::string failure;
};

/// The fake as a server process in virtual time, and a client process that is connected to it by pipes: all that goes
/// over a network otherwise, as bytes, and hours pass in no time.
class InProcessDriver final : public Driver {
 public:
  InProcessDriver(std::string const& profile, bool controllers) {
    fakeapi::ServerOptions options;
    options.profile = profile == "modern" ? fakeapi::Profile::modern : fakeapi::Profile::v1_20;
    options.field_management = true;
    options.largest_object = fakeapi::etcd_largest_object;
    options.started = process_.clock().wall_now();
    server_ = std::make_unique<fakeapi::Server>(std::move(options));
    fakeapi::RequestContext context;
    context.now = process_.clock().wall_now();
    fakeapi::authorization::install_bootstrap_roles(*server_, context);

    fakeapi::http::FaceOptions face;
    face.authorization = fakeapi::http::AuthorizationMode::rbac;
    fakeapi::authorization::User admin;
    admin.name = "admin";
    admin.groups = {"system:masters"};
    face.tokens.add("the-admin", std::move(admin));
    fakeapi::authorization::User bob;
    bob.name = "bob";
    face.tokens.add("the-one-without-rights", std::move(bob));
    face.surroundings.server_address = "127.0.0.1:443";
    seams::Environment const environment{process_.executor(), process_.clock(), random_, log_};
    face_ = std::make_unique<fakeapi::http::Face>(*server_, environment, std::move(face));
    if (controllers) {
      fakeapi::ControllerSetOptions set;
      set.pods_run = false;
      controllers_ = std::make_unique<fakeapi::ControllerSet>(*server_, process_.clock(), delays_, set);
    }
    http::ServerOptions http_options;
    http_options.connection.refuse = [](http::Refusal const& refusal) {
      return fakeapi::http::refusal(refusal.status, refusal.reason);
    };
    http_ = std::make_unique<http::HttpServer>(environment, host_.listen(process_.clock()), *face_, http_options);
    http_->start();
    connector_ = host_.connector(client_.clock());
  }

  ~InProcessDriver() override {
    client_.kill();
    process_.kill();
  }

  std::string name() const override {
    return std::string("the fake in process") + (controllers_ ? " with its controllers" : "");
  }
  bool has_controllers() const override { return controllers_ != nullptr; }
  Milliseconds now() override { return std::chrono::duration_cast<Milliseconds>(scheduler_.now().time_since_epoch()); }
  std::string timestamp() override {
    auto const now = process_.clock().wall_now().time_since_epoch();
    std::time_t const seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text;
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
  }
  void wait(Milliseconds time) override {
    run(time, [] { return false; });
  }
  Sent<void> compact(std::uint64_t revision) override {
    server_->compact(revision);
    return {};
  }

  Sent<Answer> send(Call const& call) override {
    auto answers = send_together({call});
    if (!answers) return std::unexpected(answers.error());
    return std::move(answers->front());
  }

  Sent<std::vector<Answer>> send_together(std::vector<Call> const& calls) override {
    std::vector<std::shared_ptr<Exchange>> exchanges;
    for (auto const& call : calls) {
      exchanges.push_back(std::make_shared<Exchange>(with_credentials(call)));
      asio::co_spawn(client_.executor(), exchange(exchanges.back()), fail_loudly);
    }
    std::vector<Answer> answers;
    for (auto const& one : exchanges) {
      run(answer_limit, [&] { return one->answer.has_value(); });
      if (!one->answer) return std::unexpected("no answer");
      if (!*one->answer) return std::unexpected(one->answer->error());
      answers.push_back(std::move(**one->answer));
    }
    return answers;
  }

  Sent<std::unique_ptr<LineStream>> open(Call const& call) override {
    auto reading = std::make_shared<Reading>();
    reading->call = with_credentials(call).call;
    auto stream = std::make_unique<Stream>(*this, reading);
    asio::co_spawn(client_.executor(), read(reading, stream->connection()), fail_loudly);
    run(answer_limit, [&] { return reading->head.has_value(); });
    if (!reading->head) return std::unexpected("no answer");
    if (!*reading->head) return std::unexpected(reading->head->error());
    if ((*reading->head)->status != 200) {
      run(answer_limit, [&] { return reading->ended; });
      (*reading->head)->body = reading->unread;
    }
    return stream;
  }

 private:
  using Shared = std::shared_ptr<std::unique_ptr<http::ClientConnection>>;

  class Stream final : public LineStream {
   public:
    Stream(InProcessDriver& driver, std::shared_ptr<Reading> reading)
        : driver_(&driver),
          reading_(std::move(reading)),
          connection_(std::make_shared<std::unique_ptr<http::ClientConnection>>()) {}
    ~Stream() override {
      if (*connection_) (*connection_)->close();
      driver_->run(Milliseconds(0), [] { return false; });
    }
    Shared const& connection() const { return connection_; }
    Answer const& head() const override { return **reading_->head; }

    Sent<Line> next(Milliseconds limit) override {
      auto const line_end = [&] { return reading_->unread.find('\n'); };
      driver_->run(limit, [&] { return reading_->ended || line_end() != std::string::npos; });
      if (auto const end = line_end(); end != std::string::npos) {
        Line line{.what = Line::What::line, .text = reading_->unread.substr(0, end)};
        reading_->unread.erase(0, end + 1);
        return line;
      }
      if (!reading_->ended) return Line{.what = Line::What::silence, .text = ""};
      if (!reading_->failure.empty()) return std::unexpected(reading_->failure);
      return Line{.what = Line::What::end, .text = ""};
    }

   private:
    InProcessDriver* driver_;
    std::shared_ptr<Reading> reading_;
    Shared connection_;
  };

  template <class Done>
  void run(seams::Duration limit, Done&& done) {
    scheduler_.run_until(scheduler_.now() + limit, turn_limit, std::forward<Done>(done));
  }

  static Exchange with_credentials(Call call) {
    char const* const token = call.user == User::admin     ? "the-admin"
                              : call.user == User::bob     ? "the-one-without-rights"
                              : call.user == User::unknown ? "nobodys"
                                                           : nullptr;
    if (token != nullptr) call.headers.add("Authorization", std::string("Bearer ") + token);
    return Exchange{.call = std::move(call), .answer = std::nullopt};
  }

  asio::awaitable<Sent<std::unique_ptr<http::ClientConnection>>> connected() {
    auto stream = co_await connector_->connect(seams::never);
    if (!stream) co_return std::unexpected(stream.error().message);
    co_return std::make_unique<http::ClientConnection>(std::move(*stream), "127.0.0.1");
  }

  asio::awaitable<void> exchange(std::shared_ptr<Exchange> one) {
    auto connection = co_await connected();
    if (!connection) {
      one->answer = std::unexpected(connection.error());
      co_return;
    }
    http::ClientRequest const request{
        .method = one->call.method, .target = one->call.target, .headers = one->call.headers, .body = one->call.body};
    auto response = co_await (*connection)->exchange(request, body_limit, seams::never);
    if (!response) {
      one->answer = std::unexpected(said(response.error()));
      co_return;
    }
    Answer answer{.status = response->status, .headers = std::move(response->headers), .body = ""};
    if (response->body) answer.body = *response->body;
    one->answer = std::move(answer);
  }

  asio::awaitable<void> read(std::shared_ptr<Reading> reading, Shared connection) {
    auto made = co_await connected();
    if (!made) {
      reading->head = std::unexpected(made.error());
      co_return;
    }
    *connection = std::move(*made);
    http::ClientRequest const request{.method = reading->call.method,
                                      .target = reading->call.target,
                                      .headers = reading->call.headers,
                                      .body = reading->call.body};
    auto head = co_await (*connection)->request(request, seams::never);
    if (!head) {
      reading->head = std::unexpected(said(head.error()));
      co_return;
    }
    reading->head = Answer{.status = head->status, .headers = std::move(head->headers), .body = ""};
    while (true) {
      auto const more = co_await (*connection)->read_body(reading->unread, seams::never);
      if (!more) reading->failure = said(more.error());
      if (!more || !*more) break;
    }
    reading->ended = true;
  }

  sim::Scheduler scheduler_;
  seams::NoLog log_;
  seams::NoRandom random_;
  http::PipeHost host_;
  fakeapi::ConfiguredDelays delays_;
  sim::Process process_{scheduler_, "server"};
  sim::Process client_{scheduler_, "client"};
  std::unique_ptr<fakeapi::Server> server_;
  std::unique_ptr<fakeapi::http::Face> face_;
  std::unique_ptr<fakeapi::ControllerSet> controllers_;
  std::unique_ptr<http::HttpServer> http_;
  std::unique_ptr<seams::Connector> connector_;
};

}  // namespace

std::unique_ptr<Driver> make_in_process_driver(std::string const& profile, bool controllers) {
  return std::make_unique<InProcessDriver>(profile, controllers);
}

}  // namespace conformance
