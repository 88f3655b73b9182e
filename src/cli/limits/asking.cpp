#include "cli/limits/asking.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/files.hpp"
#include "cli/user_times.hpp"
#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli::limits_program {
namespace {

constexpr const char* kDurationDefault = "PT10S";

}  // namespace

Result<std::unique_ptr<Desk>> desk_with_rules(Context& context, const CommandLine& line) {
  auto desk = Desk::open(line.value("resolver"));
  if (!desk) return desk;
  const auto path = line.value("config").value_or(kUsualFile);
  std::error_code ignored;
  if (!line.has("config") && !std::filesystem::exists(path, ignored)) return desk;
  auto text = read_input(context, path);
  if (!text) return fail(std::move(text.error()));
  const auto loaded = (*desk)->load(
      std::move(*text), line.has("strict") ? limits::Strictness::strict : limits::Strictness::as_before);
  if (!loaded) return fail(loaded.error());
  if (loaded->problems.empty()) return desk;
  std::vector<std::string> lines;
  for (const auto& problem : loaded->problems) lines.push_back(path + ": " + limits::to_text(problem));
  return fail(Errc::invalid_argument, "The limits in " + path + " are refused:\n" + join(lines, "\n"));
}

Result<Json> hints_of(Context& context, const std::optional<std::string>& json_text,
                      const std::optional<std::string>& address) {
  if (json_text) {
    const auto text = expand_at(context, *json_text);
    if (!text) return fail(text.error());
    auto hints = json::read(*text);
    if (!hints) return fail(Errc::invalid_argument, "The hints are no JSON: " + hints.error().message);
    if (!hints->is_object()) return fail(Errc::invalid_argument, "The hints must be a JSON object");
    return hints;
  }
  const std::string requester = address.value_or("127.0.0.1");
  const auto parsed = IpAddress::parse(requester);
  if (!parsed) return fail(parsed.error());
  return Json{{"requester", requester}, {"server", parsed->is_v6() ? "::1" : "127.0.0.1"}};
}

Result<Json> run_schedule(const Context& context, const std::optional<std::string>& start,
                          const std::optional<std::string>& duration) {
  const auto zone = user_zone(context);
  std::string start_text = format_timestamp(context.environment.now(), zone);
  if (start) {
    const auto written = parse_written_timestamp(*start, TimestampForm::body);
    if (!written) return fail(written.error());
    const auto at = parse_timestamp(*start, zone, TimestampForm::body);
    if (!at) return fail(at.error());
    // Limits look at the time as it is written, so its own offset stays.
    start_text = written->offset ? *start : format_timestamp(*at, zone);
  }
  const auto duration_text = duration.value_or(kDurationDefault);
  const auto length = parse_duration(duration_text);
  if (!length) return fail(length.error());
  return Json{{"start", start_text}, {"duration", duration_text}};
}

}  // namespace pscheduler::cli::limits_program
