#include "fakeapi/serve/caches.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "fakeapi/controllers/pod_stages.hpp"
#include "fakeapi/face/http/answers.hpp"
#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/server.hpp"

namespace fakeapi::serve {

namespace json = boost::json;

// How many marks there are at most for the time of one lag.
constexpr int marks_of_a_lag = 1000;

Caches::Caches(Server& server, seams::Clock& clock, seams::Duration lag)
    : server_(server),
      clock_(clock),
      frontend_(server),
      observer_(server.add_observer([this](Commit const& commit) { committed(commit.revision); })) {
  set_lag(lag);
}

Caches::~Caches() { server_.remove_observer(observer_); }

void Caches::set_lag(seams::Duration lag) {
  if (lag == lag_) return;
  if (!lags()) due_ = server_.revision();
  lag_ = lag;
  if (!lags()) {
    marks_.clear();
    timer_.reset();
  }
  settle();
}

void Caches::hold_only(std::set<ResourceIndex> kinds) {
  all_held_ = false;
  held_ = std::move(kinds);
  settle();
}

void Caches::hold_all() {
  all_held_ = true;
  held_.clear();
  settle();
}

void Caches::committed(Revision revision) {
  if (!lags()) return;
  auto due = clock_.now() + lag_;
  if (!marks_.empty()) {
    due = std::max(due, marks_.back().due);  // the lag may have been longer
    if (due - marks_.back().due < lag_ / marks_of_a_lag) {
      marks_.back().revision = revision;
      return;
    }
  }
  marks_.push_back({due, revision});
  if (marks_.size() == 1) arm();
}

void Caches::arm() {
  timer_ = seams::ScopedTimer(clock_, marks_.front().due, [this] { pass_marks(); });
}

void Caches::pass_marks() {
  while (!marks_.empty() && marks_.front().due <= clock_.now()) {
    due_ = marks_.front().revision;
    marks_.pop_front();
  }
  settle();
  if (!marks_.empty()) arm();
}

// Puts the frontend where lag and holds want it.
void Caches::settle() {
  if (all_held_ || lags()) {
    frontend_.hold_all();
  } else {
    frontend_.release_later_kinds();
  }
  if (all_held_) return;
  for (std::size_t i = 0; i < server_.log().resource_count(); ++i) {
    ResourceIndex const kind{static_cast<std::uint32_t>(i)};
    if (held_.contains(kind)) {
      if (!frontend_.is_held(kind)) frontend_.hold(kind);
    } else if (lags()) {
      frontend_.advance(kind, due_);
    } else {
      frontend_.release(kind);
    }
  }
}

namespace {

// "pods", "deployments.apps"
std::string name_of(api::Resource const& resource) {
  return resource.group.empty() ? resource.plural : resource.plural + "." + resource.group;
}

std::optional<ResourceIndex> find_kind(Server const& server, std::string_view name) {
  for (auto const& served : server.registry().served()) {
    if (name_of(served->kind->resource) == name) return served->index;
  }
  return std::nullopt;
}

std::string text_of(seams::Duration duration) {
  auto const microseconds = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  if (microseconds % 1'000'000 == 0) return std::to_string(microseconds / 1'000'000) + "s";
  if (microseconds % 1000 == 0) return std::to_string(microseconds / 1000) + "ms";
  return std::to_string(microseconds) + "us";
}

json::object describe(Server const& server, Caches const& caches, http::Face const& face) {
  std::map<std::string, ResourceIndex> kinds;
  for (auto const& served : server.registry().served()) kinds.emplace(name_of(served->kind->resource), served->index);
  json::object behind;
  json::array held;
  for (auto const& [name, kind] : kinds) {
    if (auto const commits = caches.frontend().behind(kind); commits > 0) behind[name] = commits;
    if (caches.held().contains(kind)) held.emplace_back(name);
  }
  json::object told;
  told["revision"] = std::to_string(server.revision());
  told["lag"] = text_of(caches.lag());
  if (held.empty()) {
    told["held"] = caches.all_held();
  } else {
    told["held"] = std::move(held);
  }
  told["behind"] = std::move(behind);
  told["watches"] = face.watches();
  return told;
}

// What a request wants; checked as a whole before anything is done.
struct Wish {
  std::optional<bool> all_held;
  std::optional<std::set<ResourceIndex>> held;
  std::optional<seams::Duration> lag;
  bool end_watches = false;
};

std::expected<Wish, std::string> read_wish(Server const& server, std::string const& text) {
  boost::system::error_code error;
  auto const body = json::parse(text, error);
  auto const* fields = error ? nullptr : body.if_object();
  if (fields == nullptr || fields->empty())
    return std::unexpected(R"(the body should be an object with any of "held", "lag" and "endWatches")");
  Wish wish;
  for (auto const& [key, value] : *fields) {
    if (key == "held" && value.is_bool()) {
      wish.all_held = value.get_bool();
    } else if (key == "held" && value.is_array()) {
      wish.held.emplace();
      for (auto const& each : value.get_array()) {
        auto const* name = each.if_string();
        auto const kind = name != nullptr ? find_kind(server, *name) : std::nullopt;
        if (!kind)
          return std::unexpected(json::serialize(each) + " is no kind; they are called as in \"deployments.apps\"");
        wish.held->insert(*kind);
      }
    } else if (key == "lag" && value.is_string()) {
      wish.lag = parse_duration(value.get_string());
      if (!wish.lag) return std::unexpected(json::serialize(value) + " is no duration such as \"5s\" or \"200ms\"");
    } else if (key == "endWatches" && value.is_bool()) {
      wish.end_watches = value.get_bool();
    } else {
      return std::unexpected("\"" + std::string(key) + "\" is unknown, or of another type");
    }
  }
  return wish;
}

}  // namespace

seams::HttpResponse answer_caches(Server const& server, Caches& caches, http::Face& face,
                                  seams::HttpRequest const& request) {
  if (request.method == "POST") {
    auto wish = read_wish(server, request.body);
    if (!wish) return http::make_failure(status::bad_request(wish.error()), {});
    if (wish->lag) caches.set_lag(*wish->lag);
    if (wish->held) caches.hold_only(*std::move(wish->held));
    if (wish->all_held == true) caches.hold_all();
    if (wish->all_held == false) caches.hold_only({});
    if (wish->end_watches) face.end_watches();
  } else if (request.method != "GET" && request.method != "HEAD") {
    return http::make_failure(status::method_not_allowed_on_resource(), {});
  }
  auto text = json::serialize(describe(server, caches, face)) + "\n";
  return http::make_response(200, "application/json", std::make_shared<std::string const>(std::move(text)));
}

}  // namespace fakeapi::serve
