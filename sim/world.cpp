#include "sim/world.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/seams/check.hpp"
#include "sim/contract.hpp"
#include "sim/operator_incarnation.hpp"
#include "sim/wired_api.hpp"

namespace sim {

namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view foreign_finalizer = "example.org/guard";
// The sites of the restarts' stream.
constexpr std::uint16_t restart_delay_site = 0;
constexpr std::uint16_t clock_site = 1;
constexpr std::uint16_t dead_for_ever_site = 2;
constexpr std::uint16_t watch_list_site = 3;
// The sites of the controllers' stream: one for each delay, and from here on one for each other choice.
constexpr unsigned first_choose_site = 64;
static_assert(fakeapi::delay_use_count <= first_choose_site);

api::JsonPatchOperation operation(api::JsonPatchVerb verb, std::string path, json::value value) {
  return {verb, std::move(path), api::share(std::move(value)), ""};
}

// Rarer than the faults: it is a choice among two good ways.
std::uint32_t watch_list_weight(Swarm const& swarm) {
  constexpr std::uint32_t heavy = 67;
  auto const weight = swarm.weight_of(static_cast<unsigned>(FaultKind::watch_list));
  return weight > heavy ? weight : 0;
}

// A server of 1.20 knows no initial events of a watch. Where some operators ask for them, most servers are newer.
fakeapi::ServerOptions server_options(Scene const& scene, Swarm const& swarm) {
  fakeapi::ServerOptions options;
  auto const weight = watch_list_weight(swarm);
  if (weight % 4 != 0) options.profile = fakeapi::Profile::modern;
  options.definitions = scene.definitions;
  return options;
}

api::Object echo_object(std::string name, std::uint32_t replicas, bool with_foreign_finalizer) {
  api::Object echo;
  echo.api_version = "example.com/v1";
  echo.kind = "Echo";
  echo.metadata.name = std::move(name);
  echo.metadata.namespace_ = "default";
  if (with_foreign_finalizer) echo.metadata.finalizers = std::vector<std::string>{std::string(foreign_finalizer)};
  echo.spec = api::share(json::object{{"replicas", static_cast<std::int64_t>(replicas)}});
  return echo;
}

// What a commit has written: the subtrees that are not those from before, and the metadata that has no subtree.
void add_content(Digest& digest, fakeapi::Commit const& commit) {
  if (!commit.after) return;
  auto const& after = *commit.after;
  auto const* before = commit.before.get();
  for (auto const subtree : {&api::Object::spec, &api::Object::status, &api::Object::rest}) {
    if (after.*subtree && (before == nullptr || before->*subtree != after.*subtree)) digest.add_json(*(after.*subtree));
  }
  auto const& metadata = after.metadata;
  digest.add(metadata.uid);
  digest.add(static_cast<std::uint64_t>(metadata.generation));
  if (metadata.terminating())
    digest.add(static_cast<std::uint64_t>(metadata.deletion_timestamp->time_since_epoch().count()));
  for (auto const& finalizer : *metadata.finalizers) digest.add(finalizer);
  for (auto const& [key, value] : *metadata.labels) {
    digest.add(key);
    digest.add(value);
  }
  for (auto const& [key, value] : *metadata.annotations) {
    digest.add(key);
    digest.add(value);
  }
  for (auto const& owner : *metadata.owner_references) digest.add(owner.uid);
}

// A Deployment that somebody made by hand, as different from ours as can be.
api::SharedJson stranger_spec() {
  static api::SharedJson const spec = api::share(json::parse(R"({
    "replicas": 1,
    "selector": {"matchLabels": {"team": "others"}},
    "template": {
      "metadata": {"labels": {"team": "others"}},
      "spec": {"containers": [{"name": "web", "image": "nginx:1.25"}]}}})"));
  return spec;
}

}  // namespace

