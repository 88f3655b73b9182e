#include "cli/archiving_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/json_members.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kRuleColumns = 60;
constexpr std::size_t kLabelBytesMax = 200;

std::string table_line(std::size_t succeeded, std::size_t failed, const std::string& label) {
  const auto all = std::max<std::size_t>(succeeded + failed, 1);
  return fmt::format("{:9} ({:3}%)  {:9} ({:3}%)  {}\n", succeeded, succeeded * 100 / all, failed,
                     failed * 100 / all, label);
}

}  // namespace

// What further archives of the same label are told apart by is their number.
std::string ArchivingSummary::label_for(const Json& spec) {
  const auto label = excerpt(text_or(spec, "label", text_or(spec, "archiver", "?")), kLabelBytesMax);
  const auto use = ++label_uses_[label];
  return use == 1 ? label : label + " #" + std::to_string(use);
}

void ArchivingSummary::count(const Json& run) {
  const Json* archivings = member(run, "archivings");
  if (archivings == nullptr || !archivings->is_array()) return;
  for (const auto& archiving : *archivings) {
    const Json* spec = member(archiving, "spec");
    if (spec == nullptr || !flag_member(archiving, "completed")) continue;
    const Json* data = member(archiving, "archiver_data");
    if (data == nullptr) data = member(*spec, "data");
    const auto key = text_or(*spec, "archiver", "?") + " " + (data == nullptr ? "" : data->dump());
    const auto [row, is_new] = rows_.try_emplace(key);
    if (is_new) row->second.label = label_for(*spec);
    ++(flag_member(archiving, "archived") ? row->second.succeeded : row->second.failed);
  }
}

std::string ArchivingSummary::text() const {
  std::vector<Row> rows;
  Row total;
  for (const auto& [key, row] : rows_) {
    rows.push_back(row);
    total.succeeded += row.succeeded;
    total.failed += row.failed;
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& one, const Row& other) { return to_lower(one.label) < to_lower(other.label); });
  const std::string rule(kRuleColumns, '-');
  std::string text = "\n" + fmt::format("{:>16}  {:>16}  {}\n", "Succeeded", "Failed", "Label") + rule + "\n";
  for (const auto& row : rows) text += table_line(row.succeeded, row.failed, row.label);
  text += rule + "\n";
  return text +
         table_line(total.succeeded, total.failed,
                    fmt::format("Total ({})", total.succeeded + total.failed)) +
         "\n";
}

}  // namespace pscheduler::cli
