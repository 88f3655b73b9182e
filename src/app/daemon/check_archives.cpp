#include "check_archives.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "archive_files.hpp"
#include "installation.hpp"
#include "pscheduler/adapters/jq/jq_scripts.hpp"
#include "pscheduler/adapters/log/stderr_log.hpp"
#include "pscheduler/adapters/process/posix_processes.hpp"
#include "pscheduler/adapters/system/posix_files.hpp"
#include "pscheduler/adapters/system/system_clock.hpp"
#include "pscheduler/services/plugins_host.hpp"

namespace pscheduler::app {
namespace {

// The parts of the daemon that judge archives.
class ArchiveCheck {
 public:
  ArchiveCheck(const boost::asio::any_io_executor& executor, Installation installation,
               std::filesystem::path directory, services::DefaultArchives::Texts texts)
      : processes_(adapters::PosixProcessesOptions{installation.shepherd}),
        scripts_(executor, processes_, jq_options(installation)),
        plugins_({executor, clock_, processes_, files_, log_}, plugin_options(std::move(installation))),
        archives_({executor, clock_, files_, scripts_, log_}, plugins_, std::move(directory),
                  [texts = std::move(texts)] { return texts; }) {}

  ports::Async<void> run(ConfigProblems& problems) {
    co_await plugins_.take_inventory();
    co_await archives_.look();
    problems = archives_.complaints();
    co_await plugins_.stop();
    co_await scripts_.stop();
  }

 private:
  static services::PluginHostOptions plugin_options(Installation installation) {
    services::PluginHostOptions options;
    options.class_roots = std::move(installation.class_roots);
    options.temporary_directory = std::filesystem::temp_directory_path();
    return options;
  }

  adapters::SystemClock clock_;
  adapters::PosixFiles files_;
  adapters::StderrLog log_{ports::Level::error};  // what is wrong is told as problems
  adapters::PosixProcesses processes_;
  adapters::JqScripts scripts_;
  services::PluginHost plugins_;
  services::DefaultArchives archives_;
};

}  // namespace

ConfigProblems check_default_archives(const Config& config) {
  auto texts = read_archive_files(config.default_archives);
  if (!texts) return {config.default_archives.string() + ": " + texts.error().message};
  if (texts->empty()) return {};
  auto installation = find_installation(config.plugins);
  if (!installation) return {installation.error().message};
  boost::asio::io_context context(1);
  ConfigProblems problems;
  {
    ArchiveCheck check(context.get_executor(), std::move(*installation), config.default_archives,
                       std::move(*texts));
    boost::asio::co_spawn(context, check.run(problems), [](const std::exception_ptr& exception) {
      if (exception) std::rethrow_exception(exception);
    });
    context.run();
  }
  return problems;
}

}  // namespace pscheduler::app
