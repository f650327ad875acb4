// Query parameters as the options of typed requests, read as strictly as the real server reads them.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "fakeapi/face/http/url.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/error.hpp"
#include "operator/api/request.hpp"

namespace fakeapi::http {

template <class T>
using Parsed = std::expected<T, api::Error>;

Parsed<api::GetOptions> get_options(Query const& query);
/// Also of a deletecollection.
Parsed<api::ListOptions> list_options(Query const& query, Profile profile);
Parsed<api::WatchOptions> watch_options(Query const& query, Profile profile);

/// Whose options are checked: named in the 422.
enum class Write : std::uint8_t { create, update, patch, apply };
Parsed<api::WriteOptions> write_options(Query const& query, Write write, Profile profile);
/// force of a server-side apply.
bool is_forced(Query const& query);

/// DeleteOptions as read.
struct DeleteBody {
  api::DeleteOptions options;
  std::optional<bool> orphan_dependents;  ///< if propagation was given in the old way
};
/// From the query, for a DELETE without a body.
Parsed<DeleteBody> delete_options(Query const& query);
/// From a body: a DeleteOptions object of any group. Some failures are a 500, as on the real server.
Parsed<DeleteBody> delete_options(boost::json::value const& body);

/// The part of a User-Agent that names a field manager.
std::string manager_of(std::string_view agent);

}  // namespace fakeapi::http
