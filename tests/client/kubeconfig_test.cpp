#include "operator/client/kubeconfig.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/serialize.hpp>

#include "operator/api/base64.hpp"

namespace {

using client::parse_kubeconfig;

constexpr std::string_view complete = R"(apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
- name: kind
  cluster:
    server: https://127.0.0.1:6443
    certificate-authority: ca.crt
    tls-server-name: kubernetes
    proxy-url: http://proxy:3128
    disable-compression: true
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {audience: me}
    - name: minikube.sigs.k8s.io/cluster
      extension: {version: v1}
- name: other
  cluster: {server: "http://localhost:8080", insecure-skip-tls-verify: false}
users:
- name: admin
  user:
    client-certificate-data: Y2VydA==
    client-key-data: a2V5
    as: jane
    as-uid: "17"
    as-groups: [a, b]
    as-user-extra: {scopes: [x, z]}
- name: robot
  user: {token: secret, tokenFile: token}
- name: cloud
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: bin/login
      args: [get, token]
      env: [{name: REGION, value: eu}]
      installHint: install it
      provideClusterInfo: true
      interactiveMode: Never
contexts:
- name: dev
  context: {cluster: kind, user: admin, namespace: playground}
current-context: dev
)";

TEST(Kubeconfig, gives_everything_that_stands_in_it) {
  auto const config = parse_kubeconfig(complete, "/home/me/.kube/config");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->current_context, "dev");
  auto const& kind = config->clusters.at("kind");
  EXPECT_EQ(kind.server, "https://127.0.0.1:6443");
  EXPECT_EQ(kind.certificate_authority.file, "/home/me/.kube/ca.crt");
  EXPECT_EQ(kind.tls_server_name, "kubernetes");
  EXPECT_EQ(kind.proxy_url, "http://proxy:3128");
  EXPECT_TRUE(kind.disable_compression);
  EXPECT_EQ(boost::json::serialize(kind.exec_config), R"({"audience":"me"})");
  auto const& admin = config->users.at("admin");
  EXPECT_EQ(admin.client_certificate.data, "cert");
  EXPECT_EQ(admin.client_key.data, "key");
  EXPECT_EQ(admin.impersonation.user, "jane");
  EXPECT_EQ(admin.impersonation.uid, "17");
  EXPECT_EQ(admin.impersonation.groups, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(admin.impersonation.extra.size(), 1U);
  EXPECT_EQ(admin.impersonation.extra[0].second, (std::vector<std::string>{"x", "z"}));
  EXPECT_EQ(config->users.at("robot").token, "secret");
  EXPECT_EQ(config->users.at("robot").token_file, "/home/me/.kube/token");
  auto const& exec = *config->users.at("cloud").exec;
  EXPECT_EQ(exec.command, "/home/me/.kube/bin/login");
  EXPECT_EQ(exec.arguments, (std::vector<std::string>{"get", "token"}));
  EXPECT_EQ(exec.environment.at(0), (std::pair<std::string, std::string>{"REGION", "eu"}));
  EXPECT_EQ(exec.interactive_mode, client::InteractiveMode::never);
  EXPECT_TRUE(exec.provide_cluster_info);
  EXPECT_EQ(config->contexts.at("dev").namespace_, "playground");
}

TEST(Kubeconfig, may_be_json_and_may_be_empty) {
  auto const json =
      parse_kubeconfig(R"({"kind":"Config","clusters":[{"name":"a","cluster":{"server":"https://a"}}]})", "c");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(json->clusters.at("a").server, "https://a");
  EXPECT_TRUE(parse_kubeconfig("", "c"));
  EXPECT_TRUE(parse_kubeconfig("# nothing\n", "c"));
}

TEST(Kubeconfig, leaves_a_command_without_a_slash_to_the_path_and_absolute_files_as_they_are) {
  auto const config = parse_kubeconfig(
      "users: [{name: a, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws}}},\n"
      "        {name: b, user: {tokenFile: /run/token}}]\n",
      "sub/config");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->users.at("a").exec->command, "aws");
  EXPECT_EQ(config->users.at("a").exec->interactive_mode, client::InteractiveMode::if_available);
  EXPECT_EQ(config->users.at("b").token_file, "/run/token");
}

