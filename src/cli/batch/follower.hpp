#pragma once
// Tells the user how a batch gets on: a line in place of the last on a terminal, lines one after the other
// with --progress, all there is with --debug, and iterations as JSON lines as they end.

#include <map>
#include <string>
#include <vector>

#include "cli/batch/order.hpp"
#include "cli/context.hpp"
#include "pscheduler/batch/batch.hpp"

namespace pscheduler::cli {

class BatchFollower final : public batch::Observer {
 public:
  // `document` is the batch, and `streams` whether results go out as they come. All outlive this object.
  BatchFollower(Context& context, const BatchOrder& order, const batch::Document& document, bool streams);
  ~BatchFollower() override;
  BatchFollower(const BatchFollower&) = delete;
  BatchFollower& operator=(const BatchFollower&) = delete;

  // Brings the line on the terminal up to date, about once a second.
  void look();
  // Instead of how it gets on; and nothing more of it.
  void say(const std::string& line);
  void end();

  [[nodiscard]] bool wants_debug() const override { return debug_; }
  void debug(const std::string& message) override;
  void job_begins(std::size_t job, std::size_t iterations) override;
  void job_ends(std::size_t job) override;
  void posted(std::size_t job, std::size_t iteration, const std::string& task_url) override;
  void planned(std::size_t job, std::size_t iteration, const TimeRange& slot) override;
  void finished(std::size_t job, std::size_t iteration, const Json& element) override;

 private:
  // Of the job that is being run.
  struct Present {
    std::size_t job = 0;
    std::size_t all = 0;
    std::size_t done = 0;
    std::size_t failed = 0;
    Duration begun{};
    std::map<std::size_t, TimeRange> under_way;  // posted; with an empty slot until it is planned
  };

  void tell(const std::string& line);
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] std::string time_left() const;
  [[nodiscard]] std::string name_of(std::size_t job) const;

  Context& context_;
  const batch::Document& document_;
  bool debug_;
  bool events_;
  bool lines_;
  bool in_place_;
  bool streams_;
  Present present_;
  Duration shown_at_{};
};

}  // namespace pscheduler::cli
