#include "run_listing.hpp"

#include <nlohmann/json.hpp>

#include "presenter.hpp"
#include "pscheduler/json/hidden.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

using services::PluginClass;

// A piece ends at the first of these bounds: each keeps the loop for about a millisecond at most.
constexpr std::size_t kPieceBytes = 32u << 10;
constexpr int kRunsPerPiece = 100;
constexpr int kFreshTasksPerPiece = 10;

// Of task texts kept while an answer is made; a day of tasks that each run once would fill the memory.
constexpr std::size_t kTaskTextsBytesMax = 4u << 20;

void add_member(std::string& text, std::string_view name, std::string_view value) {
  text.append(",\"").append(name).append("\":").append(value);
}

// For text that needs no escapes.
void add_text(std::string& text, std::string_view name, std::string_view value) {
  text.append(",\"").append(name).append("\":\"").append(value).append("\"");
}

// As to_pretty() would have written it as an item of an array.
std::string as_pretty_item(const std::string& compact) {
  const std::string pretty = json::to_pretty(Json::parse(compact, nullptr, false));
  std::string text = "\n    ";
  for (const char c : pretty) {
    text += c;
    if (c == '\n') text += "    ";
  }
  return text;
}

class ListingPieces final : public BodyPieces {
 public:
  ListingPieces(const Call& call, RunListing::Form form, std::unique_ptr<RunSource> source)
      : store_(call.services.store), listing_(call, form), source_(std::move(source)) {}

  ports::AsyncResult<std::string> next() override {
    std::string text = std::exchange(begun_, true) ? "" : "[";
    int runs = 0;
    int fresh_tasks = 0;
    while (!ended_ && (text.empty() || (text.size() < kPieceBytes && runs < kRunsPerPiece &&
                                        fresh_tasks < kFreshTasksPerPiece))) {
      auto item = co_await source_->next();
      if (!item) co_return fail(std::move(item.error()));
      ended_ = !item->has_value();
      if (ended_) {
        text += listing_.end();
        break;
      }
      const ports::ScheduledRun& run = (*item)->run;
      ++runs;
      if (!listing_.knows(run.task)) {
        ++fresh_tasks;
        auto task = co_await store_.task(run.task);
        if (!task) co_return fail(std::move(task.error()));
        if (!*task) continue;  // purged meanwhile
        listing_.learn(**task);
      }
      listing_.append(text, run, (*item)->past_present_future);
    }
    co_return text;
  }

 private:
  ports::Store& store_;
  RunListing listing_;
  std::unique_ptr<RunSource> source_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

RunListing::RunListing(const Call& call, Form form)
    : plugins_(call.services.plugins),
      root_url_(call.root_url()),
      zone_(call.settings.zone),
      form_(form),
      pretty_(call.flag("pretty")) {}

const std::string& RunListing::plugin_text(PluginClass plugin_class, const std::string& name) {
  const auto [entry, is_new] = plugins_text_.try_emplace({plugin_class, name});
  if (is_new) {
    const services::Plugin* plugin = plugins_.find(plugin_class, name);
    // The plug-in may have been removed since.
    Json object = plugin == nullptr ? Json{{"name", name}} : *plugin->enumeration;
    json::hide_private(object);
    entry->second = json::to_compact(object);
  }
  return entry->second;
}

void RunListing::learn(const Task& task) {
  if (tasks_bytes_ > kTaskTextsBytesMax) {
    tasks_.clear();
    tasks_bytes_ = 0;
  }
  Json object = from_stored(task.document);
  json::hide_private(object);
  object["href"] = root_url_ + "/tasks/" + task.id.to_string();
  std::string text = "\"cli\":" + json::to_compact(Json(task.cli));
  add_member(text, "task", json::to_compact(object));
  if (form_ == Form::schedule) {
    add_member(text, "test", plugin_text(PluginClass::test, task.test_type));
    add_member(text, "tool", plugin_text(PluginClass::tool, task.tool));
  }
  tasks_bytes_ += text.size();
  tasks_.insert_or_assign(task.id, std::move(text));
}

void RunListing::append(std::string& text, const ports::ScheduledRun& run, int past_present_future) {
  const TimeRange shown = shown_times(run.times);
  const std::string href = root_url_ + "/tasks/" + run.task.to_string() + "/runs/" + run.id.to_string();
  std::string element = "{" + tasks_.at(run.task);
  add_text(element, "start-time", format_timestamp(shown.start, zone_));
  add_text(element, "end-time", format_timestamp(shown.end, zone_));
  add_text(element, "state", traits(run.state).name);
  add_text(element, "state-display", traits(run.state).display);
  add_member(element, "priority", run.priority ? std::to_string(*run.priority) : "null");
  if (form_ == Form::monitor) {
    add_member(element, "ppf", std::to_string(past_present_future));
  } else {
    add_member(element, "errors", run.errors.empty() ? "null" : json::to_compact(Json(run.errors)));
  }
  add_member(element, "href", json::to_compact(Json(href)));
  add_member(element, "result-href", json::to_compact(Json(href + "/result")));
  element += "}";
  if (!std::exchange(empty_, false)) text += pretty_ ? ", " : ",";
  text += pretty_ ? as_pretty_item(element) : element;
}

std::string RunListing::end() const {
  return pretty_ && !empty_ ? "\n]\n" : "]\n";
}

HttpResponse list_runs(const Call& call, RunListing::Form form, std::unique_ptr<RunSource> source) {
  HttpResponse response;
  response.content_type = "application/json";
  response.pieces = std::make_shared<ListingPieces>(call, form, std::move(source));
  return response;
}

}  // namespace pscheduler::api
