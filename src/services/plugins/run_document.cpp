#include "services/plugins/run_document.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "pscheduler/time/iso8601.hpp"
#include "services/plugins/documents.hpp"

namespace pscheduler::services {
namespace {

// Ends a here-document. JSON on one line never is this line, whatever strings it holds.
constexpr std::string_view kDelimiter = "END-OF-INPUT";

std::string start_text(Instant start) {
  std::string text = format_timestamp_z(start);
  const auto fraction = (start - floor_to_second(start)).count();
  if (fraction == 0) return text;
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), ".%06d", static_cast<int>(fraction));
  return text.insert(text.size() - 1, digits.data());
}

// As one word of a POSIX shell, whatever it contains.
std::string quoted(const std::string& word) {
  std::string result = "'";
  for (const char character : word) {
    if (character == '\'')
      result += "'\\''";
    else
      result += character;
  }
  return result + "'";
}

std::string stage_script(const std::filesystem::path& program, const std::string& input,
                         const std::vector<std::pair<std::string, std::string>>& environment) {
  std::string script = "#!/bin/sh\n";
  for (const auto& [name, value] : environment) script += "export " + name + "=" + quoted(value) + "\n";
  script += "exec " + quoted(program.string()) + " <<'" + std::string(kDelimiter) + "'\n";
  return script + input + "\n" + std::string(kDelimiter) + "\n";
}

}  // namespace

std::string run_document(const ToolRun& run) {
  const Json document{
      {"schema", 1},
      {"task-uuid", run.task_uuid},
      {"schedule",
       {{"start", start_text(run.times.start)}, {"duration", format_duration(run.times.length())}}},
      {"test", run.test ? *run.test : Json()},
      {"participant", run.participant},
      {"participant-data", run.participant_data ? *run.participant_data : Json()},
  };
  return write_document(document);
}

std::vector<std::string> chain_scripts(const std::vector<ContextStage>& contexts,
                                       const std::vector<std::filesystem::path>& scripts,
                                       const std::filesystem::path& run, const std::string& run_input,
                                       const std::vector<std::pair<std::string, std::string>>& environment) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    const std::string input =
        R"({"data":)" + contexts[i].data + R"(,"exec":)" + write_document(scripts[i + 1].string()) + "}";
    texts.push_back(stage_script(contexts[i].change, input, environment));
  }
  texts.push_back(stage_script(run, run_input, environment));
  return texts;
}

}  // namespace pscheduler::services
