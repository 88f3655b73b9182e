#pragma once
// A batch document: jobs, each a task that is run one or more times with changes.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/batch/problem.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::batch {

inline constexpr int kSchemaMax = 3;
inline constexpr Duration kSetupTime = std::chrono::seconds(15);

// Of one job. Each is a task with its results in memory.
inline constexpr std::int64_t kIterationsMax = 100'000;

// A jq program.
struct Transform {
  std::string script;
  Json arguments = Json::object();  // its variables
  std::string pointer;              // where it stands in the document
};

struct Job {
  std::string label;  // "job[0]" when it has none of its own
  bool labeled = false;
  bool enabled = true;
  Json task;  // a task, or a list of tasks with one for each iteration
  std::int64_t iterations = 1;
  std::optional<Transform> computed_iterations;  // says how many instead
  bool parallel = false;
  Duration backoff{};
  bool sync_start = true;
  Duration setup_time = kSetupTime;
  std::optional<Transform> task_transform;
  std::optional<Transform> continue_if;
};

// Where values stand in a text. A document that was not read from a text has no places.
class Places {
 public:
  Places() = default;
  explicit Places(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}

  // Of the value at a pointer, or of the nearest one around it.
  [[nodiscard]] std::optional<json::Location> of(std::string_view pointer) const;

 private:
  std::shared_ptr<const std::string> text_;
};

struct Document {
  Json source;  // as it was read, without comments: results are added to a copy of this
  Json global_data;
  std::optional<Transform> transform_pre;
  std::optional<Transform> transform_post;
  std::vector<Job> jobs;
  Places places;
};

// Reads the JSON of a batch; its comments ("#" members) go, or are refused as any unknown member.
Checked<Json> read_json(std::string_view text, json::Comments comments);

// The whole document checked: every problem there is, in the order of the document. Tasks may be anything
// yet: transforms make them complete.
Checked<Document> check(Json source, Places places);

}  // namespace pscheduler::batch
