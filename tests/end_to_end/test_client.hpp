// The operator as a process, and a client that waits for its answers.
#pragma once
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "operator/api/api.hpp"
#include "operator/main/connection_main.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/seams/quiet.hpp"
#include "tests/end_to_end/cluster.hpp"

namespace end_to_end {

/// A client of the tests' own, the operator's code with an administrator's rights: each call lasts until its answer.
class TestClient {
 public:
  explicit TestClient(Cluster const& cluster);

  api::Result<api::Response> call(api::Request request);
  api::ObjectPtr get(api::Resource const& resource, std::string const& name, std::string const& space = "default");
  /// Of all namespaces for "".
  std::vector<api::ObjectPtr> list(api::Resource const& resource, std::string const& space = "");
  api::Result<api::Response> create(api::Resource const& resource, std::string const& json);
  api::Result<api::Response> merge(api::Resource const& resource, std::string const& name, std::string const& patch,
                                   std::string const& space = "default");
  api::Result<api::Response> remove(api::Resource const& resource, std::string const& name,
                                    std::string const& space = "default");

 private:
  boost::asio::io_context context_{1};
  real::RealClock clock_{context_};
  seams::NoLog log_;
  std::unique_ptr<program::Connection> connection_;
};

/// echo-operator with this kubeconfig.
programs::Process start_operator(std::string const& kubeconfig, std::filesystem::path const& output,
                                 std::vector<std::string> const& more = {});

/// Echo NAME with so many replicas, as JSON.
std::string echo_json(std::string const& name, int replicas, std::string const& space = "default");
/// A Deployment that no operator has made.
std::string stranger_json(std::string const& name);
/// Ready is True at the Echo's generation.
bool is_ready(api::Object const& echo);

/// There are so many Echoes in the namespace ("": in all), and each is ready.
bool all_ready(TestClient& client, std::size_t count, std::string const& space = "");
/// What is wrong with the Deployments in the namespace ("": in all), other than that of the stranger: each is to belong
/// to an Echo that is there and to want what that wants. "": nothing.
std::string mismatch(TestClient& client, std::string const& space = "", std::string const& stranger = "");

}  // namespace end_to_end
