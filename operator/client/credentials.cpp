#include "operator/client/credentials.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>
#include <vector>

#include "operator/api/base64.hpp"
#include "operator/client/exec_credential.hpp"
#include "operator/seams/gate.hpp"

namespace client {
namespace asio = boost::asio;

namespace {

using seams::MonotonicTime;

constexpr std::size_t most_credential_bytes = std::size_t{1} << 20;

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

/// Impersonate-Extra-… keys are part of a header's name: what may not stand there is escaped, as client-go does.
std::string header_key(std::string_view key) {
  std::string out;
  for (char const c : key) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("!#$&'*+-.^_`|~").contains(c);
    if (plain) {
      out += c;
      continue;
    }
    constexpr std::string_view digits = "0123456789ABCDEF";
    auto const byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

}  // namespace

class AccessCredentials::State : public std::enable_shared_from_this<State> {
 public:
  State(Access const& access, seams::Files& files, seams::Commands& commands, seams::Clock& clock, seams::Log& log,
        CredentialsTiming timing)
      : access_(access), files_(files), commands_(commands), clock_(clock), log_(log), timing_(timing) {
    material_ = {access.authority.data, access.user.client_certificate.data, access.user.client_key.data};
    token_ = access.user.token;
    read_files();
    number_ = connection_number_ = 1;
  }

  asio::awaitable<std::expected<Authorization, api::Error>> authorize(MonotonicTime deadline) {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto const self = shared_from_this();
    if (clock_.now() - files_read_ >= timing_.file_period) read_files();
    if (access_.user.exec) {
      if (auto error = co_await wait_for_plugin(deadline)) co_return std::unexpected(*std::move(error));
    }
    co_return Authorization{number_, headers()};
  }

  bool refused(std::uint64_t number) {
    if (number != number_) return true;  // there are newer ones already
    if (clock_.now() - files_read_ >= timing_.file_pause) read_files();
    if (number != number_) return true;
    if (!access_.user.exec || !have_plugins_) return false;
    if (clock_.now() - plugin_ended_ < timing_.plugin_pause) return false;
    have_plugins_ = false;
    return true;
  }

  std::uint64_t connection_number() const { return connection_number_; }
  TlsMaterial const& material() const { return material_; }

 private:
  seams::HttpHeaders headers() const {
    seams::HttpHeaders headers;
    KubeconfigUser const& user = access_.user;
    if (!token_.empty()) {
      headers.add("Authorization", "Bearer " + token_);
    } else if (!user.username.empty()) {
      headers.add("Authorization", "Basic " + api::encode_base64(user.username + ":" + user.password));
    }
    Impersonation const& as = user.impersonation;
    if (as.user.empty()) return headers;
    headers.add("Impersonate-User", as.user);
    if (!as.uid.empty()) headers.add("Impersonate-Uid", as.uid);
    for (auto const& group : as.groups) headers.add("Impersonate-Group", group);
    for (auto const& [key, values] : as.extra) {
      for (auto const& value : values) headers.add("Impersonate-Extra-" + header_key(key), value);
    }
    return headers;
  }

  /// The new content of a file of credentials, or nothing if there is none to be had.
  std::optional<std::string> read(std::string const& file, std::string& complaint) {
    auto text = files_.read(file, most_credential_bytes);
    if (!text) {
      complaint = text.error().message;
    } else if (trimmed(*text).empty()) {
      complaint = file + " is empty";
    } else {
      return *std::move(text);
    }
    return std::nullopt;
  }

  void read_files() {
    files_read_ = clock_.now();
    std::string complaint;
    TlsMaterial next = material_;
    KubeconfigUser const& user = access_.user;
    auto const renew = [&](std::string const& file, std::string& into) {
      if (file.empty()) return;
      if (auto text = read(file, complaint)) into = *std::move(text);
    };
    renew(access_.authority.file, next.authority);
    renew(user.client_certificate.file, next.certificate);
    renew(user.client_key.file, next.key);
    use_material(std::move(next));
    if (!user.token_file.empty()) {
      auto const text = read(user.token_file, complaint);
      std::string_view const token = text ? trimmed(*text) : std::string_view();
      if (token.find_first_of("\r\n") != std::string_view::npos) {
        complaint = user.token_file + " has more than one line";
      } else if (!token.empty() && token != token_) {
        token_ = token;
        ++number_;
      }
    }
    if (!complaint.empty() && complaint != complaint_)
      log_.warning("credentials could not be read again, going on with what is known", {{"error", complaint}});
    complaint_ = std::move(complaint);
  }

  void use_material(TlsMaterial next) {
    if (next == material_) return;
    material_ = std::move(next);
    ++connection_number_;
    ++number_;
  }

  bool fresh() const {
    if (!have_plugins_) return false;
    if (!plugins_expire_) return true;
    if (clock_.wall_now() < *plugins_expire_ - timing_.expiry_margin) return true;
    // Credentials that seem to expire at once are used for a moment all the same: it may be our clock.
    return clock_.now() - plugin_ended_ < timing_.plugin_pause;
  }

