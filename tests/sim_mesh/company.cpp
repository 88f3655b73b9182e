#include "sim_mesh/company.hpp"

#include <algorithm>

namespace pscheduler::sim_mesh {
namespace {

// More steps than this without time going on are a loop that never ends.
constexpr int kStepsAtOneTimeMax = 10'000;

}  // namespace

std::string path_of(const std::string& url) {
  return url.substr(url.find("/tasks/"));
}

std::string node_of(const std::string& host) {
  return host.substr(0, host.find('.'));
}

Company::Company(std::uint64_t seed, bool tell) : trace(tell), accord(findings), mesh(seed) {
  mesh.network.keeps_record = false;
  mesh.network.on_end = [this](const test::WireCall& call) {
    ++calls;
    trace.add(now(), "call", {}, call.line());
  };
}

Company::~Company() {
  mesh.network.fate = {};
  mesh.network.on_arrival = mesh.network.on_end = {};
  for (const auto& member : members) {
    mesh.lose_power(member->name());
    mesh.settle();
    member->wind_up();
  }
}

Member& Company::add(const std::string& name, std::uint64_t seed, MemberOptions options,
                     test::MeshNodeOptions node) {
  members.push_back(std::make_unique<Member>(name, mesh, accord, findings, trace, seed, options));
  node.arrange = [member = members.back().get(), more = std::move(node.arrange)](test::World& world) {
    member->arrange(world);
    if (more) more(world);
  };
  mesh.add(name, std::move(node));
  return *members.back();
}

void Company::step(Instant limit) {
  mesh.universe.go_on(std::max(limit - now(), Duration(1)));
  note_step();
  for (const auto& member : members) member->look();
}

void Company::go_on(Instant until) {
  while (now() < until && !findings.first()) step(until);
}

void Company::note_step() {
  steps_at_this_time_ = now() == last_step_ ? steps_at_this_time_ + 1 : 0;
  last_step_ = now();
  if (steps_at_this_time_ <= kStepsAtOneTimeMax) return;
  findings.report(Rule::no_mistakes, now(), "the nodes are busy and time does not go on");
}

}  // namespace pscheduler::sim_mesh
