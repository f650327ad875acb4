// events.k8s.io/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const events_v1{"io.k8s.api.events.v1", "events", "events.k8s.io", "v1", R"(
Event kind
  metadata! meta.ObjectMeta 1
  eventTime! MicroTime 2
  series *EventSeries 3
  reportingController string 4
  reportingInstance string 5
  action string 6
  reason string 7
  regarding core.ObjectReference 8
  related *core.ObjectReference 9
  note string 10
  type string 11
  deprecatedSource core.EventSource 12
  deprecatedFirstTimestamp Time 13
  deprecatedLastTimestamp Time 14
  deprecatedCount int32 15
EventSeries
  count! int32 1
  lastObservedTime! MicroTime 2
EventList kind
  metadata meta.ListMeta 1
  items! []Event 2
)"};

}  // namespace fakeapi::types
