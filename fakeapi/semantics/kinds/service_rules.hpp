// What is right in a Service.
#pragma once
#include "fakeapi/semantics/kinds/rules.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::rules {

constexpr std::string_view no_cluster_ip = "None";

bool is_headless(boost::json::value const& spec);
bool needs_node_ports(boost::json::value const& spec);
/// A load balancer that sends clients only to nodes with a pod.
bool needs_health_check(boost::json::value const& spec);

void check_service(boost::json::value const& spec, FieldErrors& errors);
/// What of the addresses may not change.
void check_service_update(boost::json::value const& next, boost::json::value const& stored, FieldErrors& errors);
/// Last, after ports have been given out.
void check_external_traffic(boost::json::value const& spec, FieldErrors& errors);
void check_load_balancer(boost::json::value const& status, FieldErrors& errors);

}  // namespace fakeapi::rules
