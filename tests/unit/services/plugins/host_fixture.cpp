#include "host_fixture.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace pscheduler::test {

namespace fs = std::filesystem;

void KeptLog::write(const ports::Message& message, std::initializer_list<ports::Field> fields) {
  std::string line(message.id);
  for (const auto& field : fields) {
    line.append(" ").append(field.name).append("=");
    if (const auto* text = std::get_if<std::string>(&field.value)) line.append(*text);
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) line.append(std::to_string(*number));
  }
  lines.push_back(std::move(line));
}

std::size_t KeptLog::count(std::string_view id) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines, [&](const std::string& line) { return line.starts_with(id); }));
}

ports::AsyncResult<ports::ProcessOutcome> CountedProcesses::run(ports::ProcessSpec spec) {
  ++runs;
  return real_.run(std::move(spec));
}

ports::AsyncResult<std::unique_ptr<ports::Conversation>> CountedProcesses::start(ports::ProcessSpec spec) {
  ++starts;
  return real_.start(std::move(spec));
}

HostTest::HostTest() {
  std::string name = (fs::temp_directory_path() / "plugin-host-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  home_ = name;
  fs::create_directories(root());
  fs::create_directory(home_ / "tmp");
  options_.class_roots = {root()};
  options_.temporary_directory = home_ / "tmp";
}

HostTest::~HostTest() {
  if (host_) await(host_->stop());
  host_.reset();
  files_.reset();
  std::error_code ignored;
  fs::remove_all(home_, ignored);
}

void HostTest::write_file(const fs::path& path, const std::string& content, bool executable) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
  if (executable) fs::permissions(path, fs::perms::owner_exec, fs::perm_options::add);
}

std::string HostTest::read_file(const fs::path& path) const {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void HostTest::add_method(const std::string& plugin_class, const std::string& name, const std::string& method,
                          const std::string& body) {
  const std::string script = "#!/bin/sh\nHOME_DIR='" + home_.string() + "'\n" + body + "\n";
  write_file(root() / plugin_class / name / method, script, true);
}

void HostTest::add_test(const std::string& name, const std::string& scheduling_class) {
  const Json enumeration{{"schema", 1},
                         {"name", name},
                         {"description", "A test"},
                         {"version", "1.0"},
                         {"maintainer", {{"name", "Somebody"}}},
                         {"scheduling-class", scheduling_class}};
  write_file(root() / "test" / name / "enumerate", "#!/bin/sed -e 1d\n" + enumeration.dump() + "\n", true);
}

void HostTest::add_tool(const std::string& name, const std::vector<std::string>& tests, int preference) {
  const Json enumeration{{"name", name},     {"description", "A tool"},
                         {"version", "1.0"}, {"maintainer", {{"name", "Somebody"}}},
                         {"tests", tests},   {"preference", preference}};
  write_file(root() / "tool" / name / "enumerate", "#!/bin/sed -e 1d\n" + enumeration.dump() + "\n", true);
}

void HostTest::add_context(const std::string& name) {
  const Json enumeration{{"name", name},
                         {"description", "A context"},
                         {"version", "1.0"},
                         {"maintainer", {{"name", "Somebody"}}}};
  write_file(root() / "context" / name / "enumerate", "#!/bin/sed -e 1d\n" + enumeration.dump() + "\n", true);
}

void HostTest::add_archiver(const std::string& name) {
  const Json enumeration{{"name", name},
                         {"description", "An archiver"},
                         {"version", "1.0"},
                         {"maintainer", {{"name", "Somebody"}}}};
  write_file(root() / "archiver" / name / "enumerate", "#!/bin/sed -e 1d\n" + enumeration.dump() + "\n",
             true);
}

services::PluginHost& HostTest::host() {
  if (!host_) {
    services::PluginHostPorts given{loop_.get_executor(), clock_, processes_, *files_, log_};
    host_ = std::make_unique<services::PluginHost>(std::move(given), options_);
    await(host_->take_inventory());
  }
  return *host_;
}

void HostTest::await(ports::Async<void> coroutine) {
  bool ended = false;
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop_, std::move(coroutine), [&](std::exception_ptr exception) {
    thrown = exception;
    ended = true;
  });
  run_loop([&] { return ended; });
  if (thrown) std::rethrow_exception(thrown);
}

void HostTest::run_loop(const std::function<bool()>& ended) {
  const auto deadline = std::chrono::steady_clock::now() + kLoopLimit;
  loop_.restart();
  while (!ended() && std::chrono::steady_clock::now() < deadline) loop_.run_one_until(deadline);
  if (!ended()) {
    ADD_FAILURE() << "the loop hangs";
    std::abort();
  }
}

services::ToolRun HostTest::tool_run(const std::string& tool) const {
  services::ToolRun run;
  run.tool = tool;
  run.task_uuid = "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001";
  run.times.start = Instant(std::chrono::seconds(1900000000));
  run.times.end = run.times.start + std::chrono::seconds(5);
  run.test = std::make_shared<const Json>(Json{{"type", "probe"}, {"spec", {{"dest", "a"}}}});
  run.participant_data = std::make_shared<const Json>(Json::array({Json::object()}));
  run.time_limit = std::chrono::seconds(60);
  return run;
}

ports::Async<void> HostTest::everybody_gone() {
  while (!left_behind().empty()) co_await clock_.sleep_for(std::chrono::milliseconds(5));
}

// Every process of a plug-in has a TMPDIR below this test's home.
std::vector<int> HostTest::left_behind() const {
  std::vector<int> found;
  const std::string mark = "TMPDIR=" + home_.string();
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream environment(entry.path() / "environ");
    std::ostringstream text;
    text << environment.rdbuf();
    if (text.str().find(mark) != std::string::npos) found.push_back(std::stoi(name));
  }
  return found;
}

}  // namespace pscheduler::test
