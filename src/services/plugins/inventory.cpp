#include "services/plugins/inventory.hpp"

#include <optional>

#include "services/plugins/in_parallel.hpp"

namespace pscheduler::services {
namespace {

constexpr Method kAllMethods[] = {Method::enumerate,     Method::cli_to_spec,      Method::spec_to_cli,
                                  Method::spec_is_valid, Method::participants,     Method::spec_format,
                                  Method::result_format, Method::can_run,          Method::duration,
                                  Method::run,           Method::participant_data, Method::merged_results,
                                  Method::data_is_valid, Method::archive,          Method::change};
static_assert(std::size(kAllMethods) == kMethodCount);

// A root's common program of native plug-ins.
struct Serve {
  std::filesystem::path program;  // as the root names it
  std::filesystem::path real;
};

std::optional<Serve> find_serve(const ports::Files& files, const std::filesystem::path& root) {
  const auto program = root / "serve";
  if (!files.is_executable(program)) return std::nullopt;
  const auto real = files.real_path(program);
  if (!real) return std::nullopt;
  return Serve{program, *real};
}

// What is known of a plug-in before it is asked.
CatalogueEntry look_at(const ports::Files& files, const std::filesystem::path& root,
                       const std::optional<Serve>& serve, PluginClass plugin_class, const std::string& name) {
  CatalogueEntry entry;
  entry.plugin.plugin_class = plugin_class;
  entry.plugin.name = name;
  entry.directory = root / std::string(class_name(plugin_class)) / name;
  if (!serve) return entry;
  for (const Method method : kAllMethods)
    if (files.real_path(entry.method(method)) == serve->real) entry.native.insert(method);
  if (!entry.native.empty()) entry.serve = serve->program;
  return entry;
}

// In the order of the roots: the catalogue keeps the first of a name.
std::vector<CatalogueEntry> look_around(const ports::Files& files,
                                        const std::vector<std::filesystem::path>& class_roots) {
  std::vector<CatalogueEntry> found;
  std::set<std::pair<PluginClass, std::string>> seen;
  for (const auto& root : class_roots) {
    const auto serve = find_serve(files, root);
    for (const PluginClass plugin_class : kPluginClasses) {
      const auto names = files.directories_in(root / std::string(class_name(plugin_class)));
      if (!names) continue;
      for (const std::string& name : *names)
        if (seen.emplace(plugin_class, name).second)
          found.push_back(look_at(files, root, serve, plugin_class, name));
    }
  }
  return found;
}

// A plug-in that could not answer only now, because the node is busy, keeps what it said before.
bool may_be_busy(const Error& error) {
  return error.code == Errc::unavailable || error.code == Errc::timed_out;
}

ports::Async<void> enumerate(Invoker& invoker, const ports::Files& files, const Catalogue& before,
                             CatalogueEntry& entry) {
  if (!files.is_executable(entry.method(Method::enumerate))) {
    entry.plugin.problem = "its directory has no executable 'enumerate'.";
    co_return;
  }
  const CallName call = entry.call(Method::enumerate);
  auto asked = std::make_shared<const CatalogueEntry>(entry);
  auto asking = invoker.call(std::move(asked), Method::enumerate, MethodQuestion());
  auto output = co_await std::move(asking);
  const auto known = before.find(entry.plugin.plugin_class, entry.plugin.name);
  if (!output && may_be_busy(output.error()) && known && known->directory == entry.directory) {
    entry.plugin = known->plugin;
    co_return;
  }
  auto plugin = output ? read_enumeration(call, *output) : Result<Plugin>(fail(std::move(output.error())));
  if (plugin)
    entry.plugin = std::move(*plugin);
  else
    entry.plugin.problem = plugin.error().message;
}

}  // namespace

ports::Async<Catalogue> take_inventory(Invoker& invoker, const ports::Files& files,
                                       const std::vector<std::filesystem::path>& class_roots,
                                       const Catalogue& before) {
  std::vector<CatalogueEntry> entries = look_around(files, class_roots);
  std::function<ports::Async<void>(std::size_t)> ask = [&](std::size_t index) {
    return enumerate(invoker, files, before, entries[index]);
  };
  co_await in_parallel(entries.size(), std::move(ask));
  Catalogue catalogue;
  for (CatalogueEntry& entry : entries) catalogue.add(std::move(entry));
  co_return catalogue;
}

std::vector<std::filesystem::path> inventory_directories(
    const ports::Files& files, const std::vector<std::filesystem::path>& class_roots) {
  std::vector<std::filesystem::path> directories;
  for (const auto& root : class_roots) {
    auto existing = root;
    while (!files.real_path(existing) && existing.has_relative_path()) existing = existing.parent_path();
    directories.push_back(existing);
    for (const PluginClass plugin_class : kPluginClasses) {
      const auto of_class = root / std::string(class_name(plugin_class));
      const auto names = files.directories_in(of_class);
      if (!names) continue;
      directories.push_back(of_class);
      for (const std::string& name : *names) directories.push_back(of_class / name);
    }
  }
  return directories;
}

}  // namespace pscheduler::services