// How long the built-in controllers take, from the tape.
class World::TapeDelays final : public fakeapi::DelaySource {
 public:
  explicit TapeDelays(Tape& tape) : choices_(tape, Stream::controllers, 0, 0) {}
  seams::Duration delay(fakeapi::DelayUse use) override {
    auto const choice = static_cast<std::int64_t>(choices_.uniform(static_cast<unsigned>(use), 8));
    switch (use) {
      case fakeapi::DelayUse::deployment_sync:
        return milliseconds(2 + choice);
      case fakeapi::DelayUse::pod_ready:
        return milliseconds(20 + choice * choice * 12);
      case fakeapi::DelayUse::garbage_collection:
        return milliseconds(50 + choice * 90);
      case fakeapi::DelayUse::watch:
        return milliseconds(choice);
      case fakeapi::DelayUse::replica_set_sync:
        return milliseconds(2 + choice);
      case fakeapi::DelayUse::pod_scheduling:
        return milliseconds(2 + choice * 2);
      case fakeapi::DelayUse::pod_pulling:
        return milliseconds(10 + choice * choice * 6);
      case fakeapi::DelayUse::pod_starting:
        return milliseconds(10 + choice * choice * 6);
      case fakeapi::DelayUse::pod_readiness:
        return milliseconds(5 + choice * 5);
      case fakeapi::DelayUse::pod_stopping:
        return milliseconds(10 + choice * 20);
      case fakeapi::DelayUse::pod_failing:
        return milliseconds(50 + choice * 100);
      case fakeapi::DelayUse::pod_recovering:
        return milliseconds(50 + choice * 100);
      case fakeapi::DelayUse::namespace_deletion:
        return milliseconds(500 + choice * 500);
      case fakeapi::DelayUse::disruption_sync:
        return milliseconds(2 + choice);
    }
    return milliseconds(1);
  }
  std::uint32_t choose(fakeapi::DelayUse use, std::uint32_t bound) override {
    return choices_.uniform(first_choose_site + static_cast<unsigned>(use), bound);
  }

 private:
  ChoiceSource choices_;
};

World::World(Scheduler& scheduler, Tape& tape, Scene const& scene, Swarm const& swarm, Workload const& workload,
             Trace* trace)
    : scheduler_(scheduler),
      tape_(tape),
      swarm_(swarm),
      workload_(workload),
      trace_(trace),
      cluster_(scheduler, "cluster"),
      server_(server_options(scene, swarm)),
      delays_(std::make_unique<TapeDelays>(tape)),
      invariants_((install(scene), server_)),
      injector_(scheduler, tape, swarm, *this, invariants_, workload.profile.operators),
      api_servers_(scheduler, server_, tape, swarm, injector_.counts(), *this, workload.profile.operators),
      front_{server_, cluster_.clock(), &injector_},
      leases_(*server_.index_of(api::leases)) {
  auto const operators = workload.profile.operators;
  seams::check(operators > 0 && operators <= Profile::most_operators, "one operator at least, and not too many");
  for (unsigned place = 0; place < operators; ++place) {
    places_.push_back(std::make_unique<Place>(static_cast<std::uint16_t>(place), tape));
  }
  invariants_.set_election(operators > 1, workload.profile.http);
  if (workload.profile.http) wired_ = std::make_unique<WiredFront>(server_, cluster_, injector_);
  invariants_.set_look([this](unsigned place) { return glance(*places_[place]); }, workload.echoes);
  injector_.set_api_servers(&api_servers_);
  observer_ = server_.add_observer([this](fakeapi::Commit const& commit) { committed(commit); });
  fakeapi::ControllerSetOptions options;
  options.pods = fakeapi::PodModel::cheap;
  options.namespaces = false;
  options.actors.deployments = Cast::deployment_controller;
  options.actors.garbage_collector = Cast::garbage_collector;
  controllers_ = std::make_unique<fakeapi::ControllerSet>(server_, cluster_.clock(), *delays_, options);
}

World::~World() {
  scheduler_.drop_all(*this);
  if (wired_) {
    // Both ends of a connection know the clock of the other.
    for (auto const& place : places_) {
      if (place->incarnation) place->incarnation->process().kill();
    }
    cluster_.kill();
  }
  places_.clear();
  buried_.clear();
  controllers_.reset();
  server_.remove_observer(observer_);
}

void World::install(Scene const& scene) {
  api::Request create;
  create.verb = api::Verb::create;
  create.resource = api::custom_resource_definitions;
  create.key = {"", scene.echo_definition->metadata.name};
  create.body = scene.echo_definition;
  create.options = api::WriteOptions{};
  auto const made = server_.execute(create, {fakeapi::Actor::server, 0, wall_time_at(scheduler_.now())});
  seams::check(made.has_value(), "the definition of Echo can be installed");
}

