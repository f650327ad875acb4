#include "operator/manifest/documents.hpp"

#include <string>
#include <utility>

#include "operator/manifest/json_reader.hpp"
#include "operator/manifest/manifest.hpp"
#include "operator/manifest/text.hpp"
#include "operator/manifest/yaml_reader.hpp"

namespace manifest {
namespace {

namespace json = boost::json;

std::expected<void, Failure> read_piece(Piece const& piece, Documents& documents, std::size_t& size_before) {
  Builder builder(documents, size_before);
  std::size_t const first = piece.text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && piece.text[first] == '{') {
    auto read = read_json(piece.text, piece.line, builder);
    if (!read) return std::unexpected(read.error());
    if (*read) {
      size_before = builder.size();
      return {};
    }
    documents = {};
    builder = Builder(documents, size_before);
  }
  auto read = read_yaml(piece.text, piece.line, builder);
  size_before = builder.size();
  return read;
}

}  // namespace

std::expected<std::vector<Document>, Failure> read_documents(std::string_view text) {
  if (text.size() > max_text_size) {
    return std::unexpected(Failure{1, "larger than " + std::to_string(max_text_size / (std::size_t{1} << 20)) +
                                          " MiB, which no API server takes; split the file"});
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (auto checked = check_text(text); !checked) return std::unexpected(checked.error());
  auto pieces = split_documents(text);
  if (!pieces) return std::unexpected(pieces.error());

  std::vector<Document> found;
  std::size_t size = 0;
  for (Piece const& piece : *pieces) {
    auto nodes = std::make_shared<Documents>();
    if (auto read = read_piece(piece, *nodes, size); !read) return std::unexpected(read.error());
    for (Use const& root : nodes->roots) {
      auto value = to_json(*root.node);
      if (!value) return std::unexpected(value.error());
      if (!value->is_null()) found.push_back({std::move(*value), nodes, root});
    }
  }
  return found;
}

std::string describe(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "nothing";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "a mapping";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::string: {
      std::string const text(value.get_string().data(), value.get_string().size());
      return text.size() <= 40 ? "the text \"" + text + "\"" : "a text";
    }
    default:
      return "a number";
  }
}

}  // namespace manifest
