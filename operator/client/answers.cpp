#include "operator/client/answers.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>

#include "operator/api/object_json.hpp"
#include "operator/client/list_decoder.hpp"
#include "operator/http/encoding.hpp"

namespace client {
namespace {

namespace json = boost::json;

// Schemas of definitions nest deeper than the library's default.
constexpr std::size_t most_depth = 512;

std::expected<json::value, std::string> parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = most_depth;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return std::unexpected("it is not JSON: " + error.message());
  return value;
}

api::Error unreadable(bool is_write, std::string const& why) {
  api::Error error;
  error.reason = api::Reason::connection_failed;
  error.message = "the answer of the server cannot be read: " + why;
  error.outcome_unknown = is_write;
  return error;
}

std::string text_at(json::value const& value, std::initializer_list<std::string_view> path) {
  return std::string(api::find_string(&value, path).value_or(""));
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// A proxy, or a server that is no API server, says what it likes.
std::string shortened(std::string_view text) {
  constexpr std::size_t most = 300;
  std::string out(text.substr(0, most));
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  while (out.ends_with(' ')) out.pop_back();
  if (text.size() > most) out += " …";
  return out;
}

struct StatusCode {
  int code;
  api::Reason reason;
};
constexpr auto status_codes = std::to_array<StatusCode>({
    {400, api::Reason::bad_request},
    {401, api::Reason::unauthorized},
    {403, api::Reason::forbidden},
    {404, api::Reason::not_found},
    {405, api::Reason::method_not_allowed},
    {406, api::Reason::not_acceptable},
    {409, api::Reason::conflict},
    {410, api::Reason::gone},
    {413, api::Reason::request_entity_too_large},
    {415, api::Reason::unsupported_media_type},
    {422, api::Reason::invalid},
    {429, api::Reason::too_many_requests},
    {503, api::Reason::service_unavailable},
    {504, api::Reason::timeout},
});

api::Reason reason_of(int status) {
  auto const* const found = std::ranges::find(status_codes, status, &StatusCode::code);
  return found == status_codes.end() ? api::Reason::unknown : found->reason;
}

api::Error read_status(json::value const& status) {
  api::Error error;
  error.reason = api::reason_from_string(text_at(status, {"reason"}));
  error.code = static_cast<int>(api::find_integer(&status, {"code"}).value_or(0));
  error.message = text_at(status, {"message"});
  error.continue_token = text_at(status, {"metadata", "continue"});
  error.name = text_at(status, {"details", "name"});
  error.group = text_at(status, {"details", "group"});
  error.kind = text_at(status, {"details", "kind"});
  error.uid = text_at(status, {"details", "uid"});
  if (auto const* causes = api::find_path(&status, {"details", "causes"}); causes != nullptr && causes->is_array()) {
    for (auto const& cause : causes->get_array()) {
      error.causes.push_back({text_at(cause, {"reason"}), text_at(cause, {"message"}), text_at(cause, {"field"})});
    }
  }
  if (auto const seconds = api::find_integer(&status, {"details", "retryAfterSeconds"}); seconds && *seconds > 0) {
    error.retry_after = std::chrono::seconds(*seconds);
  }
  return error;
}

bool is_status(json::value const& value) {
  return api::find_string(&value, {"kind"}) == "Status" && api::find_string(&value, {"apiVersion"}) == "v1";
}

std::expected<api::ObjectPtr, std::string> read_object(json::value const& value, std::vector<std::string> const& trim) {
  auto object = api::object_from_json(value);
  if (!object) return std::unexpected(std::move(object.error()));
  return api::trim(std::make_shared<api::Object const>(*std::move(object)), trim);
}

}  // namespace

api::Error read_failure(int status, std::string_view body, std::string_view retry_after, bool is_write) {
  api::Error error;
  auto const parsed = parse(body);
  if (parsed && is_status(*parsed)) {
    error = read_status(*parsed);
    if (error.code == 0) error.code = status;
  } else {
    error.code = status;
    error.reason = reason_of(status);
    error.message = body.empty() ? "the server answered " + std::to_string(status) : shortened(body);
  }
  if (auto const seconds = number_of(retry_after); seconds && !error.retry_after) {
    error.retry_after = std::chrono::seconds(*seconds);
  }
  error.outcome_unknown = is_write && error.code >= 500;
  return error;
}

api::Result<api::Response> read_answer(api::Request const& request, seams::HttpResponse const& response) {
  bool const is_write = api::is_write(request.verb);
  static std::string const empty;
  std::string const& sent = response.body ? *response.body : empty;
  std::string unpacked;
  std::string_view body = sent;
  if (response.headers.get("Content-Encoding") == "gzip") {
    auto plain = http::gunzip(sent, most_answer_bytes);
    if (!plain) return std::unexpected(unreadable(is_write, plain.error()));
    unpacked = *std::move(plain);
    body = unpacked;
  }
  if (response.status >= 300) {
    return std::unexpected(read_failure(response.status, body, response.headers.get("Retry-After"), is_write));
  }
  auto const as_list = [&]() -> api::Result<api::Response> {
    auto const* const options = std::get_if<api::ListOptions>(&request.options);
    ListDecoder decoder(options != nullptr ? options->trim : std::vector<std::string>());
    decoder.feed(body);
    auto list = decoder.finish();
    if (!list) return std::unexpected(unreadable(is_write, list.error()));
    return api::Response(*std::move(list));
  };
  if (request.verb == api::Verb::list) return as_list();
  auto const parsed = parse(body);
  if (!parsed) return std::unexpected(unreadable(is_write, parsed.error()));
  if (!parsed->is_object()) return std::unexpected(unreadable(is_write, "it is no object"));
  if (is_status(*parsed)) return api::Response(api::Deleted{text_at(*parsed, {"details", "uid"})});
  if (request.verb == api::Verb::delete_collection) return as_list();
  auto object = read_object(*parsed, {});
  if (!object) return std::unexpected(unreadable(is_write, object.error()));
  return api::Response(*std::move(object));
}

api::Error unreadable_answer(std::string const& why) { return unreadable(false, why); }

std::expected<api::WatchEvent, api::Error> read_event(std::string_view line, std::vector<std::string> const& trim) {
  auto const parsed = parse(line);
  if (!parsed) return std::unexpected(unreadable(false, parsed.error()));
  auto const type = api::find_string(&*parsed, {"type"});
  auto const* content = api::find_path(&*parsed, {"object"});
  if (!type || content == nullptr) return std::unexpected(unreadable(false, "it is no event of a watch"));
  api::WatchEvent event;
  using enum api::WatchEventType;
  if (*type == api::to_string(error)) {
    event.type = error;
    event.error = read_status(*content);
    return event;
  }
  auto const known = std::to_array({added, modified, deleted, bookmark});
  auto const* const found = std::ranges::find(known, *type, [](auto one) { return api::to_string(one); });
  if (found == known.end()) {
    return std::unexpected(unreadable(false, "there is no event of type \"" + shortened(*type) + "\""));
  }
  event.type = *found;
  auto object = read_object(*content, trim);
  if (!object) return std::unexpected(unreadable(false, object.error()));
  event.object = *std::move(object);
  return event;
}

std::optional<std::string_view> LineCutter::next() {
  for (;;) {
    auto const end = buffer_.find('\n', std::max(scanned_, begin_));
    if (end == std::string::npos) {
      // What has been read is dropped when that is worth the move.
      if (begin_ > buffer_.size() / 2 || begin_ == buffer_.size()) {
        buffer_.erase(0, begin_);
        begin_ = 0;
      }
      scanned_ = buffer_.size();
      return std::nullopt;
    }
    std::string_view line(buffer_.data() + begin_, end - begin_);
    begin_ = end + 1;
    scanned_ = begin_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) return line;
  }
}

}  // namespace client
