#include "operator/client/kubeconfig.hpp"

#include <algorithm>
#include <utility>

#include "operator/client/config_reader.hpp"

namespace client {
namespace {

namespace json = boost::json;

// What Kubernetes calls the extension that exec plugins are told of (client.authentication.k8s.io/v1, Cluster.config).
constexpr std::string_view exec_extension = "client.authentication.k8s.io/exec";

std::string folder_of(std::string_view file) {
  auto const slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(file.substr(0, slash + 1));
}

class FileParser {
 public:
  FileParser(manifest::Document const& document, std::string_view file)
      : document_(document), file_(file), folder_(folder_of(file)) {}

  ConfigResult<Kubeconfig> parse() {
    ConfigReader reader(document_, file_, "", document_.value, error_);
    read_head(reader);
    read_named<KubeconfigCluster>(reader, "clusters", "cluster", found_.clusters,
                                  [this](ConfigReader& at) { return cluster(at); });
    read_named<KubeconfigUser>(reader, "users", "user", found_.users, [this](ConfigReader& at) { return user(at); });
    read_named<KubeconfigContext>(reader, "contexts", "context", found_.contexts,
                                  [](ConfigReader& at) { return context(at); });
    found_.current_context = reader.text("current-context");
    found_.current_context_place = {std::string(file_), document_.line_of("current-context")};
    reader.any("preferences");
    reader.any("extensions");
    reader.refuse_unknown("apiVersion, kind, clusters, users, contexts, current-context, preferences, extensions");
    if (error_) return std::unexpected(*std::move(error_));
    return std::move(found_);
  }

 private:
  static void read_head(ConfigReader& reader) {
    std::string const kind = reader.text("kind");
    std::string const version = reader.text("apiVersion");
    if (!kind.empty() && kind != "Config") reader.fail("kind", "must be Config: this is no kubeconfig");
    if (!version.empty() && version != "v1") reader.fail("apiVersion", "must be v1");
  }

  /// A list of entries, each of which has a name and a body.
  template <class T, class Read>
  void read_named(ConfigReader& reader, std::string_view list, std::string_view body,
                  std::map<std::string, T, std::less<>>& into, Read const& read) {
    reader.each(list, [&](ConfigReader& entry) {
      std::string const name = entry.required_text("name", "example");
      T value{};
      value.place = entry.place();
      entry.nested(body, [&](ConfigReader& fields) { value = read(fields); });
      entry.refuse_unknown("name, " + std::string(body));
      if (entry.failed()) return;
      if (!into.emplace(name, std::move(value)).second)
        entry.fail("name", "is that of an entry before it; names must differ");
    });
  }

  /// A path in the file, relative to the file's folder.
  std::string path(std::string text) const {
    if (text.empty() || text.starts_with('/')) return text;
    return folder_ + text;
  }

  FileOrData file_or_data(ConfigReader& reader, std::string const& name) const {
    FileOrData found{path(reader.text(name)), reader.bytes(name + "-data")};
    if (!found.file.empty() && !found.data.empty())
      reader.fail(name, "and " + name + "-data are both there; remove one of them");
    return found;
  }

  KubeconfigCluster cluster(ConfigReader& reader) const {
    KubeconfigCluster found;
    found.place = reader.place();
    found.server = reader.text("server");
    found.tls_server_name = reader.text("tls-server-name");
    found.insecure_skip_tls_verify = reader.boolean("insecure-skip-tls-verify");
    found.certificate_authority = file_or_data(reader, "certificate-authority");
    found.proxy_url = reader.text("proxy-url");
    found.disable_compression = reader.boolean("disable-compression");
    reader.each("extensions", [&found](ConfigReader& entry) {
      std::string const name = entry.text("name");
      auto const* const extension = entry.any("extension");
      if (name == exec_extension && extension != nullptr) found.exec_config = *extension;
    });
    if (found.insecure_skip_tls_verify && !found.certificate_authority.empty()) {
      reader.fail("insecure-skip-tls-verify",
                  "and a certificate authority exclude each other; remove insecure-skip-tls-verify");
    }
    reader.refuse_unknown(
        "server, tls-server-name, insecure-skip-tls-verify, certificate-authority, certificate-authority-data, "
        "proxy-url, disable-compression, extensions");
    return found;
  }

  KubeconfigUser user(ConfigReader& reader) const {
    KubeconfigUser found;
    found.place = reader.place();
    found.client_certificate = file_or_data(reader, "client-certificate");
    found.client_key = file_or_data(reader, "client-key");
    found.token = reader.text("token");
    found.token_file = path(reader.text("tokenFile"));
    found.username = reader.text("username");
    found.password = reader.text("password");
    found.impersonation = impersonation(reader);
    reader.any("extensions");
    if (reader.has("auth-provider")) {
      reader.fail("auth-provider",
                  "is not supported: these plug-ins were removed from Kubernetes in 1.26; use the exec plug-in of your "
                  "provider");
    }
    reader.nested("exec", [&](ConfigReader& fields) { found.exec = exec(fields); });
    check(reader, found);
    reader.refuse_unknown(
        "client-certificate, client-certificate-data, client-key, client-key-data, token, tokenFile, username, "
        "password, exec, as, as-uid, as-groups, as-user-extra, extensions");
    return found;
  }

