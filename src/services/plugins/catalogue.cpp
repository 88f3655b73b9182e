#include "services/plugins/catalogue.hpp"

#include "pscheduler/base/text.hpp"

namespace pscheduler::services {

void Catalogue::add(CatalogueEntry entry) {
  const std::pair key(entry.plugin.plugin_class, entry.plugin.name);
  entries_.emplace(key, std::make_shared<const CatalogueEntry>(std::move(entry)));
}

EntryPointer Catalogue::find(PluginClass plugin_class, const std::string& name) const {
  const auto found = entries_.find({plugin_class, name});
  return found == entries_.end() ? nullptr : found->second;
}

Result<EntryPointer> Catalogue::usable(PluginClass plugin_class, const std::string& name) const {
  auto entry = find(plugin_class, name);
  const std::string who = std::string(class_name(plugin_class)) + " '" + excerpt(name) + "'";
  if (!entry) return fail(Errc::not_found, "There is no " + who + " on this node.");
  if (!entry->plugin.problem.empty())
    return fail(Errc::not_found, "The " + who + " cannot be used on this node: " + entry->plugin.problem);
  return entry;
}

std::vector<EntryPointer> Catalogue::all(PluginClass plugin_class) const {
  std::vector<EntryPointer> entries;
  for (const auto& [key, entry] : entries_)
    if (key.first == plugin_class) entries.push_back(entry);
  return entries;
}

}  // namespace pscheduler::services
