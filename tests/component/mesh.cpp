#include "component/mesh.hpp"

namespace pscheduler::test {

Mesh::Mesh(std::uint64_t seed, Instant start) : universe(start), network(universe, seed), seeds_(seed) {
  universe.on_settled = [this] { return bury_dead(); };
}

Mesh::~Mesh() {
  network.fate = {};
  network.on_arrival = network.on_end = {};
  for (auto& [name, node] : nodes_) lose_power(name);
  settle();
  universe.on_settled = {};
  nodes_.clear();
}

World& Mesh::add(const std::string& name, MeshNodeOptions options) {
  auto& node = *(nodes_[name] = std::make_unique<Node>());
  node.addresses = {"192.0.2." + std::to_string(nodes_.size())};
  node.addresses.insert(node.addresses.end(), options.more_addresses.begin(), options.more_addresses.end());
  node.clock_offset = options.clock_offset;
  node.options = std::move(options);
  network.add_host(host(name), node.addresses);
  if (node.options.on) start(name, node);
  return *node.world;
}

World& Mesh::operator[](const std::string& name) {
  const auto& node = *nodes_.at(name);
  if (!node.world) throw std::runtime_error("Node " + name + " has never been on.");
  return *node.world;
}

bool Mesh::is_on(const std::string& name) const {
  const auto& node = *nodes_.at(name);
  return node.world && !node.buried && node.world->has_power();
}

void Mesh::start(const std::string& name, Node& node) {
  WorldOptions options;
  options.start = universe.clock.now() + node.clock_offset;
  options.parallel_max = node.options.parallel_max;
  options.horizon = node.options.horizon;
  options.seed = seeds_.next();
  options.store_threads = adapters::StoreThreads::none;
  options.starts = false;
  options.host_name = host(name);
  options.addresses = node.addresses;
  options.drift_ppm = node.options.drift_ppm;
  options.universe = &universe;
  options.network = &network;
  node.world.reset();
  node.buried = false;
  node.world = std::make_unique<World>(node.folder.path(), options);
  if (node.options.arrange) node.options.arrange(*node.world);
  node.starting = true;
  try {
    node.world->start();
  } catch (const std::runtime_error&) {
    if (node.world->has_power()) throw;
  }
  node.starting = false;
  settle();
}

void Mesh::power_on(const std::string& name) {
  settle();
  if (is_on(name)) throw std::runtime_error("Node " + name + " is on.");
  start(name, *nodes_.at(name));
}

void Mesh::take_clock(Node& node) {
  node.clock_offset = node.world->clock.now() - universe.clock.now();
}

void Mesh::lose_power(const std::string& name) {
  if (!is_on(name)) return;
  nodes_.at(name)->world->lose_power();
}

void Mesh::lose_power_at_commit(const std::string& name, int commits_from_now, Commit last) {
  auto& store = (*this)[name].store;
  auto left = std::make_shared<int>(commits_from_now);
  const auto count = [this, name, left](const ports::Changes&) -> ports::Async<void> {
    if ((*left)-- == 0) lose_power(name);
    co_return;
  };
  (last == Commit::is_lost ? store.before_commit : store.after_commit) = count;
}

void Mesh::stop(const std::string& name) {
  auto& node = *nodes_.at(name);
  node.world->stop();
  take_clock(node);
  node.world->crash();
  node.buried = true;
}

// What nobody sees any more still comes to its end, so that nothing in the loop belongs to it.
bool Mesh::bury_dead() {
  if (burying_) return false;
  burying_ = true;
  bool buried = false;
  for (auto& [name, node] : nodes_) {
    if (!node->world || node->starting || node->buried || node->world->has_power()) continue;
    take_clock(*node);
    node->world->crash();
    node->buried = buried = true;
  }
  burying_ = false;
  return buried;
}

Json mesh_test(const std::string& type, const std::vector<std::string>& nodes, int seconds) {
  Json hosts = Json::array();
  for (const auto& node : nodes) hosts.push_back(Mesh::host(node));
  return {{"type", type}, {"spec", {{"seconds", seconds}, {"hosts", std::move(hosts)}}}};
}

Answer MeshTest::post(const std::string& type, const std::vector<std::string>& nodes, const Json& schedule,
                      const Json& more) {
  Json document = {{"test", mesh_test(type, nodes)}, {"schedule", schedule}};
  document.update(more);
  return mesh[nodes.front()].call("POST", "/tasks", document.dump());
}

std::string MeshTest::task(const std::string& type, const std::vector<std::string>& nodes,
                           const Json& schedule, const Json& more) {
  const auto answer = post(type, nodes, schedule, more);
  EXPECT_EQ(answer.status, 200) << answer.body;
  if (answer.status != 200) throw std::runtime_error("The task was refused.");
  const auto url = answer.json().get<std::string>();
  return url.substr(url.find("/tasks/"));
}

std::string MeshTest::states(const std::string& node, const std::string& task) {
  std::string all;
  if (mesh[node].get(task).status != 200) return all;
  for (const auto& run : mesh[node].runs_of(task)) {
    all += (all.empty() ? "" : ", ") + run.at("state").get<std::string>();
  }
  return all;
}

Json MeshTest::run(const std::string& node, const std::string& task) {
  const auto runs = mesh[node].runs_of(task);
  EXPECT_EQ(runs.size(), 1U) << node;
  if (runs.size() != 1) throw std::runtime_error("There is not one run.");
  return runs.front();
}

std::string MeshTest::unfinished(const std::string& node) {
  auto& world = mesh[node];
  std::string all;
  const auto runs = world.await(world.store.unfinished_runs());
  for (const auto& run : *runs) {
    all += "run " + run.id.to_string() + " is " + std::string(traits(run.state).name) + "\n";
  }
  const auto errands = world.await(world.store.errands());
  for (const auto& errand : *errands) {
    all += "owed to " + errand.host + ": " + errand.problem + "\n";
  }
  for (const auto& url : world.get("/tasks").json()) {
    const auto text = url.get<std::string>();
    const auto path = text.substr(text.find("/tasks/"));
    if (world.detail_of(path)["enabled"] == true) all += "task " + path + " is enabled\n";
  }
  return all;
}

}  // namespace pscheduler::test
