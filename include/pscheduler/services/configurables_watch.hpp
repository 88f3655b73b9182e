#pragma once
// Has the configurables in force as their file says, from the start and whenever it changes (spec
// scheduling.md 12.2). A file that is not valid changes nothing; one that does not exist says nothing.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "pscheduler/model/configurables.hpp"
#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/directory_watch.hpp"
#include "pscheduler/ports/files.hpp"
#include "pscheduler/ports/log.hpp"

namespace pscheduler::services {

class ConfigurablesWatch {
 public:
  struct Ports {
    ports::Clock& clock;
    const ports::Files& files;
    ports::Log& log;
  };
  // What the file says now; nothing when it does not exist. The error names what is wrong with it.
  using Read = std::function<Result<Configurables>()>;
  using Apply = std::function<void(const Configurables&)>;

  ConfigurablesWatch(Ports ports, std::filesystem::path file, Read read, Apply apply);

  // Reads the file and applies what has changed.
  void look();

  // Looks, and again whenever something happens to the file, until cancelled.
  ports::Async<void> work(ports::DirectoryWatch& directories);

 private:
  [[nodiscard]] std::filesystem::path watched_directory() const;

  Ports ports_;
  std::filesystem::path file_;
  Read read_;
  Apply apply_;
  Configurables in_force_;
  std::string complaint_;  // what was wrong at the last look
};

}  // namespace pscheduler::services
