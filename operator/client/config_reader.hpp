// Reads the fields of a configuration file one by one, each of which must be known and of its type.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "operator/client/kubeconfig.hpp"
#include "operator/manifest/documents.hpp"

namespace client {

/// One mapping of a document. The first thing that is wrong is kept, what is asked for afterwards is empty; finish()
/// tells. Values are never part of a message: they may be secrets.
class ConfigReader {
 public:
  /// `path`: of the mapping in its document, "" for the document itself. All that is given outlives the reader.
  ConfigReader(manifest::Document const& document, std::string_view file, std::string path,
               boost::json::value const& value, std::optional<ConfigError>& error);

  /// A text; "" if it is missing or null.
  std::string text(std::string_view name);
  /// A text that must be there and not empty.
  std::string required_text(std::string_view name, std::string_view example);
  bool boolean(std::string_view name);
  /// Texts; none if the list is missing or null.
  std::vector<std::string> texts(std::string_view name);
  /// Bytes written in base64.
  std::string bytes(std::string_view name);
  /// Any value, or null.
  boost::json::value const* any(std::string_view name);
  /// Calls `read` for each mapping in a list.
  void each(std::string_view name, std::function<void(ConfigReader&)> const& read);
  /// Calls `read` for a mapping, if it is there and not null. Whether it is.
  bool nested(std::string_view name, std::function<void(ConfigReader&)> const& read);

  bool has(std::string_view name) const;
  /// Anything that was not asked for is not known: an error that names it.
  void refuse_unknown(std::string_view known = "");

  /// Says what is wrong with a field of this mapping.
  void fail(std::string_view name, std::string_view what);
  bool failed() const { return error_->has_value(); }
  ConfigPlace place() const { return {std::string(file_), document_->line_of(path_)}; }
  /// "users[0].user.token"
  std::string path_of(std::string_view name) const;

 private:
  boost::json::value const* find(std::string_view name);

  manifest::Document const* document_;
  std::string_view file_;
  std::string path_;
  boost::json::object const* object_ = nullptr;
  std::optional<ConfigError>* error_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace client
