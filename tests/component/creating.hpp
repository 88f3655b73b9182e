#pragma once
// Three nodes, a, b and c; tasks are posted to a, which leads them.

#include "component/mesh.hpp"

namespace pscheduler::test {

class Creating : public testing::Test {
 protected:
  Creating() {
    for (const auto* name : {"a", "b", "c"}) mesh.add(name);
  }

  // Far enough ahead that nothing is planned yet.
  static std::string task(const Json& more = Json::object(),
                          const std::vector<std::string>& nodes = {"a", "b", "c"}) {
    Json document = {{"test", mesh_test("normal", nodes)}, {"schedule", {{"start", "2030-01-04T12:00:00Z"}}}};
    document.update(more);
    return document.dump();
  }
  Answer post(const std::string& document, Peer peer = {}) {
    return mesh["a"].call("POST", "/tasks", document, std::move(peer));
  }
  static std::string path_in(const Answer& answer) {
    const auto url = answer.json().get<std::string>();
    return url.substr(url.find("/tasks/"));
  }
  std::string create(const Json& more = Json::object()) {
    const auto answer = post(task(more));
    EXPECT_EQ(answer.status, 200) << answer.body;
    if (answer.status != 200) throw std::runtime_error("The task was refused.");
    return path_in(answer);
  }
  Task stored(const std::string& node, const std::string& path) {
    auto found = mesh[node].await(mesh[node].store.task(*TaskId::parse(path.substr(path.rfind('/') + 1))));
    if (!found || !*found) throw std::runtime_error("There is no such task.");
    return **found;
  }
  [[nodiscard]] bool enabled(const std::string& node, const std::string& path) {
    return mesh[node].detail_of(path)["enabled"].get<bool>();
  }
  std::size_t enabled_tasks(const std::string& node) {
    std::size_t count = 0;
    for (const auto& task : mesh[node].get("/tasks?expanded&detail").json()) {
      if (task["detail"]["enabled"] == true) ++count;
    }
    return count;
  }
  // Two minutes after everybody is there again.
  void expect_nothing_left() {
    mesh.network.fate = {};
    mesh.network.on_arrival = {};
    for (const auto* name : {"a", "b", "c"}) {
      if (!mesh.is_on(name)) mesh.power_on(name);
      mesh[name].store.refuses = {};
    }
    mesh.advance(2min);
    for (const auto* name : {"a", "b", "c"}) {
      EXPECT_EQ(enabled_tasks(name), 0U) << name;
      EXPECT_EQ(mesh[name].book.size(), 0U) << name;
    }
    EXPECT_EQ(owed(), 0U);
  }
  std::size_t owed() { return mesh["a"].await(mesh["a"].store.errands())->size(); }
  std::size_t calls(const std::string& method, const std::string& part, const std::string& to = {}) {
    return mesh.network.calls(method, part, to).size();
  }
  // What the post of a task to b goes through.
  void on_post_to_b(const Fate& fate) {
    mesh.network.fate = [fate](const WireCall& call) {
      return call.method == "POST" && call.to == "b.example" ? fate : Fate{};
    };
  }

  Mesh mesh;
};

}  // namespace pscheduler::test
