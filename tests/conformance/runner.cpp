#include "tests/conformance/runner.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <stdexcept>

#include "tests/conformance/json_path.hpp"
#include "tests/conformance/kubelet.hpp"
#include "tests/conformance/matcher.hpp"
#include "tests/conformance/shortened.hpp"
#include "tests/conformance/yaml_json.hpp"

namespace conformance {
namespace {

namespace json = boost::json;
using Failure = std::runtime_error;
using Line = LineStream::Line;

constexpr Milliseconds poll_interval{25};
constexpr Milliseconds definition_limit{30'000};
constexpr Milliseconds silence_time{300};

/// Where the resources are that paths of cases are short for.
std::string collection(std::string const& plural, Suite const& suite) {
  static std::map<std::string, std::string> const known{
      {"configmaps", "/api/v1/namespaces/$(ns)/configmaps"},
      {"secrets", "/api/v1/namespaces/$(ns)/secrets"},
      {"pods", "/api/v1/namespaces/$(ns)/pods"},
      {"services", "/api/v1/namespaces/$(ns)/services"},
      {"serviceaccounts", "/api/v1/namespaces/$(ns)/serviceaccounts"},
      {"events", "/api/v1/namespaces/$(ns)/events"},
      {"namespaces", "/api/v1/namespaces"},
      {"deployments", "/apis/apps/v1/namespaces/$(ns)/deployments"},
      {"replicasets", "/apis/apps/v1/namespaces/$(ns)/replicasets"},
      {"leases", "/apis/coordination.k8s.io/v1/namespaces/$(ns)/leases"},
      {"networkpolicies", "/apis/networking.k8s.io/v1/namespaces/$(ns)/networkpolicies"},
      {"roles", "/apis/rbac.authorization.k8s.io/v1/namespaces/$(ns)/roles"},
      {"rolebindings", "/apis/rbac.authorization.k8s.io/v1/namespaces/$(ns)/rolebindings"},
      {"clusterroles", "/apis/rbac.authorization.k8s.io/v1/clusterroles"},
      {"clusterrolebindings", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"},
      {"customresourcedefinitions", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"},
  };
  if (auto const found = known.find(plural); found != known.end()) return found->second;
  bool cluster_scoped = false;
  if (auto const found = suite.definitions.find(plural); found != suite.definitions.end())
    cluster_scoped = found->second.at("spec").at("scope").as_string() == "Cluster";
  return cluster_scoped ? "/apis/$(group)/v1/" + plural : "/apis/$(group)/v1/namespaces/$(ns)/" + plural;
}

std::string full_target(std::string const& target, Suite const& suite) {
  if (target.starts_with('/') || target.starts_with("$(")) return target;
  auto const end = target.find_first_of("/?");
  return collection(target.substr(0, end), suite) + (end == target.npos ? "" : target.substr(end));
}

bool says(seams::HttpHeaders const& headers, std::string_view what) {
  return headers.get("Content-Type").find(what) != std::string_view::npos;
}

/// The body as JSON if it is that or YAML, else as text.
json::value body_of(Answer const& answer) {
  if (answer.body.empty()) return nullptr;
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 256;
  if (says(answer.headers, "json")) {
    auto parsed = json::parse(answer.body, error, {}, options);
    if (!error) return parsed;
  }
  if (says(answer.headers, "yaml")) {
    if (auto parsed = parse_yaml(answer.body)) return *parsed;
  }
  return json::value(json::string(answer.body));
}

json::object headers_of(Answer const& answer) {
  json::object result;
  for (auto const& name : {"Content-Type", "Retry-After", "WWW-Authenticate", "Location", "Allow"}) {
    if (auto const value = answer.headers.get(name); !value.empty()) result[name] = value;
  }
  json::array warnings;
  for (auto const& [name, value] : answer.headers) {
    if (name.size() == 7 && std::ranges::equal(name, std::string_view("warning"), {}, [](char c) {
          return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        }))
      warnings.emplace_back(value);
  }
  if (!warnings.empty()) result["Warning"] = std::move(warnings);
  return result;
}

/// The whole of a failure's body.
json::value status_pattern(json::object const& error, json::value const& code) {
  json::object status{{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", json::object()}, {"status", "Failure"}};
  for (auto const& [key, value] : error) status[key] = value;
  status["code"] = code;
  return json::object{{"!exact", std::move(status)}};
}

void append(std::vector<std::string>& all, std::vector<std::string> more, std::string const& before) {
  for (auto& one : more) all.push_back(before + one);
}

}  // namespace

/// One case on its way.
class CaseRun {
 public:
  CaseRun(Session& session, Case const& one) : session_(&session), case_(&one) {}

  Outcome run() {
    auto const begin = driver().now();
    try {
      prepare();
      for (std::size_t i = 0; i < case_->steps.size(); ++i) {
        where_ = "step " + std::to_string(i + 1);
        step(case_->steps[i]);
      }
    } catch (std::exception const& error) {
      outcome_.broken_off = where_ + ": " + error.what();
    }
    streams_.clear();
    clean_up();
    outcome_.duration = driver().now() - begin;
    return std::move(outcome_);
  }

 private:
  Driver& driver() { return *session_->driver_; }

  /// The namespaces of the case, and the definitions it uses.
  void prepare() {
    std::string id;
    for (char const c : case_->id) id += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    variables_.set("group", session_->group_.c_str());
    variables_.set("gv", (session_->group_ + "/v1").c_str());
    variables_.set("run", session_->run_.c_str());
    for (auto const& [variable, suffix] : {std::pair{"ns2", "-other"}, std::pair{"ns", ""}}) {
      std::string const name = "cf-" + id + "-" + session_->run_ + suffix;
      variables_.set(variable, name.c_str());
      outcome_.names.emplace_back(name, std::string("$(") + variable + ")");
    }
    outcome_.names.emplace_back(session_->group_, "$(group)");
    outcome_.names.emplace_back(session_->run_, "$(run)");
    where_ = "namespace";
    if (uses("$(ns2)")) make_namespace("$(ns2)");
    make_namespace("$(ns)");
    for (auto const& plural : case_->definitions) {
      where_ = "definition of " + plural;
      if (!session_->defined_.contains(plural)) define(plural);
      session_->defined_.insert(plural);
    }
  }

  bool uses(std::string_view variable) const {
    return std::ranges::any_of(case_->steps, [&](Step const& step) {
      return step.target.contains(variable) || (step.body && json::serialize(*step.body).contains(variable));
    });
  }

  void make_namespace(std::string const& name) {
    json::object const body{{"metadata", json::object{{"name", variables_.expand(std::string_view(name))}}}};
    must({.method = "POST",
          .target = "/api/v1/namespaces",
          .headers = {{"Content-Type", "application/json"}},
          .body = json::serialize(body)},
         201);
  }

  void define(std::string const& plural) {
    auto const found = session_->suite_->definitions.find(plural);
    if (found == session_->suite_->definitions.end()) throw Failure("there is none");
    auto const body = json::serialize(variables_.expand(found->second));
    must({.method = "POST",
          .target = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
          .headers = {{"Content-Type", "application/json"}},
          .body = body},
         201);
    Call const list{.method = "GET", .target = variables_.expand(collection(plural, *session_->suite_))};
    auto const deadline = driver().now() + definition_limit;
    while (true) {
      auto const answer = sent(driver().send(list));
      if (answer.status == 200) return;
      if (driver().now() > deadline) throw Failure("not served in time: " + answer.body);
      driver().wait(poll_interval);
    }
  }

  /// The namespaces are left to end by themselves: without a controller they stay for ever.
  void clean_up() {
    for (auto const* name : {"$(ns)", "$(ns2)"}) {
      if (std::string(name) == "$(ns2)" && !uses("$(ns2)")) continue;
      if (!variables_.has("ns")) return;
      auto const ignored = driver().send({
          .method = "DELETE",
          .target = "/api/v1/namespaces/" + variables_.expand(std::string_view(name)),
      });
    }
  }

  void must(Call const& call, int status) {
    auto const answer = sent(driver().send(call));
    if (answer.status != status) throw Failure(call.method + " " + call.target + ": " + answer.body);
  }

  static void sent(Sent<void> const& result) {
    if (!result) throw Failure(result.error());
  }
  template <class T>
  static T sent(Sent<T> result) {
    if (!result) throw Failure(result.error());
    return std::move(*result);
  }

  void step(Step const& step) {
    switch (step.what) {
      case Step::What::request:
        if (step.together) {
          together(step);
        } else {
          for_each(step, [&](std::size_t repetition) { request(step, repetition); });
        }
        break;
      case Step::What::watch:
        open(step);
        break;
      case Step::What::events:
        events(step);
        break;
      case Step::What::close:
        if (streams_.erase(step.stream) == 0) throw Failure("there is no watch " + step.stream);
        break;
      case Step::What::compact: {
        auto const revision = variables_.expand(step.revision);
        sent(driver().compact(std::stoull(std::string(revision.as_string()))));
        break;
      }
      case Step::What::wait:
        driver().wait(step.time);
        break;
    }
  }

  void for_each(Step const& step, std::function<void(std::size_t)> const& what) {
    if (step.each.empty()) return what(0);
    for (std::size_t i = 0; i < step.each.size(); ++i) {
      bind(step, i);
      what(i);
    }
  }

  void bind(Step const& step, std::size_t repetition) {
    if (step.each.empty()) return;
    for (auto const& [name, value] : step.each[repetition].as_object())
      variables_.set(std::string(name), variables_.expand(value));
  }

  Call call_of(Step const& step) const {
    Call call{.method = step.method,
              .target = variables_.expand(full_target(step.target, *session_->suite_)),
              .headers = {},
              .body = {},
              .user = step.user};
    if (step.body) {
      auto const body = variables_.expand(*step.body);
      call.body = body.is_string() ? std::string(body.get_string()) : json::serialize(body);
    }
    bool has_type = false;
    bool has_accept = false;
    bool has_agent = false;
    for (auto const& [name, value] : step.headers) {
      has_type = has_type || name == "Content-Type";
      has_accept = has_accept || name == "Accept";
      has_agent = has_agent || name == "User-Agent";
      auto const text = variables_.expand(std::string_view(value.as_string()));
      if (!text.empty()) call.headers.add(std::string(name), text);
    }
    if (step.body && !has_type) call.headers.add("Content-Type", "application/json");
    if (!has_accept) call.headers.add("Accept", "application/json");
    if (!has_agent) call.headers.add("User-Agent", "conformance/1.0");
    return call;
  }

  std::vector<std::string> wrong_with(Answer const& answer, Expectation const& expect) const {
    std::vector<std::string> wrong;
    if (expect.status) {
      json::value const status = answer.status;
      append(wrong, complaints(variables_.expand(*expect.status), &status), "status: ");
    }
    auto const body = body_of(answer);
    if (expect.body) append(wrong, complaints(variables_.expand(*expect.body), &body), "body: ");
    if (expect.error) {
      auto const pattern = status_pattern(variables_.expand(*expect.error).as_object(), answer.status);
      append(wrong, complaints(pattern, &body), "error: ");
    }
    if (expect.text) {
      json::value const text = json::string(answer.body);
      append(wrong, complaints(variables_.expand(*expect.text), &text), "text: ");
    }
    if (!expect.headers.empty()) {
      json::value const headers = headers_of(answer);
      append(wrong, complaints(variables_.expand(json::value(expect.headers)), &headers), "headers: ");
    }
    if (!wrong.empty() && (!expect.status || answer.status != *expect.status))
      wrong.push_back("answer: " + shortened(answer.body, 1500));
    return wrong;
  }

  void request(Step const& step, std::size_t repetition) {
    auto const call = call_of(step);
    where_ += "";
    Answer answer = sent(driver().send(call));
    auto wrong = wrong_with(answer, step.expect);
    if (step.within) {
      auto const deadline = driver().now() + *step.within;
      while (!wrong.empty() && driver().now() < deadline) {
        if (step.kubelet) sent(play_kubelet(driver(), variables_.expand(collection("pods", *session_->suite_))));
        driver().wait(poll_interval);
        answer = sent(driver().send(call));
        wrong = wrong_with(answer, step.expect);
      }
    }
    std::string const label = label_of(step, repetition);
    append(outcome_.complaints, std::move(wrong), label + ": ");
    auto const body = body_of(answer);
    capture(step.capture, body);
    if (!step.compared) return;
    json::object said{{"status", answer.status}, {"headers", headers_of(answer)}, {"body", projected(body, step)}};
    record(label, "answer", std::move(said));
  }

  std::string label_of(Step const& step, std::size_t repetition) const {
    std::string label = where_ + " (" + step.method + " " + step.target + ")";
    if (step.each.empty()) return label;
    label += " #" + std::to_string(repetition + 1) + " " + shortened(json::serialize(step.each[repetition]), 120);
    return label;
  }

  void record(std::string const& label, char const* what, json::value value) {
    outcome_.transcript.push_back(json::object{{"step", label}, {what, std::move(value)}});
  }

  static json::value projected(json::value const& body, Step const& step) {
    if (step.project.empty()) return body;
    json::object result;
    for (auto const& path : step.project) {
      auto const* found = at_path(body, path);
      result[path] = found == nullptr ? json::value(nullptr) : *found;
    }
    return result;
  }

  void capture(std::map<std::string, std::string> const& wanted, json::value const& body) {
    for (auto const& [variable, path] : wanted) {
      auto const* found = at_path(body, path);
      if (found == nullptr) throw Failure("there is no " + path + " to capture in " + json::serialize(body));
      variables_.set(variable, *found);
    }
  }

  void together(Step const& step) {
    std::vector<Call> calls;
    for (std::size_t i = 0; i < step.each.size(); ++i) {
      bind(step, i);
      calls.push_back(call_of(step));
    }
    auto const answers = sent(driver().send_together(calls));
    std::vector<int> statuses;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      bind(step, i);
      append(outcome_.complaints, wrong_with(answers[i], step.expect), label_of(step, i) + ": ");
      statuses.push_back(answers[i].status);
    }
    // Who was first is chance.
    std::ranges::sort(statuses);
    json::array sorted;
    for (int const status : statuses) sorted.push_back(status);
    if (step.compared) record(where_, "statuses", std::move(sorted));
  }

  void open(Step const& step) {
    auto stream = sent(driver().open(call_of(step)));
    auto const& head = stream->head();
    std::string const label = label_of(step, 0);
    append(outcome_.complaints, wrong_with(head, step.expect), label + ": ");
    json::object said{{"status", head.status}, {"headers", headers_of(head)}};
    if (head.status != 200) said["body"] = body_of(head);
    if (step.compared) record(label, "answer", std::move(said));
    streams_[step.stream] = std::move(stream);
  }

  json::value next_event(LineStream& stream, Milliseconds limit, Line::What& what) {
    auto const line = sent(stream.next(limit));
    what = line.what;
    if (what != Line::What::line) return nullptr;
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 256;
    auto event = json::parse(line.text, error, {}, options);
    if (error) throw Failure("an event is no JSON: " + line.text);
    return event;
  }

  void events(Step const& step) {
    auto const found = streams_.find(step.stream);
    if (found == streams_.end()) throw Failure("there is no watch " + step.stream);
    auto& stream = *found->second;
    std::string const label = where_ + " (events of " + step.stream + ")";
    json::array seen;
    auto what = Line::What::line;
    std::optional<json::value> until;
    if (step.until) until = variables_.expand(*step.until);
    // A watch that is to end is read to its end, however many events come.
    bool const all = step.ends && step.events.empty() && !until;
    while (what == Line::What::line) {
      if (until ? !seen.empty() && complaints(*until, &seen.back()).empty() : !all && seen.size() >= step.events.size())
        break;
      auto event = next_event(stream, step.time, what);
      if (what == Line::What::line) seen.push_back(std::move(event));
    }
    std::string ended = what == Line::What::end ? "end" : what == Line::What::silence ? "silence" : "";
    if (step.ends && ended.empty()) {
      auto event = next_event(stream, step.time, what);
      ended = what == Line::What::end ? "end" : what == Line::What::silence ? "silence" : "more";
      if (ended == "more") seen.push_back(std::move(event));
    }
    if (step.silence && ended.empty()) {
      auto event = next_event(stream, silence_time, what);
      if (what == Line::What::line) seen.push_back(std::move(event));
      if (what != Line::What::silence) ended = what == Line::What::end ? "end" : "more";
    }
    auto const pattern = variables_.expand(json::value(step.events));
    json::value const seen_value = seen;
    bool const some = until.has_value() && step.any_order;
    json::value const wanted = some             ? json::value(json::object{{"!some", pattern}})
                               : step.any_order ? json::value(json::object{{"!set", pattern}})
                                                : pattern;
    if (!all && !(until && step.events.empty()))
      append(outcome_.complaints, complaints(wanted, &seen_value), label + ": ");
    if (until && ended == "silence") outcome_.complaints.push_back(label + ": no event is " + json::serialize(*until));
    if (step.ends && ended != "end") outcome_.complaints.push_back(label + ": the watch should end: " + ended);
    if (!step.ends && ended == "end") outcome_.complaints.push_back(label + ": the watch has ended");
    capture(step.event_texts, seen_value);
    if (!step.compared) return;
    record(label, "events", json::object{{"events", std::move(seen)}, {"then", ended}});
  }

  Session* session_;
  Case const* case_;
  Outcome outcome_;
  Variables variables_;
  std::string where_;
  std::map<std::string, std::unique_ptr<LineStream>> streams_;
};

Session::Session(Suite const& suite, Driver& driver, std::string profile, std::string run)
    : suite_(&suite),
      driver_(&driver),
      profile_(std::move(profile)),
      run_(std::move(run)),
      group_(run_ + ".conformance.example.com") {}

Outcome Session::run(Case const& one) {
  Outcome skipped;
  if (std::ranges::find(one.profiles, profile_) == one.profiles.end()) {
    skipped.skipped = "not for profile " + profile_;
  } else if (one.users && !driver_->has_users()) {
    skipped.skipped = "this server knows one user only";
  } else if (one.compaction && !driver_->can_compact()) {
    skipped.skipped = "this server's history cannot be compacted";
  } else if (one.controllers != driver_->has_controllers()) {
    skipped.skipped = one.controllers ? "the controllers do not run" : "the controllers run";
  }
  if (!skipped.skipped.empty()) return skipped;
  return CaseRun(*this, one).run();
}

}  // namespace conformance