  static void check(ConfigReader& reader, KubeconfigUser const& user) {
    if (!user.client_certificate.empty() && user.client_key.empty())
      reader.fail("", "has a client certificate and no key; add client-key or client-key-data");
    if (!user.client_key.empty() && user.client_certificate.empty())
      reader.fail("", "has a client key and no certificate; add client-certificate or client-certificate-data");
    bool const basic = !user.username.empty() || !user.password.empty();
    bool const token = !user.token.empty() || !user.token_file.empty();
    if (basic && token) reader.fail("", "has both a token and a user name with password; remove one of them");
    if (user.exec && (basic || token))
      reader.fail("exec", "excludes token, tokenFile and username; remove one of them");
    if (basic && user.username.empty()) reader.fail("password", "needs a username");
    if (user.username.contains(':')) reader.fail("username", "must not contain a colon");
    if (user.token.find_first_of("\r\n") != std::string::npos) reader.fail("token", "must be a single line");
  }

  static Impersonation impersonation(ConfigReader& reader) {
    Impersonation found{reader.text("as"), reader.text("as-uid"), reader.texts("as-groups"), {}};
    if (auto const* extra = reader.any("as-user-extra"); extra != nullptr) {
      bool const mapping = extra->is_object();
      if (!mapping) reader.fail("as-user-extra", "must be a mapping of lists");
      for (auto const& [key, values] : mapping ? extra->get_object() : json::object()) {
        std::vector<std::string> texts;
        bool good = values.is_array();
        for (auto const& value : good ? values.get_array() : json::array()) {
          good = good && value.is_string();
          if (value.is_string()) texts.emplace_back(value.get_string());
        }
        if (!good) reader.fail("as-user-extra", "must be a mapping of lists of texts");
        found.extra.emplace_back(std::string(key), std::move(texts));
      }
    }
    bool const more = !found.uid.empty() || !found.groups.empty() || !found.extra.empty();
    if (more && found.user.empty()) reader.fail("as", "must name the user whose groups or uid are given");
    return found;
  }

  ExecPlugin exec(ConfigReader& reader) const {
    ExecPlugin found;
    found.api_version = reader.required_text("apiVersion", "client.authentication.k8s.io/v1");
    bool const v1 = found.api_version == "client.authentication.k8s.io/v1";
    if (!v1 && found.api_version != "client.authentication.k8s.io/v1beta1") {
      reader.fail(
          "apiVersion",
          "must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1 (v1alpha1 was removed "
          "in 1.24; the plug-in may know a newer version)");
    }
    found.command = reader.required_text("command", "aws");
    // Without a slash it is looked for in $PATH.
    if (found.command.contains('/')) found.command = path(std::move(found.command));
    found.arguments = reader.texts("args");
    reader.each("env", [&found](ConfigReader& entry) {
      std::string name = entry.required_text("name", "AWS_PROFILE");
      std::string value = entry.text("value");
      entry.refuse_unknown("name, value");
      if (name.contains('=')) entry.fail("name", "must not contain \"=\"");
      found.environment.emplace_back(std::move(name), std::move(value));
    });
    found.install_hint = reader.text("installHint");
    found.provide_cluster_info = reader.boolean("provideClusterInfo");
    std::string const mode = reader.text("interactiveMode");
    if (mode == "Never") {
      found.interactive_mode = InteractiveMode::never;
    } else if (mode == "Always") {
      found.interactive_mode = InteractiveMode::always;
    } else if (mode != "IfAvailable" && (v1 || !mode.empty())) {
      reader.fail("interactiveMode", "must be Never, IfAvailable or Always");
    }
    reader.refuse_unknown("apiVersion, command, args, env, installHint, provideClusterInfo, interactiveMode");
    return found;
  }

  static KubeconfigContext context(ConfigReader& reader) {
    KubeconfigContext found;
    found.place = reader.place();
    found.cluster = reader.required_text("cluster", "example");
    found.user = reader.text("user");
    found.namespace_ = reader.text("namespace");
    reader.any("extensions");
    reader.refuse_unknown("cluster, user, namespace, extensions");
    return found;
  }

  manifest::Document const& document_;
  std::string_view file_;
  std::string folder_;
  std::optional<ConfigError> error_;
  Kubeconfig found_;
};

/// What is quoted in a message about a text that cannot be read may be part of a secret.
std::string without_quotations(std::string_view message) {
  std::string out;
  bool quoted = false;
  for (char const c : message) {
    if (c == '"') {
      if (!quoted) out += "\"…\"";
      quoted = !quoted;
    } else if (!quoted) {
      out += c;
    }
  }
  return out;
}

}  // namespace

ConfigResult<Kubeconfig> parse_kubeconfig(std::string_view text, std::string_view file) {
  auto documents = manifest::read_documents(text);
  if (!documents) {
    ConfigPlace const place{std::string(file), documents.error().line};
    return std::unexpected(ConfigError{place.to_string() + ": " + without_quotations(documents.error().message)});
  }
  if (documents->empty()) return Kubeconfig{};
  if (documents->size() > 1) {
    return std::unexpected(ConfigError{std::string(file) + ":" + std::to_string((*documents)[1].line()) +
                                       ": a kubeconfig is one document; put the second one into a file of its own and "
                                       "name both in KUBECONFIG"});
  }
  return FileParser(documents->front(), file).parse();
}

Kubeconfig merge_kubeconfigs(std::vector<Kubeconfig> files) {
  Kubeconfig merged;
  for (Kubeconfig& file : files) {
    if (merged.current_context.empty() && !file.current_context.empty()) {
      merged.current_context = std::move(file.current_context);
      merged.current_context_place = std::move(file.current_context_place);
    }
    merged.clusters.merge(file.clusters);  // keeps what is there
    merged.users.merge(file.users);
    merged.contexts.merge(file.contexts);
  }
  return merged;
}

std::vector<std::string> split_kubeconfig_list(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    auto const colon = std::min(list.find(':'), list.size());
    std::string const name(list.substr(0, colon));
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    list.remove_prefix(std::min(colon + 1, list.size()));
  }
  return names;
}

}  // namespace client
