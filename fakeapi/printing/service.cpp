// A Service's row.
#include <set>

#include "fakeapi/printing/human_duration.hpp"
#include "fakeapi/printing/printer.hpp"
#include "fakeapi/printing/values.hpp"

namespace fakeapi::printing {
namespace {

namespace json = boost::json;

std::string join(json::array const& texts) {
  std::string joined;
  for (auto const& text : texts) {
    joined.append(joined.empty() ? "" : ",").append(text.is_string() ? std::string_view(text.get_string()) : "");
  }
  return joined;
}

std::string balancer_addresses(json::value const* status) {
  std::set<std::string_view> addresses;
  for (auto const& ingress : list_at(status, {"loadBalancer", "ingress"})) {
    auto const address = or_else(text_at(&ingress, {"ip"}), text_at(&ingress, {"hostname"}));
    if (!address.empty()) addresses.insert(address);
  }
  std::string joined;
  for (auto const address : addresses) joined.append(joined.empty() ? "" : ",").append(address);
  return joined;
}

std::string external(json::value const* spec, json::value const* status) {
  auto const type = text_at(spec, {"type"});
  std::string const own = join(list_at(spec, {"externalIPs"}));
  if (type == "ClusterIP" || type == "NodePort") return std::string(or_else(own));
  if (type == "LoadBalancer") {
    std::string addresses = balancer_addresses(status);
    if (!own.empty()) addresses.append(addresses.empty() ? "" : ",").append(own);
    return std::string(or_else(addresses, "<pending>"));
  }
  if (type == "ExternalName") return std::string(text_at(spec, {"externalName"}));
  return "<unknown>";
}

std::string ports(json::value const* spec) {
  std::string text;
  for (auto const& port : list_at(spec, {"ports"})) {
    if (!text.empty()) text += ",";
    text += std::to_string(number_at(&port, {"port"}));
    if (auto const node_port = number_at(&port, {"nodePort"}); node_port > 0) text += ":" + std::to_string(node_port);
    text.append("/").append(text_at(&port, {"protocol"}));
  }
  return std::string(or_else(text));
}

std::string_view internal(json::value const* spec) {
  auto const& addresses = list_at(spec, {"clusterIPs"});
  if (addresses.empty()) return or_else(text_at(spec, {"clusterIP"}));
  return addresses.front().is_string() ? std::string_view(addresses.front().get_string()) : "<none>";
}

}  // namespace

json::array service_cells(api::Object const& service, seams::WallTime now) {
  json::value const* spec = service.spec.get();
  return {service.metadata.name,
          text_at(spec, {"type"}),
          internal(spec),
          external(spec, service.status.get()),
          ports(spec),
          age(service.metadata.creation_timestamp, now),
          or_else(labels_text(api::find_path(spec, {"selector"})))};
}

}  // namespace fakeapi::printing
