#pragma once
// The plug-ins of the last inventory.

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/plugins/methods.hpp"

namespace pscheduler::services {

struct CatalogueEntry {
  Plugin plugin;
  std::filesystem::path directory;
  std::filesystem::path serve;  // the program behind its native methods; empty for a foreign plug-in
  std::set<Method> native;      // the methods that are links to it

  [[nodiscard]] std::filesystem::path method(Method method) const {
    return directory / std::string(traits(method).name);
  }
  [[nodiscard]] CallName call(Method method) const { return {plugin.plugin_class, plugin.name, method}; }
};

using EntryPointer = std::shared_ptr<const CatalogueEntry>;

class Catalogue {
 public:
  void add(CatalogueEntry entry);

  // Usable or not; null when there is none of that name.
  [[nodiscard]] EntryPointer find(PluginClass plugin_class, const std::string& name) const;

  // The same, or why it cannot be asked: not_found names it and says its problem.
  [[nodiscard]] Result<EntryPointer> usable(PluginClass plugin_class, const std::string& name) const;

  // By name.
  [[nodiscard]] std::vector<EntryPointer> all(PluginClass plugin_class) const;

 private:
  std::map<std::pair<PluginClass, std::string>, EntryPointer> entries_;
};

}  // namespace pscheduler::services
