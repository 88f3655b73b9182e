#pragma once
// Shows what became of a run (spec cli.md, 5). Used by `result`, and by `watch` and `task` as runs end.

#include <optional>
#include <string>

#include "cli/context.hpp"
#include "cli/result_format.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

enum class Heading { none, run, run_of_task };  // run_of_task also shows the run's URL

struct ResultView {
  ResultFormat format = ResultFormat::text;
  Heading heading = Heading::run;
  bool diagnostics = false;           // text only
  bool archivings = false;            // text only
  std::optional<std::string> output;  // file that receives the formatted result instead of stdout
  CallOptions call;
};

// `run` is a run object as served. In text every state is shown and the exit status is 0; in HTML and JSON a
// run without a result is a message on stderr and exit status 1.
int show_run(Context& context, const Json& run, const ResultView& view);

}  // namespace pscheduler::cli
