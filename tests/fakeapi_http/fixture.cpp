#include "tests/fakeapi_http/fixture.hpp"

#include <fstream>
#include <sstream>

#include "fakeapi/manifests/apply.hpp"
#include "operator/seams/quiet.hpp"

namespace fakeapi_http {
namespace {

namespace asio = boost::asio;

seams::NoLog silence;
seams::NoRandom no_random;

asio::awaitable<void> serve_one(fakeapi::http::Face& face, seams::HttpRequest request, std::shared_ptr<Writer> writer) {
  co_await face.serve(std::move(request), *writer);
  writer->finished = true;
}

}  // namespace

asio::awaitable<bool> Writer::pass() {
  while (held_ && !broken_) co_await gate_.wait();
  co_return !broken_;
}

asio::awaitable<bool> Writer::respond(seams::HttpResponse response) {
  status = response.status;
  headers = std::move(response.headers);
  if (response.body) body = *response.body;
  co_return co_await pass();
}

asio::awaitable<bool> Writer::start(int given_status, seams::HttpHeaders given_headers) {
  status = given_status;
  headers = std::move(given_headers);
  started = true;
  co_return co_await pass();
}

asio::awaitable<bool> Writer::write(std::string_view bytes) {
  ++writes;
  if (!co_await pass()) co_return false;
  body += bytes;
  co_return true;
}

asio::awaitable<bool> Writer::finish() { co_return co_await pass(); }

void Writer::disconnect() {
  broken_ = true;
  gate_.open();
  if (auto callback = std::exchange(on_end_, nullptr)) callback();
}

void Writer::drain() {
  draining_ = true;
  if (auto callback = std::exchange(on_end_, nullptr)) callback();
}

void Writer::let_go() {
  held_ = false;
  gate_.open();
}

void FaceTest::serve(fakeapi::ServerOptions server_options, fakeapi::http::FaceOptions face_options) {
  face_.reset();  // it looks at the old server
  server_options.started = process.clock().wall_now();
  server_ = std::make_unique<fakeapi::Server>(std::move(server_options));
  face_ = std::make_unique<fakeapi::http::Face>(*server_, environment(), std::move(face_options));
}

seams::Environment FaceTest::environment() { return {process.executor(), process.clock(), no_random, silence}; }

fakeapi::http::Face& FaceTest::face() {
  server();
  return *face_;
}

fakeapi::Server& FaceTest::server() {
  if (!server_) serve({});
  return *server_;
}

std::shared_ptr<Writer> FaceTest::begin(Call call) { return begin_at(face(), std::move(call)); }

std::shared_ptr<Writer> FaceTest::begin_at(fakeapi::http::Face& face, Call call) {
  auto writer = std::make_shared<Writer>(process.clock());
  seams::HttpRequest request{std::move(call.method), std::move(call.target), std::move(call.headers),
                             std::move(call.body), std::move(call.peer)};
  asio::co_spawn(process.executor(), serve_one(face, std::move(request), writer), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  return writer;
}

std::shared_ptr<Writer> FaceTest::send(Call call) {
  auto writer = begin(std::move(call));
  auto const stop = scheduler.run_until(scheduler.now() + 1h, 1'000'000, [&] { return writer->finished; });
  EXPECT_EQ(stop, sim::Scheduler::Stop::done) << "no answer";
  return writer;
}

void FaceTest::pass(seams::Duration time) {
  scheduler.run_until(scheduler.now() + time, 10'000'000, [] { return false; });
}

void FaceTest::define() {
  std::ifstream file(std::string(SOURCE_FOLDER) + "/tests/data/demo-crd.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  auto const manifests = manifest::parse(text.str(), "demo-crd.yaml");
  ASSERT_TRUE(manifests) << manifests.error().to_string();
  auto const applied = fakeapi::manifests::apply(server(), *manifests, process.clock().wall_now());
  ASSERT_TRUE(applied) << applied.error();
}

void FaceTest::create_echo(std::string const& name, std::string const& text) {
  auto const answer = post(echoes, R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":")" + name +
                                       R"("},"spec":{"text":")" + text + R"("}})");
  ASSERT_EQ(answer->status, 201) << answer->body;
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    auto const end = text.find('\n');
    found.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return found;
}

}  // namespace fakeapi_http