  asio::awaitable<std::optional<api::Error>> wait_for_plugin(MonotonicTime deadline) {
    while (!fresh()) {
      if (!running_) {
        if (failure_ && clock_.now() < plugin_not_before_) co_return failure_;
        start_plugin(co_await asio::this_coro::executor);
      }
      seams::Gate gate(clock_);
      waiting_.push_back(&gate);
      auto const woken = co_await gate.wait(deadline);
      std::erase(waiting_, &gate);
      if (woken == seams::Woken::opened && !fresh()) co_return failure_;
      if (woken == seams::Woken::opened) break;
      api::Error error;
      error.reason = woken == seams::Woken::deadline ? api::Reason::deadline_exceeded : api::Reason::cancelled;
      error.message = "waiting for the credentials of " + access_.user.exec->command;
      co_return error;
    }
    co_return std::nullopt;
  }

  void start_plugin(asio::any_io_executor const& executor) {
    running_ = true;
    // Whoever asked first may lose patience: the program runs for all.
    asio::co_spawn(executor, run_plugin(shared_from_this()),
                   [self = shared_from_this()](std::exception_ptr const& bug) {
                     self->running_ = false;
                     self->plugin_ended_ = self->clock_.now();
                     for (auto* gate : std::exchange(self->waiting_, {})) gate->open();
                     if (bug) std::rethrow_exception(bug);
                   });
  }

  static asio::awaitable<void> run_plugin(std::shared_ptr<State> self) {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto const deadline = self->clock_.now() + self->timing_.plugin_limit;
    auto const outcome = co_await self->commands_.run(exec_command(self->access_, self->material_.authority), deadline,
                                                      most_credential_bytes);
    self->take(outcome);
  }

  void take(std::expected<seams::CommandOutcome, seams::CommandError> const& outcome) {
    ExecPlugin const& plugin = *access_.user.exec;
    std::string const who = "the credential plug-in " + plugin.command;
    if (!outcome) {
      std::string hint;
      if (outcome.error().missing && !plugin.install_hint.empty()) hint = "; " + plugin.install_hint;
      return plugin_failed(who + ": " + outcome.error().message + hint);
    }
    if (outcome->exit_code != 0) {
      std::string const said(trimmed(outcome->complaints));
      return plugin_failed(who + " ended with exit code " + std::to_string(outcome->exit_code) +
                           (said.empty() ? "" : ": " + said));
    }
    auto credential = read_exec_credential(outcome->output, plugin.api_version);
    if (!credential) return plugin_failed(who + ": " + credential.error());
    failure_.reset();
    failures_ = 0;
    have_plugins_ = true;
    plugins_expire_ = credential->expires;
    if (token_ != credential->token) ++number_;
    token_ = std::move(credential->token);
    TlsMaterial next = material_;
    if (!credential->certificate.empty()) {
      next.certificate = std::move(credential->certificate);
      next.key = std::move(credential->key);
    }
    use_material(std::move(next));
  }

  void plugin_failed(std::string message) {
    api::Error error;
    error.reason = api::Reason::connection_failed;
    error.message = std::move(message);
    if (failures_ == 0) log_.error("no credentials", {{"error", error.message}});
    seams::Duration pause = timing_.plugin_pause;
    for (unsigned i = 0; i < failures_ && pause < timing_.plugin_pause_cap; ++i) pause *= 2;
    plugin_not_before_ = clock_.now() + std::min(pause, timing_.plugin_pause_cap);
    ++failures_;
    failure_ = std::move(error);
  }

  Access access_;
  seams::Files& files_;
  seams::Commands& commands_;
  seams::Clock& clock_;
  seams::Log& log_;
  CredentialsTiming timing_;

  TlsMaterial material_;
  std::string token_;
  std::uint64_t number_ = 1;
  std::uint64_t connection_number_ = 1;
  MonotonicTime files_read_{};
  std::string complaint_;

  bool have_plugins_ = false;  ///< the plugin has given credentials, and nobody has refused them
  std::optional<seams::WallTime> plugins_expire_;
  bool running_ = false;
  std::vector<seams::Gate*> waiting_;
  MonotonicTime plugin_ended_{};
  MonotonicTime plugin_not_before_{};
  unsigned failures_ = 0;  ///< in a row
  std::optional<api::Error> failure_;
};

AccessCredentials::AccessCredentials(Access const& access, seams::Files& files, seams::Commands& commands,
                                     seams::Clock& clock, seams::Log& log, CredentialsTiming timing)
    : state_(std::make_shared<State>(access, files, commands, clock, log, timing)) {}
AccessCredentials::~AccessCredentials() = default;

asio::awaitable<std::expected<Credentials::Authorization, api::Error>> AccessCredentials::authorize(
    MonotonicTime deadline) {
  return state_->authorize(deadline);
}
bool AccessCredentials::refused(std::uint64_t number) { return state_->refused(number); }
std::uint64_t AccessCredentials::connection_number() const { return state_->connection_number(); }
TlsMaterial const& AccessCredentials::material() const { return state_->material(); }

asio::awaitable<seams::StreamResult<std::unique_ptr<seams::Stream>>> RotatingConnector::connect(
    MonotonicTime deadline) {
  if (number_ != credentials_.connection_number()) {
    number_ = credentials_.connection_number();
    auto made = make_(credentials_.material());
    if (made) {
      connector_ = *std::move(made);
    } else if (connector_) {
      log_.warning("new TLS credentials cannot be used, going on with the old ones", {{"error", made.error()}});
    } else {
      number_ = 0;
      co_return std::unexpected(seams::StreamError{seams::StreamError::Kind::untrusted, made.error()});
    }
  }
  // It may be replaced while the connection is being made.
  auto const connector = connector_;
  co_return co_await connector->connect(deadline);
}

}  // namespace client
