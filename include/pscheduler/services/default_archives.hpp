#pragma once
// The archives to which this host sends the results of all tasks it leads: a directory with one archive
// specification in each file (spec scheduling.md 11.1), from the start and whenever something in it changes.
//
// A file that is not valid is left out, or stays in force as it was when it was valid last. It is judged
// again when it changes, when other plug-ins were found and, where the plug-in could not be asked, soon.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/model/archiving.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/directory_watch.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/files.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/scripts.hpp"
#include "pscheduler/services/plugins.hpp"

namespace pscheduler::services {

// Their archivings have indexes from here on; those of the task are below.
inline constexpr int kFirstDefaultArchive = 1 << 30;

inline bool is_of_default(const Archiving& archiving) {
  return archiving.index >= kFirstDefaultArchive;
}

class DefaultArchives {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Clock& clock;
    const ports::Files& files;
    ports::Scripts& scripts;
    ports::Log& log;
  };
  // The texts of the files that count, by name, or why one cannot be read; none when there is no directory.
  // An error when the directory cannot be read.
  using Texts = std::map<std::string, Result<std::string>>;
  using Read = std::function<Result<Texts>()>;

  DefaultArchives(Ports ports, Plugins& plugins, std::filesystem::path directory, Read read);

  // Takes the files as they are now. Not to be called while another call, or work(), is under way.
  ports::Async<void> look();

  // Looks, and again whenever there is a reason to, until cancelled.
  ports::Async<void> work(ports::DirectoryWatch& directories);

  // Has work() judge all files anew: there are other plug-ins than before.
  void look_again();

  // The specifications, by the names of their files.
  [[nodiscard]] const std::vector<std::shared_ptr<const Json>>& in_force() const { return in_force_; }

  // What was wrong at the last look, each as a line for the operator that begins with the file.
  [[nodiscard]] std::vector<std::string> complaints() const;

 private:
  struct File {
    std::string text;                      // at the last look
    std::shared_ptr<const Json> in_force;  // null when it never was valid
    std::string complaint;                 // empty when the text is what is in force
  };

  ports::Async<void> look_at(const std::string& name, const Result<std::string>& text);
  ports::AsyncResult<Json> check(const std::string& text);
  void complain(const std::string& name, File& file, const Error& error);
  void forget_missing(const Texts& texts);
  ports::Async<void> wait_for_reason(ports::DirectoryWatch& directories);

  Ports ports_;
  Plugins& plugins_;
  std::filesystem::path directory_;
  Read read_;
  std::map<std::string, File> files_;
  std::vector<std::shared_ptr<const Json>> in_force_;
  std::string complaint_;     // about the directory
  bool undecided_ = false;    // a file could not be judged at the last look
  bool asked_again_ = false;  // to judge all files
  ports::Event asked_;
};

}  // namespace pscheduler::services