TEST(Kubeconfigs, of_several_files_the_first_that_says_something_decides) {
  auto first = parse_kubeconfig("clusters: [{name: a, cluster: {server: https://one}}]\n", "1");
  auto second = parse_kubeconfig(
      "clusters: [{name: a, cluster: {server: https://two, tls-server-name: x}}, {name: b, cluster: {server: "
      "https://b}}]\n"
      "current-context: second\n",
      "2");
  auto third = parse_kubeconfig("current-context: third\n", "3");
  auto const merged = client::merge_kubeconfigs({*first, *second, *third});
  EXPECT_EQ(merged.clusters.at("a").server, "https://one");
  EXPECT_EQ(merged.clusters.at("a").tls_server_name, "");
  EXPECT_EQ(merged.clusters.at("b").server, "https://b");
  EXPECT_EQ(merged.current_context, "second");
}

TEST(Kubeconfigs, are_listed_with_colons) {
  EXPECT_EQ(client::split_kubeconfig_list(":a::b:a:"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(client::split_kubeconfig_list("").empty());
}

struct Bad {
  char const* why;
  std::string text;
  std::string message;  ///< after "c:"
};
void PrintTo(Bad const& bad, std::ostream* out) { *out << bad.why; }

struct BadKubeconfig : ::testing::TestWithParam<Bad> {};

TEST_P(BadKubeconfig, gets_one_line_with_its_place_and_the_remedy) {
  auto const config = parse_kubeconfig(GetParam().text, "c");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message, "c:" + GetParam().message);
  EXPECT_FALSE(config.error().message.contains('\n'));
  EXPECT_FALSE(config.error().message.contains("hush")) << "a secret";
}

std::string user(std::string const& fields) { return "users:\n- name: u\n  user: {" + fields + "}\n"; }
std::string cluster(std::string const& fields) { return "clusters:\n- name: c\n  cluster: {" + fields + "}\n"; }
std::string exec(std::string const& fields) { return user("exec: {" + fields + "}"); }
std::string const good_exec = "apiVersion: client.authentication.k8s.io/v1, command: a, interactiveMode: Never";

INSTANTIATE_TEST_SUITE_P(
    All, BadKubeconfig,
    ::testing::Values(
        Bad{"list", "- a\n", "1: the document must be a mapping (\"name: value\" lines), not a list"},
        Bad{"text", "hush\n", "1: the document must be a mapping (\"name: value\" lines), not a text"},
        Bad{"other_kind", "kind: Pod\napiVersion: v1\n", "1: kind must be Config: this is no kubeconfig"},
        Bad{"other_version", "kind: Config\napiVersion: v2\n", "2: apiVersion must be v1"},
        Bad{"two_documents", "kind: Config\n---\nkind: Config\n",
            "3: a kubeconfig is one document; put the second one into a file of its own and name both in KUBECONFIG"},
        Bad{"unknown_at_top", "cluster: []\n",
            "1: cluster is not a field that is known here; remove it or check its spelling (known: apiVersion, kind, "
            "clusters, users, contexts, current-context, preferences, extensions)"},
        Bad{"clusters_mapping", "clusters: {a: b}\n", "1: clusters must be a list of mappings, not a mapping"},
        Bad{"cluster_text", "clusters: [a]\n", "1: clusters[0] must be a mapping (\"name: value\" lines), not a text"},
        Bad{"no_name", "clusters:\n- cluster: {server: a}\n",
            "2: clusters[0].name is missing; write for instance name: example"},
        Bad{"empty_name", "users:\n- name: ''\n", "2: users[0].name is empty; write for instance name: example"},
        Bad{"number_name", "users:\n- name: 17\n", "2: users[0].name must be a text, not a number; put it in quotes"},
        Bad{"twice", "users:\n- name: a\n- name: a\n",
            "3: users[1].name is that of an entry before it; names must differ"},
        Bad{"unknown_in_entry", "users:\n- name: a\n  usr: {}\n",
            "3: users[0].usr is not a field that is known here; remove it or check its spelling (known: name, user)"},
        Bad{"server_list", cluster("server: [a]"), "3: clusters[0].cluster.server must be a text, not a list"},
        Bad{"unknown_in_cluster", cluster("servr: a"),
            "3: clusters[0].cluster.servr is not a field that is known here; remove it or check its spelling (known: "
            "server, tls-server-name, insecure-skip-tls-verify, certificate-authority, certificate-authority-data, "
            "proxy-url, disable-compression, extensions)"},
        Bad{"insecure_text", cluster("insecure-skip-tls-verify: \"true\""),
            "3: clusters[0].cluster.insecure-skip-tls-verify must be true or false, not a text"},
        Bad{"insecure_with_ca", cluster("insecure-skip-tls-verify: true, certificate-authority: a"),
            "3: clusters[0].cluster.insecure-skip-tls-verify and a certificate authority exclude each other; remove "
            "insecure-skip-tls-verify"},
        Bad{"ca_twice", cluster("certificate-authority: a, certificate-authority-data: aGk="),
            "3: clusters[0].cluster.certificate-authority and certificate-authority-data are both there; remove one of "
            "them"},
        Bad{"ca_not_base64", cluster("certificate-authority-data: '---hush'"),
            "3: clusters[0].cluster.certificate-authority-data is not base64; write what \"base64 -w0 FILE\" prints"},
        Bad{"ca_unpadded", cluster("certificate-authority-data: aGk"),
            "3: clusters[0].cluster.certificate-authority-data is not base64; write what \"base64 -w0 FILE\" prints"},
        Bad{"extensions_text", cluster("extensions: a"),
            "3: clusters[0].cluster.extensions must be a list of mappings, not a text"},
        Bad{"auth_provider", user("auth-provider: {name: gcp}"),
            "3: users[0].user.auth-provider is not supported: these plug-ins were removed from Kubernetes in 1.26; use "
            "the exec plug-in of your provider"},
        Bad{"unknown_in_user", user("tokn: hush"),
            "3: users[0].user.tokn is not a field that is known here; remove it or check its spelling (known: "
            "client-certificate, client-certificate-data, client-key, client-key-data, token, tokenFile, username, "
            "password, exec, as, as-uid, as-groups, as-user-extra, extensions)"},
        Bad{"token_number", user("token: 17"), "3: users[0].user.token must be a text, not a number; put it in quotes"},
        Bad{"token_lines", user("token: \"hush\\nhush\""), "3: users[0].user.token must be a single line"},
        Bad{"certificate_without_key", user("client-certificate: a"),
            "3: users[0].user has a client certificate and no key; add client-key or client-key-data"},
        Bad{"key_without_certificate", user("client-key-data: aHVzaA=="),
            "3: users[0].user has a client key and no certificate; add client-certificate or client-certificate-data"},
        Bad{"key_not_base64", user("client-certificate: a, client-key-data: hush!"),
            "3: users[0].user.client-key-data is not base64; write what \"base64 -w0 FILE\" prints"},
        Bad{"token_and_password", user("token: hush, username: a, password: hush"),
            "3: users[0].user has both a token and a user name with password; remove one of them"},
        Bad{"password_alone", user("password: hush"), "3: users[0].user.password needs a username"},
        Bad{"username_colon", user("username: 'a:b', password: hush"),
            "3: users[0].user.username must not contain a colon"},
        Bad{"groups_without_user", user("as-groups: [a]"),
            "3: users[0].user.as must name the user whose groups or uid are given"},
        Bad{"groups_text", user("as: a, as-groups: b"),
            "3: users[0].user.as-groups must be a list of texts, not a text"},
        Bad{"group_number", user("as: a, as-groups: [1]"),
            "3: users[0].user.as-groups[0] must be a text, not a number; put it in quotes"},
        Bad{"extra_list", user("as: a, as-user-extra: [b]"),
            "3: users[0].user.as-user-extra must be a mapping of lists"},
        Bad{"extra_text", user("as: a, as-user-extra: {b: c}"),
            "3: users[0].user.as-user-extra must be a mapping of lists of texts"},
        Bad{"exec_text", user("exec: aws"),
            "3: users[0].user.exec must be a mapping (\"name: value\" lines), not a text"},
        Bad{"exec_without_version", exec("command: a"),
            "3: users[0].user.exec.apiVersion is missing; write for instance apiVersion: "
            "client.authentication.k8s.io/v1"},
        Bad{"exec_old_version", exec("apiVersion: client.authentication.k8s.io/v1alpha1, command: a"),
            "3: users[0].user.exec.apiVersion must be client.authentication.k8s.io/v1 or "
            "client.authentication.k8s.io/v1beta1 (v1alpha1 was removed in 1.24; the plug-in may know a newer "
            "version)"},
        Bad{"exec_without_command", exec("apiVersion: client.authentication.k8s.io/v1"),
            "3: users[0].user.exec.command is missing; write for instance command: aws"},
        Bad{"exec_without_mode", exec("apiVersion: client.authentication.k8s.io/v1, command: a"),
            "3: users[0].user.exec.interactiveMode must be Never, IfAvailable or Always"},
        Bad{"exec_args_text", exec(good_exec + ", args: a"),
            "3: users[0].user.exec.args must be a list of texts, not a text"},
        Bad{"exec_env_name", exec(good_exec + ", env: [{name: a=b}]"),
            "3: users[0].user.exec.env[0].name must not contain \"=\""},
        Bad{"exec_env_field", exec(good_exec + ", env: [{name: a, valu: hush}]"),
            "3: users[0].user.exec.env[0].valu is not a field that is known here; remove it or check its spelling "
            "(known: name, value)"},
        Bad{"exec_and_token", user("token: hush, exec: {" + good_exec + "}"),
            "3: users[0].user.exec excludes token, tokenFile and username; remove one of them"},
        Bad{"context_without_cluster", "contexts:\n- name: a\n  context: {user: b}\n",
            "3: contexts[0].context.cluster is missing; write for instance cluster: example"},
        Bad{"current_context_list", "current-context: [a]\n", "1: current-context must be a text, not a list"},
        Bad{"not_yaml", "users: [\n", "1: the bracket that is opened here is never closed; add the closing bracket"}),
    [](auto const& info) { return std::string(info.param.why); });

TEST(BadKubeconfigs, do_not_show_what_may_be_a_secret_even_if_they_are_not_yaml) {
  for (std::string const text :
       {"users:\n- name: u\n  user:\n    token: a\n    hush\n", "token: \"hush\n", "hush: a: b\n"}) {
    auto const config = parse_kubeconfig(text, "c");
    ASSERT_FALSE(config) << text;
    if (text.starts_with("hush")) continue;  // a key is no secret
    EXPECT_FALSE(config.error().message.contains("hush")) << config.error().message;
  }
}

RC_GTEST_PROP(Base64, gives_back_what_was_put_in, (std::string const& bytes)) {
  RC_ASSERT(api::decode_base64(api::encode_base64(bytes)) == bytes);
}

TEST(Base64, is_that_of_the_rfc_and_refuses_the_rest) {
  EXPECT_EQ(api::encode_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(api::encode_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(api::encode_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(api::decode_base64("Zm9v\nYg=="), "foob");
  for (std::string_view const bad : {"Z", "Zm", "Zm9", "Zm9v=", "Zg=", "Z===", "Zg==Zg==", "Zm9-", "Zg===", " "})
    EXPECT_EQ(api::decode_base64(bad), std::nullopt) << bad;
}

}  // namespace
