#include "cli/schedule/listing.hpp"

#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/servers.hpp"
#include "pscheduler/json/array_reader.hpp"

namespace pscheduler::cli {

Result<void> list_schedule(Context& context, const std::string& host, const Parameters& parameters,
                           CallOptions options, const ScheduleListener& listener) {
  const auto url = api_url(host, "schedule");
  if (!url) return fail(url.error());
  json::ArrayReader reader([&](const Json& run) -> Result<void> {
    const auto entry = schedule_entry(run);
    if (!entry) return fail(entry.error());
    listener.on_entry(*entry);
    return {};
  });
  Result<void> understood;
  options.on_body = [&](std::string_view piece) {
    understood = reader.feed(piece);
    if (understood) listener.on_piece(piece);
    return understood.has_value();
  };
  const Reply reply = context.server.get(*url, parameters, options);
  if (understood && reply.status != 200) {
    return fail(Errc::unreachable, server_trouble(context, host, reply));
  }
  if (understood) understood = reader.end();
  if (!understood) return fail(Errc::invalid_argument, host + ": " + understood.error().message);
  return {};
}

Result<std::vector<ScheduleEntry>> read_schedule(Context& context, const std::string& host,
                                                 const Parameters& parameters, const CallOptions& options) {
  std::vector<ScheduleEntry> entries;
  ScheduleListener listener;
  listener.on_entry = [&](const ScheduleEntry& entry) { entries.push_back(entry); };
  PSCHEDULER_TRY(list_schedule(context, host, parameters, options, listener));
  return entries;
}

}  // namespace pscheduler::cli
