#include "services/archiving/attempt_history.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

// Entries that are kept, and what is kept of an answer and of an error.
constexpr std::size_t kEntriesMax = 100;
constexpr std::size_t kAnswerBytesMax = 8192;
constexpr std::size_t kErrorBytesMax = 2000;

Json shown(const Json* answer) {
  if (answer == nullptr) return "";
  const std::string text = json::to_compact(*answer);
  return text.size() <= kAnswerBytesMax ? *answer : Json(excerpt(text, kAnswerBytesMax));
}

}  // namespace

void remember(Archiving& archiving, const HistoryEntry& entry) {
  Json history = stored_value(archiving.diags);
  history.push_back({{"time", format_timestamp_z(entry.time)},
                     {"return-code", entry.return_code},
                     {"stdout", shown(entry.answer)},
                     {"stderr", excerpt(entry.error, kErrorBytesMax)}});
  if (history.size() > kEntriesMax) history.erase(history.begin());
  archiving.diags = json::to_compact(history);
}

}  // namespace pscheduler::services
