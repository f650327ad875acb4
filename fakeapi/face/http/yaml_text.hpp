// JSON values as YAML text, as sigs.k8s.io/yaml writes them: members by name, lists not indented.
#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace fakeapi::http {

std::string to_yaml(boost::json::value const& value);

}  // namespace fakeapi::http
