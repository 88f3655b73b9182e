// Configurables: read at the start, and again whenever their file changes.

#include <fstream>

#include "component/told_directories.hpp"
#include "component/world.hpp"
#include "pscheduler/adapters/system/posix_files.hpp"
#include "pscheduler/app/config.hpp"
#include "pscheduler/services/configurables_watch.hpp"

namespace pscheduler::test {
namespace {

class FileOfConfigurables : public WorldTest {
 protected:
  FileOfConfigurables() { watching_.spawn(watch_.work(directories_)); }
  ~FileOfConfigurables() override {
    watching_.cancel_all();
    world->settle();
  }

  void write(const std::string& text) const {
    std::filesystem::create_directories(file_.parent_path());
    std::ofstream(file_) << text;
  }
  void change(const std::string& text) {
    write(text);
    directories_.tell();
    world->advance(1s);
  }

  std::filesystem::path file_ = folder.path() / "etc" / "configurables.conf";
  Configurables in_force_;
  int applied_ = 0;
  adapters::PosixFiles files_;
  ToldDirectoryWatch directories_{world->loop.get_executor()};
  services::ConfigurablesWatch watch_{{world->clock, files_, world->log},
                                      file_,
                                      [this]() -> Result<Configurables> {
                                        auto read = app::read_configurables(file_);
                                        if (read) return *read;
                                        return fail(Errc::invalid_argument, read.error().front());
                                      },
                                      [this](const Configurables& values) {
                                        in_force_ = values;
                                        ++applied_;
                                      }};
  ports::Scope watching_{world->loop.get_executor(),
                         [](const std::exception_ptr& error) { std::rethrow_exception(error); }};
};

TEST_F(FileOfConfigurables, NeedNotExistAndIsSeenWhenItComes) {
  world->settle();
  EXPECT_EQ(applied_, 0);
  EXPECT_THAT(directories_.watched, testing::ElementsAre(folder.path()))
      << "its directory does not exist yet";
  change(R"({"schema": 1, "keep-runs-tasks": "P7D"})");
  EXPECT_EQ(in_force_.keep_runs_tasks, 24h * 7);
  EXPECT_EQ(in_force_.run_straggle, std::nullopt);
  EXPECT_THAT(directories_.watched, testing::ElementsAre(file_.parent_path()));
  EXPECT_EQ(world->log.count("CONFIGURABLES_APPLIED"), 1);
}

TEST_F(FileOfConfigurables, ThatIsNotValidChangesNothingAndIsToldOnce) {
  change(R"({"keep-runs-tasks": "PT1H", "run-straggle": "PT5S"})");
  for (const auto* text : {"{", "[]", R"({"keep-runs-tasks": "PT1H", "schedule-horizon": "P1D"})",
                           R"({"keep-runs-tasks": 5})", R"({"run-straggle": "PT0S"})", R"({"schema": 2})"}) {
    const auto told = world->log.count("CONFIGURABLES_REFUSED");
    change(text);
    change(text);
    EXPECT_EQ(world->log.count("CONFIGURABLES_REFUSED"), told + 1) << text;
    EXPECT_EQ(in_force_.keep_runs_tasks, 1h) << text;
    EXPECT_EQ(in_force_.run_straggle, 5s) << text;
  }
  EXPECT_EQ(applied_, 1);
}

TEST_F(FileOfConfigurables, ThatIsRemovedGivesTheConfigurationBack) {
  change(R"({"keep-runs-tasks": "PT1H"})");
  std::filesystem::remove(file_);
  directories_.tell();
  world->advance(1s);
  EXPECT_EQ(in_force_, Configurables{});
  EXPECT_EQ(applied_, 2);
}

TEST_F(FileOfConfigurables, OtherFilesBesideItChangeNothing) {
  change(R"({"keep-runs-tasks": "PT1H"})");
  change(R"({ "keep-runs-tasks": "PT1H" })");
  EXPECT_EQ(applied_, 1);
}

}  // namespace
}  // namespace pscheduler::test
