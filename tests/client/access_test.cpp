#include "operator/client/access.hpp"

#include <gtest/gtest.h>

#include "tests/client/memory_files.hpp"

namespace {

using client::Access;
using client::ServerAddress;

struct FindAccess : ::testing::Test {
  client_test::MemoryFiles files;
  std::map<std::string, std::string, std::less<>> variables{{"HOME", "/home/me"}};
  client::AccessOptions options;

  client::ConfigResult<Access> find() {
    return client::find_access(
        options,
        [this](std::string_view name) -> std::optional<std::string> {
          auto const found = variables.find(name);
          return found == variables.end() ? std::nullopt : std::optional(found->second);
        },
        files);
  }
  std::string server() {
    auto const access = find();
    return access ? access->server.to_string() : access.error().message;
  }
  static std::string config(std::string const& server, std::string const& more = "") {
    return "clusters: [{name: c, cluster: {server: '" + server + "'" + more +
           "}}]\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n";
  }
  void put_into_pod() {
    variables["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
    variables["KUBERNETES_SERVICE_PORT"] = "443";
    files.files["/var/run/secrets/kubernetes.io/serviceaccount/token"] = "t";
    files.files["/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"] = "ca";
    files.files["/var/run/secrets/kubernetes.io/serviceaccount/namespace"] = "echo-system\n";
  }
};

TEST_F(FindAccess, takes_the_flag_then_the_variable_then_the_pod_then_the_home) {
  files.files["/home/me/.kube/config"] = config("https://home");
  EXPECT_EQ(server(), "https://home:443");
  put_into_pod();
  EXPECT_EQ(server(), "https://10.0.0.1:443");
  EXPECT_EQ(find()->namespace_, "echo-system");
  EXPECT_EQ(find()->user.token_file, "/var/run/secrets/kubernetes.io/serviceaccount/token");
  variables["KUBECONFIG"] = "/a:/b";
  files.files["/b"] = config("https://variable");
  EXPECT_EQ(server(), "https://variable:443");
  options.kubeconfig = "/f";
  files.files["/f"] = config("https://flag");
  EXPECT_EQ(server(), "https://flag:443");
}

TEST_F(FindAccess, says_what_is_missing_where_there_is_nothing) {
  EXPECT_EQ(server(),
            "there is no cluster to talk to: neither KUBECONFIG nor /home/me/.kube/config nor a pod's service account; "
            "give --kubeconfig FILE, set KUBECONFIG, or run in a pod");
  variables.erase("HOME");
  EXPECT_EQ(server(), "there is no cluster to talk to; give --kubeconfig FILE, set KUBECONFIG, or run in a pod");
  variables["KUBECONFIG"] = "/a:/b";
  EXPECT_EQ(server(), "KUBECONFIG names no file that exists (/a, /b)");
  options.kubeconfig = "/f";
  EXPECT_EQ(server(), "cannot read /f: No such file or directory");
}

TEST_F(FindAccess, does_not_pass_over_a_file_that_cannot_be_read) {
  variables["KUBECONFIG"] = "/a:/b";
  files.forbidden["/a"] = "Permission denied";
  files.files["/b"] = config("https://variable");
  EXPECT_EQ(server(), "cannot read /a: Permission denied");
}

TEST_F(FindAccess, needs_the_service_accounts_token_and_authority_in_a_pod) {
  put_into_pod();
  files.files.erase("/var/run/secrets/kubernetes.io/serviceaccount/token");
  EXPECT_EQ(
      server(),
      "cannot read /var/run/secrets/kubernetes.io/serviceaccount/token: No such file or directory; the pod needs a "
      "service account whose token is mounted (automountServiceAccountToken)");
}

TEST_F(FindAccess, brackets_the_address_of_an_ipv6_service) {
  put_into_pod();
  variables["KUBERNETES_SERVICE_HOST"] = "fd00::1";
  EXPECT_EQ(server(), "https://[fd00::1]:443");
}

TEST_F(FindAccess, names_what_a_context_lacks) {
  options.kubeconfig = "/f";
  auto const says = [&](std::string const& text) {
    files.files["/f"] = text;
    return server();
  };
  EXPECT_EQ(says("contexts: [{name: b, context: {cluster: c}}, {name: a, context: {cluster: c}}]\n"),
            "/f: current-context is not set; choose one with --context (there are: a, b)");
  EXPECT_EQ(says(""), "/f: current-context is not set; choose one with --context (there is none)");
  EXPECT_EQ(says("current-context: z\n"), "/f:1: there is no context z, which current-context names; there is none");
  EXPECT_EQ(says("contexts:\n- name: a\n  context: {cluster: c}\ncurrent-context: a\n"),
            "/f:3: the context a names the cluster c, which is not there; there is none");
  EXPECT_EQ(says("clusters: [{name: c, cluster: {server: https://a}}]\ncontexts:\n- name: a\n  context: {cluster: c, "
                 "user: u}\n"
                 "current-context: a\n"),
            "/f:4: the context a names the user u, who is not there; there is none");
  EXPECT_EQ(
      says("clusters:\n- name: c\n  cluster: {}\ncontexts: [{name: a, context: {cluster: c}}]\ncurrent-context: a\n"),
      "/f:3: the cluster c has no server; write for instance server: https://127.0.0.1:6443");
  EXPECT_EQ(says(config("ftp://a")), "/f:1: server: its scheme must be https or http");
  EXPECT_EQ(
      says(config("https://a", ", proxy-url: 'https://p'")),
      "/f:1: proxy-url: a proxy that is itself spoken to over TLS (https://) is not supported; use http or socks5");
  EXPECT_EQ(says(config("https://a", ", certificate-authority: ca.crt")),
            "context x of /f: certificate-authority: cannot read /ca.crt: No such file or directory");
  options.context = "q";
  EXPECT_EQ(says(config("https://a")), "/f: there is no context q; there are: x");
}

TEST_F(FindAccess, refuses_a_context_where_there_is_no_kubeconfig) {
  put_into_pod();
  options.context = "q";
  EXPECT_EQ(server(), "--context q needs a kubeconfig: give --kubeconfig or set KUBECONFIG");
}

TEST_F(FindAccess, warns_of_certificates_that_nobody_checks_and_of_credentials_in_the_open) {
  options.kubeconfig = "/f";
  files.files["/f"] = config("https://a", ", insecure-skip-tls-verify: true");
  EXPECT_EQ(find()->warnings.size(), 1U);
  files.files["/f"] =
      "clusters: [{name: c, cluster: {server: 'http://a'}}]\nusers: [{name: u, user: {token: hush}}]\n"
      "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n";
  ASSERT_EQ(find()->warnings.size(), 1U);
  EXPECT_EQ(find()->warnings[0], "credentials are sent to http://a:80 without encryption; use https");
  files.files["/f"] = config("https://a");
  EXPECT_TRUE(find()->warnings.empty());
}

TEST_F(FindAccess, takes_the_proxy_of_the_cluster_or_of_the_environment) {
  options.kubeconfig = "/f";
  variables["HTTPS_PROXY"] = "http://me:p%40ss@proxy:3128";
  files.files["/f"] = config("https://a");
  ASSERT_TRUE(find()->proxy);
  EXPECT_EQ(find()->proxy->host, "proxy");
  EXPECT_EQ(find()->proxy->port, 3128);
  EXPECT_EQ(find()->proxy->password, "p@ss");
  variables["NO_PROXY"] = "b, a";
  EXPECT_FALSE(find()->proxy);
  files.files["/f"] = config("https://a", ", proxy-url: 'socks5://s'");
  ASSERT_TRUE(find()->proxy);
  EXPECT_EQ(find()->proxy->port, 1080);
  variables["NO_PROXY"] = "";
  variables["HTTPS_PROXY"] = "http://me:hush@pro xy";
  files.files["/f"] = config("https://a");
  EXPECT_EQ(server(), "the environment variable HTTPS_PROXY: the host holds a character that no host name has");
}

TEST(Server, is_read_as_a_url_or_without_a_scheme) {
  auto const read = [](std::string_view url, bool tls = true) {
    auto const server = client::parse_server(url, tls);
    return server ? server->to_string() + " " + server->authority() : server.error();
  };
  EXPECT_EQ(read("https://A.example:6443"), "https://a.example:6443 a.example:6443");
  EXPECT_EQ(read("https://a"), "https://a:443 a");
  EXPECT_EQ(read("http://a/"), "http://a:80 a");
  EXPECT_EQ(read("a:8080", false), "http://a:8080 a:8080");
  EXPECT_EQ(read("https://[::1]:6443/k8s/clusters/c-1/"), "https://[::1]:6443/k8s/clusters/c-1 [::1]:6443");
  EXPECT_EQ(read("https://[::1]"), "https://[::1]:443 [::1]");
  EXPECT_EQ(read("https://"), "the host is missing; write https://HOST:PORT");
  EXPECT_EQ(read("https://a:b"), "the port is not a number from 1 to 65535");
  EXPECT_EQ(read("https://a:70000"), "the port is not a number from 1 to 65535");
  EXPECT_EQ(read("https://::1"), "an IPv6 address stands in brackets: https://[::1]:6443");
  EXPECT_EQ(read("https://[::1"), "the bracket of the IPv6 address is not closed");
  EXPECT_EQ(read("https://[x]:1"), "what stands in brackets is no IPv6 address");
  EXPECT_EQ(read("https://a?b"), "it must not have a query (?, #)");
  EXPECT_EQ(read("https://u:p@a"), "it must not hold a user name; credentials belong into the user's entry");
  EXPECT_EQ(read("https://a b"), "the host holds a character that no host name has");
}

TEST(NoProxy, excepts_names_addresses_blocks_and_loopback) {
  auto const excepts = [](std::string host, std::uint16_t port, std::string_view no_proxy) {
    ServerAddress server;
    server.host = std::move(host);
    server.port = port;
    return client::bypasses_proxy(server, no_proxy);
  };
  EXPECT_TRUE(excepts("localhost", 6443, ""));
  EXPECT_TRUE(excepts("127.8.8.8", 6443, ""));
  EXPECT_TRUE(excepts("::1", 6443, ""));
  EXPECT_FALSE(excepts("a.example", 443, ""));
  EXPECT_TRUE(excepts("a.example", 443, "x,*"));
  EXPECT_TRUE(excepts("a.example", 443, "example"));
  EXPECT_TRUE(excepts("a.example", 443, " .EXAMPLE "));
  EXPECT_TRUE(excepts("a.example", 443, "*.example"));
  EXPECT_FALSE(excepts("example", 443, ".example"));
  EXPECT_FALSE(excepts("badexample", 443, "example"));
  EXPECT_TRUE(excepts("a.example", 443, "example:443"));
  EXPECT_FALSE(excepts("a.example", 6443, "example:443"));
  EXPECT_TRUE(excepts("10.96.0.1", 443, "10.96.0.0/12"));
  EXPECT_FALSE(excepts("10.112.0.1", 443, "10.96.0.0/12"));
  EXPECT_TRUE(excepts("10.96.0.1", 443, "10.96.0.1"));
  EXPECT_TRUE(excepts("fd00::5", 443, "fd00::/8"));
  EXPECT_TRUE(excepts("fd00::5", 443, "fd00:0::5"));
  EXPECT_FALSE(excepts("10.96.0.1", 443, "fd00::/8,10.96.0.0/129,10.96.0.0/x"));
}

}  // namespace
