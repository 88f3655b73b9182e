#pragma once
// What the measurements of bench-load have in common: time, percentiles, tasks and their runs.

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "connection.hpp"

namespace pscheduler::bench {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

extern const std::string kRoot;  // of all paths

double ms_since(Clock::time_point begin);

// The calendar, which the tool reads as well.
double calendar_ms();

// Prints "name value".
void say(const std::string& name, double value);

// The smallest value that this share of all does not exceed; the share 0.5 gives the median.
double percentile(std::vector<double> values, double share);

// No two specs are alike, so that nothing is answered from memory. Without a tool the daemon chooses.
std::string noop_task(int client, int number, const char* tool);

// The path of the task that was made.
std::string post_task(Connection& connection, const std::string& task);

// The first run of a task, when it has finished.
Json finished_run(Connection& connection, const std::string& task);

Connection& connected(Connection& connection);

// Runs work(client) for each client on a thread of its own, and waits for all.
void in_parallel(int clients, const std::function<void(int)>& work);

std::vector<double> joined(const std::vector<std::vector<double>>& parts);

}  // namespace pscheduler::bench
