#include "tests/end_to_end/test_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/echo/echo.hpp"

namespace end_to_end {

namespace asio = boost::asio;

TestClient::TestClient(Cluster const& cluster) {
  auto made = program::Connection::make(context_, clock_, log_, {cluster.admin_kubeconfig(), ""});
  if (!made) throw std::runtime_error(made.error());
  connection_ = std::move(*made);
}

api::Result<api::Response> TestClient::call(api::Request request) {
  std::optional<api::Result<api::Response>> answer;
  asio::co_spawn(context_, connection_->api().call(std::move(request)),
                 [&](std::exception_ptr const& bug, auto const& result) {
                   if (bug) std::rethrow_exception(bug);
                   answer.emplace(result);
                   context_.stop();
                 });
  context_.restart();
  context_.run();
  return *std::move(answer);
}

namespace {

api::Request request_for(api::Verb verb, api::Resource const& resource, std::string const& name,
                         std::string const& space) {
  api::Request request;
  request.verb = verb;
  request.resource = resource;
  request.key = {space, name};
  return request;
}

}  // namespace

api::ObjectPtr TestClient::get(api::Resource const& resource, std::string const& name, std::string const& space) {
  auto request = request_for(api::Verb::get, resource, name, space);
  request.options = api::GetOptions{};
  auto answer = call(std::move(request));
  return answer ? std::get<api::ObjectPtr>(*answer) : nullptr;
}

std::vector<api::ObjectPtr> TestClient::list(api::Resource const& resource, std::string const& space) {
  auto request = request_for(api::Verb::list, resource, "", space);
  api::ListOptions options;
  options.trim = {"metadata.managedFields"};
  request.options = options;
  auto answer = call(std::move(request));
  return answer ? std::get<api::ObjectList>(*std::move(answer)).items : std::vector<api::ObjectPtr>();
}

api::Result<api::Response> TestClient::create(api::Resource const& resource, std::string const& json) {
  auto object = api::object_from_json(boost::json::parse(json));
  if (!object) throw std::runtime_error(object.error());
  auto request = request_for(api::Verb::create, resource, "", object->metadata.namespace_);
  request.body = std::make_shared<api::Object const>(*std::move(object));
  request.options = api::WriteOptions{};
  return call(std::move(request));
}

api::Result<api::Response> TestClient::merge(api::Resource const& resource, std::string const& name,
                                             std::string const& patch, std::string const& space) {
  auto request = request_for(api::Verb::patch, resource, name, space);
  request.body = api::Patch(api::MergePatch{api::share(boost::json::parse(patch))});
  request.options = api::WriteOptions{};
  return call(std::move(request));
}

api::Result<api::Response> TestClient::remove(api::Resource const& resource, std::string const& name,
                                              std::string const& space) {
  auto request = request_for(api::Verb::delete_, resource, name, space);
  api::DeleteOptions options;
  options.propagation = api::PropagationPolicy::background;
  request.options = options;
  return call(std::move(request));
}

programs::Process start_operator(std::string const& kubeconfig, std::filesystem::path const& output,
                                 std::vector<std::string> const& more) {
  std::vector<std::string> arguments{"--kubeconfig", kubeconfig};
  arguments.insert(arguments.end(), more.begin(), more.end());
  auto started = programs::Process::start(ECHO_OPERATOR_PROGRAM, arguments, output);
  if (!started) throw std::runtime_error(started.error());
  return std::move(*started);
}

std::string echo_json(std::string const& name, int replicas, std::string const& space) {
  return R"({"apiVersion":"example.com/v1","kind":"Echo","metadata":{"name":")" + name + R"(","namespace":")" + space +
         R"("},"spec":{"replicas":)" + std::to_string(replicas) + "}}";
}

std::string stranger_json(std::string const& name) {
  return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"namespace":"default","name":")" + name +
         R"("},"spec":{"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":{"x":"y"}},"spec":)"
         R"({"containers":[{"name":"c","image":"i"}]}}}})";
}

bool is_ready(api::Object const& echo) {
  if (api::find_integer(echo.status.get(), {"observedGeneration"}) != echo.metadata.generation) return false;
  auto const* const conditions = api::find_path(echo.status.get(), {"conditions"});
  if (conditions == nullptr || !conditions->is_array()) return false;
  for (auto const& condition : conditions->get_array()) {
    if (api::find_string(&condition, {"type"}) == "Ready") return api::find_string(&condition, {"status"}) == "True";
  }
  return false;
}

bool all_ready(TestClient& client, std::size_t count, std::string const& space) {
  auto const all = client.list(echo::echoes, space);
  if (all.size() != count) return false;
  for (auto const& one : all) {
    if (!is_ready(*one) || one->metadata.terminating()) return false;
  }
  return true;
}

std::string mismatch(TestClient& client, std::string const& space, std::string const& stranger) {
  std::map<std::string, api::ObjectPtr> wanted;
  for (auto const& one : client.list(echo::echoes, space)) wanted[one->key().to_string()] = one;
  std::size_t owned = 0;
  for (auto const& deployment : client.list(api::deployments, space)) {
    if (deployment->metadata.name == stranger) continue;
    auto const name = deployment->key().to_string();
    auto const found = wanted.find(name);
    if (found == wanted.end()) return name + " is nobody's";
    auto const* const owner = deployment->metadata.controller();
    if (owner == nullptr || owner->uid != found->second->metadata.uid) return name + " is of another Echo";
    if (api::find_integer(deployment->spec.get(), {"replicas"}) !=
        api::find_integer(found->second->spec.get(), {"replicas"}))
      return name + " has other replicas";
    ++owned;
  }
  return owned == wanted.size() ? "" : "a Deployment is missing";
}

}  // namespace end_to_end
