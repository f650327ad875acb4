#include "sim/digest.hpp"

#include <bit>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace sim {

void Digest::add_json(boost::json::value const& json) {
  add(static_cast<std::uint64_t>(json.kind()));
  switch (json.kind()) {
    case boost::json::kind::null:
      break;
    case boost::json::kind::bool_:
      add(static_cast<std::uint64_t>(json.get_bool()));
      break;
    case boost::json::kind::int64:
      add(static_cast<std::uint64_t>(json.get_int64()));
      break;
    case boost::json::kind::uint64:
      add(json.get_uint64());
      break;
    case boost::json::kind::double_:
      add(std::bit_cast<std::uint64_t>(json.get_double()));
      break;
    case boost::json::kind::string:
      add(std::string_view(json.get_string()));
      break;
    case boost::json::kind::array:
      for (auto const& item : json.get_array()) add_json(item);
      break;
    case boost::json::kind::object:
      for (auto const& [key, value] : json.get_object()) {
        add(std::string_view(key));
        add_json(value);
      }
      break;
  }
}

}  // namespace sim
