#include "services/plugins/archiver_reply.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "services/plugins/documents.hpp"

namespace pscheduler::services {

Result<ArchiverReply> read_archiver_reply(std::string_view line) {
  if (!line.starts_with(kRecordSeparator))
    return fail(Errc::plugin_failed, "answered without a record separator (RS, 0x1E): " + excerpt(line));
  auto document = read_document(line.substr(1));
  if (!document)
    return fail(Errc::plugin_failed, "gave an unusable answer: " + document.error().message,
                excerpt(line.substr(1), 2000));
  if (!document->is_object())
    return fail(Errc::plugin_failed, "answered with " + json::describe(*document) + ", not with an object");
  ArchiverReply reply;
  reply.succeeded = json::find_bool(*document, "succeeded").value_or(false);
  if (const Json* error = json::find(*document, "error"); error != nullptr && !error->is_null())
    reply.error = error->is_string() ? error->get<std::string>() : write_document(*error);
  const Json* retry = json::find(*document, "retry");
  if (!reply.succeeded && retry != nullptr && !retry->is_null()) {
    const auto length = retry->is_string() ? parse_duration(retry->get_ref<const std::string&>())
                                           : Result<Duration>(fail(Errc::invalid_argument, ""));
    if (!length)
      return fail(Errc::plugin_failed,
                  "wants a retry after " + json::describe(*retry) + ", which is no duration such as PT1M");
    reply.retry = *length;
  }
  reply.document = std::make_shared<const Json>(std::move(*document));
  return reply;
}

}  // namespace pscheduler::services
