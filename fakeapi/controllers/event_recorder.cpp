#include "fakeapi/controllers/event_recorder.hpp"

#include <boost/json/object.hpp>
#include <utility>

#include "operator/api/kinds.hpp"

namespace fakeapi {
namespace json = boost::json;

EventSubject subject_of(api::Object const& object) {
  return {object.api_version, object.kind, object.key(), object.metadata.uid,
          std::to_string(api::to_number(object.metadata.resource_version))};
}

void EventRecorder::record(EventSubject const& subject, std::string_view type, std::string_view reason,
                           std::string message) {
  EventText text;
  text.about = std::string(component_) + '\n' + subject.api_version + '\n' + subject.kind + '\n' +
               subject.key.namespace_ + '\n' + subject.key.name + '\n' + subject.uid;
  text.object_name = subject.key.name;
  text.type = type;
  text.reason = reason;
  text.message = std::move(message);
  EventWrite const write = correlator_.correlate(text, client_.now());
  if (write.skip) return;
  std::string const stamp = api::format_timestamp(client_.timestamp());
  std::string const namespace_ = subject.key.namespace_.empty() ? "default" : subject.key.namespace_;
  if (write.update) {
    json::object change(3);
    change.emplace("count", std::int64_t{write.count});
    change.emplace("lastTimestamp", stamp);
    change.emplace("message", write.message);
    auto const answer = client_.merge_patch(api::events, {namespace_, write.name}, json::value(std::move(change)));
    // Events expire, or people delete them: then it is written again.
    if (answer || !answer.error().is(api::Reason::not_found)) return;
  }
  json::object involved(6);
  involved.emplace("kind", subject.kind);
  if (!subject.key.namespace_.empty()) involved.emplace("namespace", subject.key.namespace_);
  involved.emplace("name", subject.key.name);
  involved.emplace("uid", subject.uid);
  involved.emplace("apiVersion", subject.api_version);
  if (!subject.resource_version.empty()) involved.emplace("resourceVersion", subject.resource_version);
  json::object source(1);
  source.emplace("component", component_);
  json::object rest(11);
  rest.emplace("involvedObject", std::move(involved));
  rest.emplace("reason", text.reason);
  rest.emplace("message", write.message);
  rest.emplace("source", std::move(source));
  rest.emplace("firstTimestamp", api::format_timestamp(std::chrono::floor<std::chrono::seconds>(write.first)));
  rest.emplace("lastTimestamp", stamp);
  rest.emplace("count", std::int64_t{write.count});
  rest.emplace("type", text.type);
  rest.emplace("eventTime", nullptr);
  rest.emplace("reportingComponent", "");
  rest.emplace("reportingInstance", "");
  api::Object event;
  event.api_version = "v1";
  event.kind = "Event";
  event.metadata.name = write.name;
  event.metadata.namespace_ = namespace_;
  event.rest = api::share(json::value(std::move(rest)));
  (void)client_.create(api::events, std::move(event));
}

}  // namespace fakeapi
