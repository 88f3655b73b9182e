#pragma once
// The plug-in host over processes: class roots with directories of executables (spec plugins.md). For native
// plug-ins, whose methods are links to the root's program `serve`, one process of that program answers the
// pure methods; everything else is a process for each call.
//
// All use is on one thread, that of `executor`. What is passed by reference outlives the host.

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/directory_watch.hpp"
#include "pscheduler/ports/files.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/metrics.hpp"
#include "pscheduler/services/archivers.hpp"
#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/plugins_options.hpp"

namespace pscheduler::services {

struct PluginHostPorts {
  boost::asio::any_io_executor executor;
  ports::Clock& clock;
  ports::Processes& processes;
  ports::Files& files;
  ports::Log& log;
  ports::Metrics* metrics = nullptr;  // told of each call, unless null
};

class PluginHost final : public Plugins, public Archivers {
 public:
  PluginHost(PluginHostPorts ports, PluginHostOptions options);
  ~PluginHost() override;

  // Ends the processes that stay. To be awaited, after all calls, before the host is destroyed.
  ports::Async<void> stop();

  // Takes the inventory again whenever the directories of plug-ins have changed and settled, or it was asked
  // for; never ends by itself. Begun before the first inventory it misses no change.
  ports::Async<void> watch(ports::DirectoryWatch& directories);

  // To be called whenever watch() has taken the inventory.
  void on_inventory(std::function<void()> told);

  // Has watch() take the inventory again: what no directory of plug-ins shows, such as a program that a tool
  // uses, may have changed.
  void look_again();

  ports::Async<void> take_inventory() override;
  [[nodiscard]] const Plugin* find(PluginClass plugin_class, const std::string& name) const override;
  [[nodiscard]] std::vector<Plugin> list(PluginClass plugin_class) const override;
  [[nodiscard]] std::vector<Plugin> unusable(PluginClass plugin_class) const override;

  ports::AsyncResult<Json> cli_to_spec(std::string test, Json arguments) override;
  ports::AsyncResult<std::vector<std::string>> spec_to_cli(std::string test, Json spec) override;
  ports::AsyncResult<Validity> spec_is_valid(std::string test, Json spec) override;
  ports::AsyncResult<ParticipantList> participants(std::string test, Json spec,
                                                   std::string lead_bind) override;
  ports::AsyncResult<std::string> spec_format(std::string test, std::string mime_type, Json spec) override;
  ports::AsyncResult<std::string> result_format(std::string test, std::string mime_type, Json spec,
                                                Json result) override;

  ports::Async<std::vector<ToolOffer>> offers(Json test, std::string lead_bind) override;
  ports::AsyncResult<RunLength> duration(std::string tool, Json test) override;
  ports::AsyncResult<Json> participant_data(std::string tool, Json test, int participant) override;
  ports::AsyncResult<Json> merged_results(std::string tool, Json test, Json results) override;
  ports::AsyncResult<ToolOutcome> run(ToolRun run) override;
  [[nodiscard]] Duration preparation_time(const std::string& tool) const override;

  ports::AsyncResult<Validity> data_is_valid(PluginClass plugin_class, std::string name, Json data) override;
  ports::AsyncResult<ArchiverReply> archive(std::string archiver, std::string destination,
                                            std::string record) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pscheduler::services
