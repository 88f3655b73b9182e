#pragma once
// Tasks whose results are archived, and archivers that answer as a test wants.

#include "component/world.hpp"

namespace pscheduler::test {

using services::ArchiverReply;

inline Json shelf(const Json& more = Json::object()) {
  Json archive = {{"schema", 3}, {"archiver", "shelf"}, {"data", {{"good", true}, {"_password", "s3cret"}}}};
  archive.update(more);
  return archive;
}

inline Json drawer(const Json& more = Json::object()) {
  Json archive = shelf(more);
  archive["archiver"] = "drawer";
  return archive;
}

inline ArchiverReply answer(Json document) {
  ArchiverReply reply;
  reply.succeeded = document.value("succeeded", false);
  reply.error = document.value("error", "");
  reply.document = std::make_shared<const Json>(std::move(document));
  return reply;
}

inline ArchiverReply success() {
  return answer({{"succeeded", true}});
}

inline ArchiverReply again_after(Duration length, const std::string& text) {
  auto reply = answer({{"succeeded", false}, {"error", "not now"}, {"retry", text}});
  reply.retry = length;
  return reply;
}

class ArchivingOfResults : public WorldTest {
 protected:
  // A run from 12:00:06 whose result is there at 12:00:10.
  std::string post(const std::vector<Json>& archives, const Json& more = Json::object()) {
    Json members = {{"schema", 5}, {"archives", archives}};
    members.update(more);
    return world->post_task("background", 5, {{"start", "2030-01-02T12:00:06Z"}}, members);
  }
  [[nodiscard]] std::vector<Instant> times() const {
    std::vector<Instant> at;
    for (const auto& call : world->plugins.archived) at.push_back(call.at);
    return at;
  }
  Json archiving_of(const std::string& task, std::size_t index = 0) {
    return world->run_of(task).at("archivings").at(index);
  }
  std::optional<Instant> expiry_of(const std::string& task) {
    const auto href = world->run_of(task).at("href").get<std::string>();
    const auto run = RunId::parse(href.substr(href.rfind('/') + 1));
    const auto id = TaskId::parse(task.substr(task.rfind('/') + 1));
    return world->await(world->store.run(*id, *run)).value()->run.expires;
  }
};

}  // namespace pscheduler::test
