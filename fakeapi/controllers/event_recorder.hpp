// Writes Events about what a controller does, as the recorder of a real one does.
#pragma once
#include <string>
#include <string_view>

#include "fakeapi/controllers/controller_client.hpp"
#include "fakeapi/controllers/event_correlator.hpp"

namespace fakeapi {

/// The object that an event is about.
struct EventSubject {
  std::string api_version;
  std::string kind;
  api::ObjectKey key;
  std::string uid;
  std::string resource_version;  ///< "": not told
};

EventSubject subject_of(api::Object const& object);

/// Guarantees: never more than one write for an event, and no second try: an event that the server refuses is lost, as
/// with a real recorder. Events about cluster-scoped objects go to the namespace default.
class EventRecorder {
 public:
  /// `component` names the source ("deployment-controller"); it must be a constant. The client must outlive it.
  EventRecorder(ControllerClient& client, std::string_view component) : client_(client), component_(component) {}

  void normal(EventSubject const& subject, std::string_view reason, std::string message) {
    record(subject, "Normal", reason, std::move(message));
  }
  void warning(EventSubject const& subject, std::string_view reason, std::string message) {
    record(subject, "Warning", reason, std::move(message));
  }

 private:
  void record(EventSubject const& subject, std::string_view type, std::string_view reason, std::string message);

  ControllerClient& client_;
  std::string_view component_;
  EventCorrelator correlator_;
};

}  // namespace fakeapi
