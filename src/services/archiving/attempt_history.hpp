#pragma once
// What is kept with an archiving of the attempts to make it, and of who wanted more of them.

#include <string>

#include "pscheduler/json/value.hpp"
#include "pscheduler/model/archiving.hpp"

namespace pscheduler::services {

// One entry, as clients know it (spec api.md 11.3).
struct HistoryEntry {
  Instant time;
  int return_code = 0;
  const Json* answer = nullptr;  // of the archiver; null if it was not asked
  std::string error;             // or another word for a person
};

// Adds it to the history of the archiving, which keeps the latest ones.
void remember(Archiving& archiving, const HistoryEntry& entry);

}  // namespace pscheduler::services