void World::start() {
  for (auto const& step : workload_.steps) {
    scheduler_.schedule_at(*this, scheduler_.now() + step.at, [this, &step] { carry_out(step); });
  }
  for (std::uint32_t burst = 0; burst < workload_.bursts; ++burst) injector_.counts().count(FaultKind::burst);
  api_servers_.start();
  for (auto const& place : places_) start_operator(*place);
}

void World::begin_calm() {
  note("CALM: no more faults");
  calm_ = true;
  injector_.calm();
  api_servers_.calm();
  auto up = std::ranges::count_if(places_, [](auto const& place) { return !place->restart_pending; });
  for (auto const& place : places_) {
    resume_operator(*place);
    if (!std::exchange(place->restart_pending, false)) continue;
    scheduler_.cancel(place->restart_timer);
    auto const chances = 65'536 / 100 * swarm_.weight_of(static_cast<unsigned>(FaultKind::never_restarted));
    if (up > 0 && place->choices.rare(dead_for_ever_site, chances, 2) != 0) {
      injector_.counts().count(FaultKind::never_restarted);
      note("FAULT never_restarted: " + Cast::name(place->actor) + " has no successor");
      continue;
    }
    ++up;
    start_operator(*place);
  }
  server_.for_each(contract::echoes, [this](api::ObjectPtr const& echo) {
    if (echo->metadata.has_finalizer(foreign_finalizer)) {
      injector_.counts().count(FaultKind::foreign_finalizer_never_removed);
    }
  });
  invariants_.begin_calm();
}

// An operator that has yet to see what there is may want something done once it has.
bool World::settled() const {
  return comebacks_on_their_way_ == 0 && invariants_.settled() && !comeback_due() &&
         std::ranges::all_of(
             places_, [](auto const& place) { return !place->alive() || place->incarnation->subject().synced(); });
}

// A comeback that somebody else's finalizer holds up may never come.
bool World::comeback_due() const {
  for (auto const& [name, replicas] : comebacks_) {
    auto const echo = server_.find(contract::echoes, {"default", name});
    if (!echo || !echo->metadata.has_finalizer(foreign_finalizer)) return true;
  }
  return false;
}

World::Place::Place(std::uint16_t place_number, Tape& tape)
    : number(place_number), choices(tape, Stream::restart, place_number, 0) {}

bool World::Place::alive() const { return incarnation && incarnation->process().alive(); }

echo::OperatorOptions World::operator_options(Place& place) {
  echo::OperatorOptions options;
  options.on_reconcile = [this, number = place.number](api::ObjectKey const& key) {
    invariants_.reconcile_begins(number, key);
  };
  auto const chances = 65'536 / 100 * watch_list_weight(swarm_);
  if (place.choices.rare(watch_list_site, chances, 2) != 0) {
    options.watch_list = true;
    injector_.counts().count(FaultKind::watch_list);
    note("the operator asks for the first state in its watches");
  }
  if (places_.size() == 1) return options;
  runtime::LeaderElectionOptions election;
  election.lease = {"default", "echo-operator"};
  election.identity = Cast::name(place.actor);
  election.lease_duration_seconds = workload_.lease.duration_seconds;
  election.renew_deadline = workload_.lease.renew_deadline;
  election.retry_period = workload_.lease.retry_period;
  election.request_timeout = workload_.lease.renew_deadline / 2;
  options.leader_election = std::move(election);
  return options;
}

api::Api& World::make_api(fakeapi::Actor actor, Process& process, seams::Environment const& environment) {
  if (!wired_) return process.own<fakeapi::InProcessApi>(front_, actor, environment);
  auto& connector = wired_->connect(actor, process.clock());
  return process.own<WiredApi>(connector, process.clock(), injector_, actor, front_.calls);
}

