#include "installation.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace pscheduler::app {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSystemClassRoots = {"/usr/lib/pscheduler/classes", "/usr/libexec/pscheduler/classes"};

fs::path program_directory() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path();
}

void add_root(std::vector<fs::path>& roots, const fs::path& root) {
  std::error_code error;
  const fs::path real = fs::canonical(root, error);
  if (error || std::find(roots.begin(), roots.end(), real) != roots.end()) return;
  roots.push_back(real);
}

// Beside the daemon as in the build tree, or where they are installed.
Result<fs::path> find_program(const fs::path& here, const std::string& name) {
  for (const auto& candidate : {here / name, here / "../lib/pscheduler" / name}) {
    if (::access(candidate.c_str(), X_OK) == 0) return fs::canonical(candidate);
  }
  return fail(Errc::unavailable, "The program " + name + " is missing beside " + here.string() +
                                     "/pschedulerd; install pschedulerd completely.");
}

}  // namespace

Result<Installation> find_installation(const std::vector<fs::path>& plugins_configured) {
  Installation installation;
  const fs::path here = program_directory();
  auto shepherd = find_program(here, "pscheduler-shepherd");
  if (!shepherd) return fail(std::move(shepherd.error()));
  installation.shepherd = std::move(*shepherd);
  auto jq_helper = find_program(here, "pscheduler-jq-helper");
  if (!jq_helper) return fail(std::move(jq_helper.error()));
  installation.jq_helper = std::move(*jq_helper);
  std::error_code no_modules;
  installation.jq_modules = fs::canonical(here / "../lib/jq", no_modules);
  if (plugins_configured.empty()) {
    add_root(installation.class_roots, here / "../classes");
    add_root(installation.class_roots, here / "../lib/pscheduler/classes");
    for (const auto* root : kSystemClassRoots) add_root(installation.class_roots, root);
  } else {
    for (const auto& root : plugins_configured) add_root(installation.class_roots, root);
  }
  if (installation.class_roots.empty()) {
    return fail(Errc::unavailable, "No folder of plug-ins was found; name one with --plugins.");
  }
  return installation;
}

adapters::JqScriptsOptions jq_options(const Installation& installation) {
  adapters::JqScriptsOptions options;
  options.helper = installation.jq_helper;
  if (!installation.jq_modules.empty()) options.module_paths.push_back(installation.jq_modules);
  return options;
}

}  // namespace pscheduler::app
