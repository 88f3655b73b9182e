#pragma once
// How often results reached their archives, by archive (spec cli.md, 10).

#include <cstddef>
#include <map>
#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

class ArchivingSummary {
 public:
  // Counts the archivings of a run that will not be tried again.
  void count(const Json& run);

  [[nodiscard]] bool empty() const { return rows_.empty(); }

  // A table with a row for each archive and their sum.
  [[nodiscard]] std::string text() const;

 private:
  struct Row {
    std::string label;
    std::size_t succeeded = 0;
    std::size_t failed = 0;
  };

  std::string label_for(const Json& spec);

  std::map<std::string, Row>
      rows_;  // by archiver and data: what has the same label may be different archives
  std::map<std::string, std::size_t> label_uses_;
};

}  // namespace pscheduler::cli
