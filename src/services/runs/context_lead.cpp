#include "pscheduler/services/context_lead.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/services/wire_form.hpp"

namespace pscheduler::services {

Duration context_lead(const Task& task) {
  // Hardly any task has contexts, and this is asked for each run of all.
  if (task.document.find("\"contexts\"") == JsonText::npos) return Duration::zero();
  const Json document = stored_value(task.document);
  const Json* contexts = json::find_object(document, "contexts");
  const Json* lists = contexts == nullptr ? nullptr : json::find_array(*contexts, "contexts");
  const auto own = static_cast<std::size_t>(task.participant);
  if (lists == nullptr || own >= lists->size()) return Duration::zero();
  return kContextLead * static_cast<Duration::rep>((*lists)[own].size());
}

}  // namespace pscheduler::services
