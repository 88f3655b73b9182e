#pragma once
// Recorded runs of measurement programs (tests/fixtures).

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace pscheduler::plugins::test {

// The part of a recorded run between two of its "----- … -----" lines: "stdout" or "stderr".
inline std::string recorded(const std::string& name, const std::string& stream = "stdout") {
  std::ifstream file(std::filesystem::path(FIXTURES) / (name + ".txt"));
  std::stringstream text;
  text << file.rdbuf();
  const auto all = text.str();
  const auto begin = "----- " + stream + " -----\n";
  const auto from = all.find(begin);
  if (from == std::string::npos) throw std::runtime_error("no fixture " + name);
  const auto start = from + begin.size();
  return all.substr(start, all.find("----- ", start) - start);
}

}  // namespace pscheduler::plugins::test