void World::start_operator(Place& place) {
  place.actor = Cast::operator_of(place.number, place.incarnations);
  injector_.begin_incarnation(place.number, place.actor, place.incarnations);
  api_servers_.begin_incarnation(place.number, place.incarnations);
  invariants_.set_living_operator(place.number, place.actor);
  if (wired_ && place.incarnation) buried_.push_back(std::move(place.incarnation));
  place.incarnation.reset();
  auto const make = [this, actor = place.actor](Process& process, seams::Environment const& environment) -> api::Api& {
    return make_api(actor, process, environment);
  };
  OperatorIdentity const identity{place.actor, place.number, place.incarnations};
  place.incarnation = std::make_unique<OperatorIncarnation>(scheduler_, make, identity, tape_, draw_clock(place),
                                                            operator_options(place), trace_);
  ++place.incarnations;
  note(places_.size() == 1 ? "the operator starts" : Cast::name(place.actor) + " starts");
  place.incarnation->start();
}

// Each incarnation may have a clock of its own: 90 to 110 % as fast, behind or ahead. Nobody sets it right in calm.
ClockMapping World::draw_clock(Place& place) {
  static constexpr std::array<seams::Duration, 4> offsets{std::chrono::seconds(0), std::chrono::minutes(-10),
                                                          std::chrono::hours(1), std::chrono::hours(24)};
  constexpr std::uint32_t rates = 21;
  auto const chances = 65'536 * swarm_.weight_of(static_cast<unsigned>(FaultKind::clock)) / 100;
  if (chances == 0) return {};
  auto const which = place.choices.rare(clock_site, chances, rates * offsets.size());
  if (which == 0) return {};
  // By how much it is wrong grows with the choice: 0, +1, -1, +2, -2, … percent.
  auto const step = static_cast<std::int64_t>(which % rates);
  ClockMapping mapping{offsets.at(which / rates), 100 + (step % 2 == 0 ? -step / 2 : (step + 1) / 2), 100};
  injector_.counts().count(FaultKind::clock);
  if (trace_ != nullptr) {
    note("FAULT clock: the operator's clock runs at " + std::to_string(mapping.rate_numerator) + " % and is " +
         std::to_string(std::chrono::duration_cast<std::chrono::minutes>(mapping.offset).count()) + " minutes ahead");
  }
  return mapping;
}

OperatorGlance World::glance(Place& place) {
  auto const& subject = place.incarnation->subject();
  OperatorGlance glance;
  glance.now = place.incarnation->process().clock().now();
  glance.known_keys = subject.controller().queue().known();
  glance.works = subject.leading() && subject.synced();
  if (auto const* const elector = subject.elector()) {
    glance.not_after = elector->not_after();
    glance.term = elector->stats().terms;
  }
  return glance;
}

bool World::pause_operator(unsigned number, seams::Duration duration) {
  Place& place = *places_.at(number);
  if (place.paused || !place.alive()) return false;
  if (trace_ != nullptr) {
    note("FAULT pause: " + (places_.size() == 1 ? std::string("the operator") : Cast::name(place.actor)) +
         "'s process stops for " + std::to_string(std::chrono::duration_cast<milliseconds>(duration).count()) + " ms");
  }
  place.paused = true;
  scheduler_.digest().add("pause");
  scheduler_.pause(place.incarnation->process());
  place.resume_timer =
      scheduler_.schedule_at(*this, scheduler_.now() + duration, [this, &place] { resume_operator(place); });
  return true;
}

void World::resume_operator(Place& place) {
  if (!std::exchange(place.paused, false)) return;
  scheduler_.cancel(place.resume_timer);
  if (trace_ != nullptr) {
    note((places_.size() == 1 ? std::string("the operator") : Cast::name(place.actor)) + "'s process goes on");
  }
  scheduler_.resume(place.incarnation->process());
}

void World::check_exceptions() {
  for (auto const& place : places_) {
    if (place->alive() && place->incarnation->exceptions() != 0) {
      invariants_.exception_escaped("an exception left a reconcile or an informer of the operator (see the trace)");
    }
  }
}

void World::crash_operator(unsigned number, std::string_view why) {
  Place& place = *places_.at(number);
  if (trace_ != nullptr) note("FAULT " + std::string(why));
  check_exceptions();
  place.incarnation->process().kill_soon(*this, [this, &place] {
    scheduler_.digest().add("kill");
    if (std::exchange(place.paused, false)) scheduler_.cancel(place.resume_timer);
    invariants_.set_living_operator(place.number, fakeapi::Actor::server);
    if (calm_) return start_operator(place);
    place.restart_pending = true;
    auto const delay = milliseconds(20) + milliseconds(130) * place.choices.uniform(restart_delay_site, 8);
    place.restart_timer = scheduler_.schedule_at(*this, scheduler_.now() + delay, [this, &place] {
      place.restart_pending = false;
      start_operator(place);
    });
  });
}

