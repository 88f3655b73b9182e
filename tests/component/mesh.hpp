#pragma once
// Several nodes in one universe, on one network. Node "a" is the host a.example with the address 192.0.2.1,
// the next one that is added has 192.0.2.2, and so on. Each keeps its database through all its lives. The
// same seed brings about the same, whatever happens.
//
//   Mesh mesh(7);
//   mesh.add("a");
//   mesh.add("b", {.clock_offset = 300ms, .drift_ppm = -20});
//   const auto task = mesh["a"].post_task("exclusive", 10, {}, {{"test", mesh_test("exclusive", {"a",
//   "b"})}}); mesh.advance(1min);

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/world.hpp"

namespace pscheduler::test {

struct MeshNodeOptions {
  Duration clock_offset{};     // what its clock shows beyond the true time
  std::int64_t drift_ppm = 0;  // too fast by so many parts in a million
  std::vector<std::string> more_addresses = {};
  int parallel_max = 100;
  Duration horizon = std::chrono::hours(24);
  // Tells a life what its plug-ins do and the like, before it starts.
  std::function<void(World&)> arrange = {};
  bool on = true;
};

class Mesh {
 public:
  explicit Mesh(std::uint64_t seed = 1, Instant start = kNoon);
  ~Mesh();
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;

  Universe universe;
  Network network;

  World& add(const std::string& name, MeshNodeOptions options = {});
  // One that is on, or its remains until it is on again.
  World& operator[](const std::string& name);
  [[nodiscard]] bool is_on(const std::string& name) const;
  [[nodiscard]] static std::string host(const std::string& name) { return name + ".example"; }

  // Power is lost now, or at a commit: 0 is the next one. Can be said from within, too, for instance when a
  // request arrives; the node is gone for all others at once.
  void lose_power(const std::string& name);
  enum class Commit { is_lost, is_durable };
  void lose_power_at_commit(const std::string& name, int commits_from_now, Commit last);
  // It comes back on its database; its clock has gone on meanwhile.
  void power_on(const std::string& name);
  // As the daemon is stopped, and started again by power_on().
  void stop(const std::string& name);

  void settle() { universe.settle(); }
  void advance(Duration length) { universe.advance(length); }
  void advance_to(Instant at) { advance(at - universe.clock.now()); }  // true time
  bool advance_until(const std::function<bool()>& done, Duration limit) {
    return universe.advance_until(done, limit);
  }

 private:
  struct Node {
    MeshNodeOptions options;
    std::vector<std::string> addresses;
    Folder folder;
    std::unique_ptr<World> world;
    bool starting = false;
    bool buried = false;      // what is left of the world does nothing any more
    Duration clock_offset{};  // while it is off
  };

  void start(const std::string& name, Node& node);
  void take_clock(Node& node);
  bool bury_dead();

  SeededRandom seeds_;
  std::map<std::string, std::unique_ptr<Node>> nodes_;
  bool burying_ = false;
};

// A test of the scripted plug-ins with these nodes as participants, the first of them the lead.
Json mesh_test(const std::string& type, const std::vector<std::string>& nodes, int seconds = 10);

// Nodes a, b and c, and what a user of them does.
class MeshTest : public testing::Test {
 protected:
  explicit MeshTest(const std::vector<std::string>& names = {"a", "b", "c"}) {
    for (const auto& name : names) mesh.add(name);
  }

  // The answer to a task that is posted to the first of these nodes, who takes part with the others.
  Answer post(const std::string& type, const std::vector<std::string>& nodes,
              const Json& schedule = Json::object(), const Json& more = Json::object());
  // Its path. Fails the test if it is refused.
  std::string task(const std::string& type, const std::vector<std::string>& nodes,
                   const Json& schedule = Json::object(), const Json& more = Json::object());
  // The states of all runs of a task on a node: "pending", "finished, pending" …; empty when it has none, or
  // does not know the task.
  std::string states(const std::string& node, const std::string& task);
  // The only run.
  Json run(const std::string& node, const std::string& task);
  // What a node still has to do for others or on its own account: unfinished runs, errands, enabled tasks.
  std::string unfinished(const std::string& node);

  Mesh mesh;
};

}  // namespace pscheduler::test
