#include "tests/fakeapi_patch/writers.hpp"

#include "operator/seams/check.hpp"

namespace fakeapi::testing {
namespace {

ServerOptions options(Profile profile) {
  ServerOptions made;
  made.profile = profile;
  made.field_management = true;
  return made;
}

api::Request request(api::Verb verb, api::Resource const& resource, std::string name) {
  api::Request made;
  made.verb = verb;
  made.resource = resource;
  made.key = {resource == api::custom_resource_definitions ? "" : "default", std::move(name)};
  return made;
}

}  // namespace

Writers::Writers(std::string_view definition, Profile profile) : server(options(profile)) {
  auto const made = create(api::custom_resource_definitions, object(definition), "test");
  seams::check(made.has_value(), "the test's definition is accepted");
}

Result<api::ObjectPtr> Writers::call(api::Request made, std::string const& manager) {
  api::WriteOptions write;
  write.field_manager = manager;
  write.dry_run = dry_run;
  if (made.verb != api::Verb::get) made.options = std::move(write);
  now += std::chrono::seconds(1);
  report = {};
  RequestContext context;
  context.now = now;
  context.report = &report;
  auto answer = server.execute(made, context);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::get<api::ObjectPtr>(*answer);
}

Result<api::ObjectPtr> Writers::apply(api::Resource const& resource, std::string_view text, std::string const& manager,
                                      bool force, api::Subresource subresource) {
  auto const document = json(text);
  auto made =
      request(api::Verb::patch, resource, std::string(api::find_string(&document, {"metadata", "name"}).value_or("a")));
  made.subresource = subresource;
  made.body = api::Patch(api::ApplyPatch{api::share(document), force});
  return call(std::move(made), manager);
}

Result<api::ObjectPtr> Writers::create(api::Resource const& resource, api::Object value, std::string const& manager) {
  auto made = request(api::Verb::create, resource, {});
  made.body = shared(std::move(value));
  return call(std::move(made), manager);
}

Result<api::ObjectPtr> Writers::update(api::Resource const& resource, api::Object value, std::string const& manager,
                                       api::Subresource subresource) {
  auto made = request(api::Verb::update, resource, value.metadata.name);
  made.subresource = subresource;
  made.body = shared(std::move(value));
  return call(std::move(made), manager);
}

Result<api::ObjectPtr> Writers::patch(api::Resource const& resource, std::string const& name, api::Patch patch,
                                      std::string const& manager, api::Subresource subresource) {
  auto made = request(api::Verb::patch, resource, name);
  made.subresource = subresource;
  made.body = std::move(patch);
  return call(std::move(made), manager);
}

api::Object Writers::get(api::Resource const& resource, std::string const& name) {
  auto const found = call(request(api::Verb::get, resource, name), {});
  seams::check(found.has_value(), "the test's object is there");
  return **found;
}

std::string owners(api::Object const& object) {
  auto const* entries = object.metadata.rest ? api::find_path(object.metadata.rest.get(), {"managedFields"}) : nullptr;
  if (entries == nullptr) return "nobody";
  std::string text;
  for (auto const& entry : entries->as_array()) {
    auto const member = [&](std::string_view name) {
      return std::string(api::find_string(&entry, {name}).value_or(""));
    };
    if (!text.empty()) text += "\n";
    text += member("manager") + " " + member("operation");
    if (auto const subresource = member("subresource"); !subresource.empty()) text += " " + subresource;
    text += " " + boost::json::serialize(entry.at("fieldsV1"));
  }
  return text;
}

}  // namespace fakeapi::testing
