// Lists, decoded while they come: at no time is there more than one object's JSON.
#pragma once
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/request.hpp"

namespace client {

/// Takes the JSON of a list in pieces and makes Objects of its items one by one. What is to be trimmed is passed over,
/// never built. Pure.
class ListDecoder {
 public:
  /// `trim`: paths of members to leave out of each item ("metadata.managedFields").
  explicit ListDecoder(std::vector<std::string> const& trim);
  ~ListDecoder();
  ListDecoder(ListDecoder const&) = delete;
  ListDecoder& operator=(ListDecoder const&) = delete;

  /// False: it is no list, see error(); nothing more can be fed.
  bool feed(std::string_view bytes);
  /// What is wrong with what was fed.
  std::string const& error() const;
  /// Items made so far.
  std::size_t items() const;

  /// The list, when all has been fed. Once. The error says what is wrong with it.
  std::expected<api::ObjectList, std::string> finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace client
