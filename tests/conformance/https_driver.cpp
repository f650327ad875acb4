#include "tests/conformance/https_driver.hpp"

#include <array>
#include <ctime>
#include <thread>

namespace conformance {
namespace {

class Stream final : public LineStream {
 public:
  Stream(std::unique_ptr<HttpConnection> connection, Answer head)
      : connection_(std::move(connection)), head_(std::move(head)) {}
  Answer const& head() const override { return head_; }
  Sent<Line> next(Milliseconds limit) override { return connection_->next_line(limit); }

 private:
  std::unique_ptr<HttpConnection> connection_;
  Answer head_;
};

class HttpsDriver final : public Driver {
 public:
  HttpsDriver(HttpsServer server, std::shared_ptr<TlsContext> context)
      : server_(std::move(server)), context_(std::move(context)) {}

  std::string name() const override { return server_.name; }
  bool can_compact() const override { return server_.compact != nullptr; }
  bool has_users() const override { return server_.users; }
  bool has_controllers() const override { return server_.controllers; }
  void wait(Milliseconds time) override { std::this_thread::sleep_for(time); }
  Milliseconds now() override {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
  }
  std::string timestamp() override {
    std::time_t const seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text;
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
  }
  Sent<void> compact(std::uint64_t revision) override { return server_.compact(revision); }

  Sent<Answer> send(Call const& call) override {
    bool const kept = kept_ != nullptr;
    auto answer = send_on(call);
    // A server may close an idle connection at any time.
    if (!answer && kept && silent_) answer = send_on(call);
    return answer;
  }

  Sent<std::vector<Answer>> send_together(std::vector<Call> const& calls) override {
    std::vector<std::unique_ptr<HttpConnection>> connections;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      auto made = connected();
      if (!made) return std::unexpected(made.error());
      connections.push_back(std::move(*made));
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (auto written = connections[i]->write(bytes(calls[i])); !written) return std::unexpected(written.error());
    }
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      auto answer = connections[i]->read_answer(calls[i].method);
      if (!answer) return std::unexpected(answer.error());
      answers.push_back(std::move(*answer));
    }
    return answers;
  }

  Sent<std::unique_ptr<LineStream>> open(Call const& call) override {
    auto made = connected();
    if (!made) return std::unexpected(made.error());
    if (auto written = (*made)->write(bytes(call)); !written) return std::unexpected(written.error());
    auto head = (*made)->read_head();
    if (!head) return std::unexpected(head.error());
    if (head->status != 200) {
      auto body = (*made)->read_rest();
      if (!body) return std::unexpected(body.error());
      head->body = std::move(*body);
    }
    return std::make_unique<Stream>(std::move(*made), std::move(*head));
  }

 private:
  std::string bytes(Call call) const {
    if (auto const token = server_.tokens.find(call.user); token != server_.tokens.end())
      call.headers.add("Authorization", "Bearer " + token->second);
    return request_bytes(call, server_.endpoint.host + ":" + std::to_string(server_.endpoint.port));
  }

  Sent<std::unique_ptr<HttpConnection>> connected() const {
    auto connection = connect(server_.endpoint, context_);
    if (!connection) return std::unexpected(connection.error());
    return std::make_unique<HttpConnection>(std::move(*connection));
  }

  Sent<Answer> send_on(Call const& call) {
    if (!kept_) {
      auto made = connected();
      if (!made) return std::unexpected(made.error());
      kept_ = std::move(*made);
    }
    silent_ = true;
    auto connection = std::move(kept_);
    auto const written = connection->write(bytes(call));
    // A server that refuses a large body may answer before it has read it, and close.
    auto answer = connection->read_answer(call.method);
    silent_ = connection->silent();
    if (!answer) return std::unexpected(written ? answer.error() : written.error());
    if (written && connection->reusable()) kept_ = std::move(connection);
    return answer;
  }

  HttpsServer server_;
  std::shared_ptr<TlsContext> context_;
  std::unique_ptr<HttpConnection> kept_;
  bool silent_ = false;
};

}  // namespace

std::expected<std::unique_ptr<Driver>, std::string> make_https_driver(HttpsServer server) {
  std::shared_ptr<TlsContext> context;
  if (server.endpoint.tls) {
    auto made = make_tls_context(server.endpoint);
    if (!made) return std::unexpected(made.error());
    context = std::move(*made);
  }
  return std::make_unique<HttpsDriver>(std::move(server), std::move(context));
}

}  // namespace conformance
