#include "cli/archiving/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cli/json_members.hpp"
#include "cli/text_layout.hpp"
#include "cli/user_times.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

// As much of an id as nobody mistakes for another, and can still be typed.
constexpr std::size_t kIdShown = 8;

// How many of those that the user may mean are named.
constexpr std::size_t kIdsNamedMax = 10;

constexpr std::size_t kIndent = 10;

// What is shown of one name or one text that a server tells; the whole is in the JSON.
constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kErrorBytesMax = 1000;

std::int64_t count_of(const Json& document, std::string_view name) {
  return json::find_integer(document, name).value_or(0);
}

std::optional<Duration> age_of(const Json& document, std::string_view name, Instant now) {
  const auto text = text_member(document, name);
  if (!text) return std::nullopt;
  const auto at = parse_timestamp_utc(*text, TimestampForm::body);
  return at ? std::optional(std::max(now - *at, Duration::zero())) : std::nullopt;
}

std::string age_or(const Json& document, std::string_view name, Instant now, const char* otherwise) {
  const auto age = age_of(document, name, now);
  return age ? rough_length(*age) : otherwise;
}

std::string shown(const Json& document, std::string_view name) {
  return excerpt(text_or(document, name, "?"), kNameBytesMax);
}

// "3f1c09ab http https://collector.example.org (central)"; the id is in the member `id`.
std::string name_of(const Json& document, const char* id, const std::optional<std::string>& where) {
  std::string name =
      excerpt(text_or(document, id, "?").substr(0, kIdShown)) + " " + shown(document, "archiver");
  if (where) name += " " + excerpt(*where, kNameBytesMax);
  if (const auto label = text_member(document, "label")) name += " (" + excerpt(*label, kNameBytesMax) + ")";
  return name;
}

std::string state_of(const Json& destination) {
  return flag_member(destination, "stalled") ? "stalled" : shown(destination, "state");
}

int rank_of(const std::string& state) {
  if (state == "stalled") return 0;
  if (state == "failing") return 1;
  return state == "ok" ? 2 : 3;
}

std::string row(const std::string& state, const std::string& waiting, const std::string& oldest,
                const std::string& success, const std::string& given_up, const std::string& name) {
  return fmt::format("{:<9} {:>7}  {:<11} {:<13} {:>8}  {}\n", state, waiting, oldest, success, given_up,
                     name);
}

std::string block(const std::string& text, std::size_t width) {
  const auto room = std::max(width, 2 * kIndent) - kIndent;
  return indent(wrap(text, room, 0), kIndent) + "\n";
}

}  // namespace

std::string destinations_text(const Json& destinations, Instant now, std::size_t width) {
  std::vector<const Json*> sorted;
  for (const auto& destination : destinations) sorted.push_back(&destination);
  std::ranges::stable_sort(sorted, {}, [](const Json* each) { return rank_of(state_of(*each)); });
  std::string text = row("State", "Waiting", "Oldest", "Last success", "Given up", "Destination");
  for (const Json* destination : sorted) {
    text += row(state_of(*destination), std::to_string(count_of(*destination, "waiting")),
                age_or(*destination, "oldest", now, "-"), age_or(*destination, "last-success", now, "never"),
                std::to_string(count_of(*destination, "given-up")),
                name_of(*destination, "id", text_member(*destination, "destination")));
    const auto error = text_member(*destination, "last-error");
    if (!error || error->empty()) continue;
    text += block(
        age_or(*destination, "last-failure", now, "some time") + " ago: " + excerpt(*error, kErrorBytesMax),
        width);
  }
  return text;
}

std::string failures_text(const Json& failures, std::size_t width) {
  std::string text;
  for (const auto& failure : failures) {
    const auto attempts = count_of(failure, "attempts");
    text += fmt::format("{}  {} after {} attempt{}\n", shown(failure, "time"),
                        name_of(failure, "destination", std::nullopt), attempts, attempts == 1 ? "" : "s");
    text += indent(shown(failure, "run"), kIndent) + "\n";
    text += block(excerpt(text_or(failure, "reason", "No reason is known."), kErrorBytesMax), width);
  }
  return text;
}

Result<std::string> destination_id(const Json& destinations, const std::string& name) {
  std::vector<std::string> found;
  for (const auto& destination : destinations) {
    const auto id = text_or(destination, "id", "");
    if (id == name) return id;
    const bool fits = (!name.empty() && id.starts_with(name)) || text_member(destination, "label") == name ||
                      text_member(destination, "archiver") == name;
    if (fits) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return fail(Errc::not_found, "There is no destination \"" + excerpt(name) +
                                     "\"; pscheduler archiving lists them, with the id to name each by.");
  }
  for (auto& id : found) id = excerpt(id.substr(0, kIdShown));
  if (const auto more = found.size() - std::min(found.size(), kIdsNamedMax); more > 0) {
    found.resize(kIdsNamedMax);
    found.push_back(std::to_string(more) + " more");
  }
  return fail(Errc::invalid_argument, "\"" + excerpt(name) + "\" may be any of the destinations " +
                                          enumerate(found) + "; name one by its id.");
}

}  // namespace pscheduler::cli