bool World::touch(api::Request const& target) {
  if (!server_.find(target.resource, target.key)) return false;
  note("FAULT conflict: somebody labels the object first");
  api::JsonPatch labels;
  auto const object = server_.find(target.resource, target.key);
  auto const value = std::to_string(++touches_);
  if (object->metadata.labels.empty()) {
    labels.operations.push_back(
        operation(api::JsonPatchVerb::add, "/metadata/labels", json::object{{"touched", value}}));
  } else {
    labels.operations.push_back(operation(api::JsonPatchVerb::add, "/metadata/labels/touched", json::value(value)));
  }
  return patch(Cast::stranger, target.resource, target.key, std::move(labels));
}

void World::note(std::string_view what) {
  if (trace_ != nullptr) trace_->line(scheduler_.now(), "sim", what);
}

fakeapi::Result<api::Response> World::request(fakeapi::Actor actor, api::Request request) {
  ++direct_requests_;
  if (trace_ != nullptr) trace_->line(scheduler_.now(), Cast::name(actor), request.to_string());
  auto done = server_.execute(request, {actor, 0, wall_time_at(scheduler_.now())});
  if (trace_ != nullptr && !done)
    trace_->line(scheduler_.now(), Cast::name(actor), "  refused: " + done.error().to_string());
  return done;
}

bool World::patch(fakeapi::Actor actor, api::Resource const& resource, api::ObjectKey const& key,
                  api::JsonPatch patch) {
  api::Request change;
  change.verb = api::Verb::patch;
  change.resource = resource;
  change.key = key;
  change.body = api::Patch(std::move(patch));
  change.options = api::WriteOptions{};
  return request(actor, std::move(change)).has_value();
}

void World::create_echo(std::uint32_t echo, std::uint32_t replicas) {
  auto const name = Workload::name_of(echo);
  auto const existing = server_.find(contract::echoes, {"default", name});
  if (existing) {
    if (existing->metadata.terminating()) comebacks_[name] = replicas;
    return;
  }
  api::Request create;
  create.verb = api::Verb::create;
  create.resource = contract::echoes;
  create.key = {"default", name};
  create.body = std::make_shared<api::Object const>(echo_object(name, replicas, workload_.finalizer_before[echo]));
  create.options = api::WriteOptions{};
  if (request(Cast::user, std::move(create)) && workload_.finalizer_before[echo]) {
    injector_.counts().count(FaultKind::foreign_finalizer_before);
  }
}

void World::create_stranger(api::ObjectKey const& key) {
  api::Object deployment;
  deployment.api_version = "apps/v1";
  deployment.kind = "Deployment";
  deployment.metadata.name = key.name;
  deployment.metadata.namespace_ = key.namespace_;
  deployment.metadata.labels = api::StringMap{{"team", "others"}};
  deployment.spec = stranger_spec();
  api::Request create;
  create.verb = api::Verb::create;
  create.resource = api::deployments;
  create.key = key;
  create.body = std::make_shared<api::Object const>(std::move(deployment));
  create.options = api::WriteOptions{};
  if (request(Cast::stranger, std::move(create))) injector_.counts().count(FaultKind::stranger_first);
}

void World::remove_foreign_finalizer(api::ObjectKey const& key) {
  auto const echo = server_.find(contract::echoes, key);
  if (!echo) return;
  auto const& finalizers = *echo->metadata.finalizers;
  for (std::size_t i = 0; i < finalizers.size(); ++i) {
    if (finalizers[i] != foreign_finalizer) continue;
    api::JsonPatch remove;
    remove.operations.push_back({api::JsonPatchVerb::remove, "/metadata/finalizers/" + std::to_string(i), nullptr, ""});
    patch(Cast::stranger, contract::echoes, key, std::move(remove));
    return;
  }
}

