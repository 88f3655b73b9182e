#include "shared/archiver_program.hpp"

#include <array>

#include "pscheduler/plugin_sdk/program.hpp"

namespace pscheduler::plugins {

int run_archiver(sdk::ArchiverPlugin archiver, sdk::ArchiveReply (*archive)(const Json& record), int argc,
                 char** argv) {
  archiver.archive = archive;
  const std::array<const sdk::ArchiverPlugin*, 1> archivers{&archiver};
  sdk::Catalogue catalogue;
  catalogue.archivers = archivers;
  return sdk::run_program(catalogue, argc, argv);
}

}  // namespace pscheduler::plugins
