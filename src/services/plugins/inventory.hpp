#pragma once
// Finding out which plug-ins there are (spec plugins.md 1.4): the directories of each class root, each asked
// to enumerate itself. A plug-in that cannot be used is in the catalogue with its problem; one that is too
// busy to answer stays as it was in the inventory before.

#include "services/plugins/invoker.hpp"

namespace pscheduler::services {

ports::Async<Catalogue> take_inventory(Invoker& invoker, const ports::Files& files,
                                       const std::vector<std::filesystem::path>& class_roots,
                                       const Catalogue& before);

// The directories in which a change may mean another inventory: of a root that does not exist, the nearest
// above it that does.
std::vector<std::filesystem::path> inventory_directories(
    const ports::Files& files, const std::vector<std::filesystem::path>& class_roots);

}  // namespace pscheduler::services