void World::edit_deployment(api::ObjectKey const& key, DeploymentEdit edit) {
  auto const deployment = server_.find(api::deployments, key);
  // A stranger's own Deployment is not for us to vandalise; this fault is about the operator's.
  if (!deployment || contract::echo_owner_uid(*deployment).empty()) return;
  using api::JsonPatchVerb;
  api::JsonPatch change;
  auto& operations = change.operations;
  switch (edit) {
    case DeploymentEdit::replicas:
      operations.push_back(operation(JsonPatchVerb::replace, "/spec/replicas", json::value(7)));
      break;
    case DeploymentEdit::image:
      operations.push_back(
          operation(JsonPatchVerb::replace, "/spec/template/spec/containers/0/image", json::value("nginx:1.25")));
      break;
    case DeploymentEdit::app_label:
      operations.push_back(operation(JsonPatchVerb::add, "/metadata/labels/app", json::value("somebody-elses")));
      break;
    case DeploymentEdit::template_label:
      // The selector wants the label app, so the server takes no other change of it; a second label is a stranger's.
      operations.push_back(operation(JsonPatchVerb::add, "/spec/template/metadata/labels/team", json::value("others")));
      break;
    case DeploymentEdit::port:
      operations.push_back(operation(JsonPatchVerb::replace, "/spec/template/spec/containers/0/ports/0/containerPort",
                                     json::value(9090)));
      break;
    case DeploymentEdit::foreign_label:
      operations.push_back(operation(JsonPatchVerb::add, "/metadata/labels/team", json::value("others")));
      break;
    case DeploymentEdit::foreign_annotation:
      operations.push_back(operation(JsonPatchVerb::add, "/spec/template/metadata/annotations",
                                     json::object{{"kubectl.kubernetes.io/restartedAt", "2026-01-01T00:00:00Z"}}));
      break;
    case DeploymentEdit::sidecar:
      operations.push_back(operation(JsonPatchVerb::add, "/spec/template/spec/containers/0",
                                     json::object{{"name", "sidecar"}, {"image", "envoy:1.30"}}));
      break;
  }
  if (patch(Cast::stranger, api::deployments, key, std::move(change))) {
    injector_.counts().count(FaultKind::deployment_edit);
  }
}

void World::carry_out(Step const& step) {
  auto const name = Workload::name_of(step.echo);
  api::ObjectKey const key{"default", name};
  auto const echo = server_.find(contract::echoes, key);
  auto const delete_it = [&](api::Resource const& resource, fakeapi::Actor actor, api::PropagationPolicy policy) {
    api::Request remove;
    remove.verb = api::Verb::delete_;
    remove.resource = resource;
    remove.key = key;
    api::DeleteOptions options;
    options.propagation = policy;
    remove.options = std::move(options);
    return request(actor, std::move(remove)).has_value();
  };
  switch (step.kind) {
    case StepKind::create_echo:
      return create_echo(step.echo, step.value);
    case StepKind::scale_echo: {
      if (!echo) return create_echo(step.echo, step.value);
      api::JsonPatch scale;
      scale.operations.push_back(
          operation(api::JsonPatchVerb::replace, "/spec/replicas", json::value(static_cast<std::int64_t>(step.value))));
      bool const changes = contract::replicas(*echo) != step.value;
      if (patch(Cast::user, contract::echoes, key, std::move(scale)) && changes) ++lifecycle_changes_;
      return;
    }
    case StepKind::delete_echo:
    case StepKind::recreate_echo: {
      if (!echo) return create_echo(step.echo, step.value % 4);
      static constexpr std::array<api::PropagationPolicy, 3> policies{
          api::PropagationPolicy::background, api::PropagationPolicy::foreground, api::PropagationPolicy::orphan};
      bool const recreate = step.kind == StepKind::recreate_echo;
      if (recreate) comebacks_[name] = step.value % 4;
      bool const fresh = !echo->metadata.terminating();
      if (delete_it(contract::echoes, Cast::user, policies.at((recreate ? step.value / 4 : step.value) % 3)) && fresh) {
        ++lifecycle_changes_;
        injector_.counts().count(recreate ? FaultKind::echo_recreate : FaultKind::echo_delete);
      }
      return;
    }
    case StepKind::annotate_echo: {
      if (!echo) return;
      api::JsonPatch annotate;
      annotate.operations.push_back(
          operation(api::JsonPatchVerb::add, "/metadata/annotations", json::object{{"example.org/note", "mine"}}));
      patch(Cast::stranger, contract::echoes, key, std::move(annotate));
      return;
    }
    case StepKind::add_foreign_finalizer: {
      if (!echo || echo->metadata.terminating() || echo->metadata.has_finalizer(foreign_finalizer)) return;
      api::JsonPatch add;
      if (echo->metadata.finalizers.empty()) {
        add.operations.push_back(
            operation(api::JsonPatchVerb::add, "/metadata/finalizers", json::array{json::string(foreign_finalizer)}));
      } else {
        add.operations.push_back(
            operation(api::JsonPatchVerb::add, "/metadata/finalizers/0", json::value(foreign_finalizer)));
      }
      if (patch(Cast::stranger, contract::echoes, key, std::move(add))) {
        injector_.counts().count(FaultKind::foreign_finalizer_during);
      }
      return;
    }
    case StepKind::remove_foreign_finalizer:
      return remove_foreign_finalizer(key);
    case StepKind::create_stranger:
      return create_stranger(key);
    case StepKind::delete_stranger: {
      auto const deployment = server_.find(api::deployments, key);
      if (deployment && contract::echo_owner_uid(*deployment).empty()) {
        delete_it(api::deployments, Cast::stranger, api::PropagationPolicy::background);
      }
      return;
    }
    case StepKind::edit_deployment:
      return edit_deployment(key, static_cast<DeploymentEdit>(step.value));
    case StepKind::delete_deployment: {
      auto const deployment = server_.find(api::deployments, key);
      if (!deployment || contract::echo_owner_uid(*deployment).empty()) return;
      if (delete_it(api::deployments, Cast::stranger, api::PropagationPolicy::background)) {
        injector_.counts().count(FaultKind::deployment_delete);
      }
      return;
    }
  }
}

