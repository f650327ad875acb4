// The roles and bindings that were in a real cluster while it was asked who may do what.
#pragma once
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <string>

#include "fakeapi/authorization/answers.hpp"
#include "fakeapi/authorization/authorization.hpp"
#include "fakeapi/authorization/bootstrap.hpp"
#include "fakeapi/server.hpp"

namespace fakeapi::authorization {

namespace json = boost::json;

/// tests/data/fakeapi/rbac-1.20.json.
json::object const& recorded();

/// A user as the recording names them.
User user(std::string name, std::vector<std::string> groups);

struct Cluster : ::testing::Test {
  Cluster() : Cluster(Profile::v1_20) {}
  explicit Cluster(Profile profile);

  /// Stores an object of the RBAC group.
  void store_value(json::value const& object);
  void store(std::string_view object) { store_value(json::parse(object)); }
  /// Stores what the recording has.
  void store_recorded();
  void create_namespace(std::string const& name);

  Authorizer authorizer() {
    return [this](User const& who, Attributes const& what) { return authorize(server, who, what); };
  }
  RequestContext context() const;

  Server server;
};

/// What is asked in a review's resourceAttributes or nonResourceAttributes.
Attributes attributes(json::value const& spec);

}  // namespace fakeapi::authorization
