// From what the core answers to what goes over the wire.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/face/http/accept.hpp"
#include "fakeapi/face/http/text_cache.hpp"
#include "fakeapi/semantics/kind.hpp"
#include "operator/api/error.hpp"
#include "operator/api/request.hpp"
#include "operator/api/watch.hpp"
#include "operator/seams/http_service.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::http {

using Body = std::shared_ptr<std::string const>;

/// What texts are made with.
struct Rendering {
  TextCache& cache;
  std::shared_ptr<Kind const> kind;
  Form form;
  seams::WallTime now;  ///< for ages
};

/// One object. `stored`: it is as the store has it, so that its text may come from the cache. The error is a 406.
std::expected<Body, api::Error> render(Rendering const& rendering, api::Object const& object, bool stored);
std::expected<Body, api::Error> render(Rendering const& rendering, api::ObjectList const& list);
/// The Status of a deletion that is done.
Body render_deleted(Form const& form, Kind const& kind, std::string_view name, api::Deleted const& deleted);
/// A Status of success that says no more than `code`.
Body render_success(Form const& form, int code);
/// Any JSON.
Body render_json(Form const& form, boost::json::value const& value);

/// Appends one event of a watch, as a line. `with_columns`: a Table says what its columns are.
void append_event(std::string& out, Rendering const& rendering, api::WatchEvent const& event, bool with_columns);

/// A complete answer.
seams::HttpResponse make_response(int status, std::string_view content_type, Body body);
seams::HttpResponse make_response(int status, Form const& form, Body body);
/// The answer to a request that failed.
seams::HttpResponse make_failure(api::Error const& error, ErrorForm const& form);
seams::HttpResponse make_text(int status, std::string text);

}  // namespace fakeapi::http