// Who has lost the lease, and whether that was because it is dead.
void World::note_holder(fakeapi::Commit const& commit) {
  auto const before = Invariants::holder_of(commit.before);
  auto const after = Invariants::holder_of(commit.after);
  if (before.empty() || before == after) return;
  bool const lives = std::ranges::any_of(
      places_, [&](auto const& place) { return place->alive() && Cast::name(place->actor) == before; });
  injector_.counts().count(lives ? FaultKind::takeover_from_living : FaultKind::takeover);
  if (trace_ != nullptr) {
    note("the lease goes from " + std::string(before) + (lives ? ", which lives, to " : " to ") + std::string(after));
  }
}

void World::committed(fakeapi::Commit const& commit) {
  if (commit.actor == Cast::deployment_controller || commit.actor == Cast::garbage_collector) ++controller_writes_;
  auto& digest = scheduler_.digest();
  digest.add((commit.revision << 12) | static_cast<std::uint64_t>(commit.actor));
  digest.add((static_cast<std::uint64_t>(commit.resource) << 2) | (commit.before ? 2U : 0U) | (commit.after ? 1U : 0U));
  digest.add(commit.key.name);
  add_content(digest, commit);
  if (trace_ != nullptr) {
    char const* const what = !commit.before ? "created" : !commit.after ? "deleted" : "changed";
    auto const& kind = (commit.after ? commit.after : commit.before)->kind;
    trace_->line(scheduler_.now(), Cast::name(commit.actor),
                 "  => revision " + std::to_string(commit.revision) + ": " + kind + ' ' + commit.key.to_string() + ' ' +
                     what + (commit.after ? "  " + json::serialize(api::object_to_json(*commit.after)) : ""));
  }
  if (commit.resource == leases_) note_holder(commit);
  if (comebacks_.empty() || commit.after || commit.before->kind != "Echo") return;
  auto const comeback = comebacks_.find(commit.key.name);
  if (comeback == comebacks_.end()) return;
  ++comebacks_on_their_way_;
  scheduler_.schedule_at(
      *this, scheduler_.now() + milliseconds(1), [this, name = commit.key.name, replicas = comeback->second] {
        --comebacks_on_their_way_;
        create_echo(static_cast<std::uint32_t>(std::stoul(name.substr(name.find('-') + 1))), replicas);
      });
  comebacks_.erase(comeback);
}

}  // namespace sim
