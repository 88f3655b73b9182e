#pragma once
// Every handler of the API, by resource; each is in the file that its comment names.

#include "call.hpp"

namespace pscheduler::api {

using ports::AsyncResult;

// server_info.cpp
AsyncResult<HttpResponse> get_root(Call call);
AsyncResult<HttpResponse> get_api_level(Call call);
AsyncResult<HttpResponse> get_hostname(Call call);
AsyncResult<HttpResponse> get_schedule_horizon(Call call);
AsyncResult<HttpResponse> get_clock(Call call);
AsyncResult<HttpResponse> get_exception(Call call);
AsyncResult<HttpResponse> get_debug(Call call);
AsyncResult<HttpResponse> put_debug(Call call);

// status.cpp
AsyncResult<HttpResponse> get_status(Call call);

// limits.cpp
AsyncResult<HttpResponse> get_limits(Call call);

// pause.cpp
AsyncResult<HttpResponse> get_pause(Call call);
AsyncResult<HttpResponse> put_pause(Call call);
AsyncResult<HttpResponse> delete_pause(Call call);

// mtu_safety.cpp
AsyncResult<HttpResponse> get_mtu_safe(Call call);

// plugin_lists.cpp
AsyncResult<HttpResponse> get_tests(Call call);
AsyncResult<HttpResponse> get_test(Call call);
AsyncResult<HttpResponse> get_tools(Call call);
AsyncResult<HttpResponse> get_tool(Call call);
AsyncResult<HttpResponse> get_archivers(Call call);
AsyncResult<HttpResponse> get_archiver(Call call);
AsyncResult<HttpResponse> get_contexts(Call call);
AsyncResult<HttpResponse> get_context(Call call);
AsyncResult<HttpResponse> get_test_tools(Call call);

// plugin_questions.cpp
AsyncResult<HttpResponse> get_test_spec(Call call);
AsyncResult<HttpResponse> get_test_spec_is_valid(Call call);
AsyncResult<HttpResponse> get_test_participants(Call call);
AsyncResult<HttpResponse> get_archiver_data_is_valid(Call call);
AsyncResult<HttpResponse> get_context_data_is_valid(Call call);

// tasks.cpp
AsyncResult<HttpResponse> get_tasks(Call call);
AsyncResult<HttpResponse> post_tasks(Call call);
AsyncResult<HttpResponse> get_task(Call call);
AsyncResult<HttpResponse> post_task(Call call);
AsyncResult<HttpResponse> delete_task(Call call);
AsyncResult<HttpResponse> get_task_cli(Call call);

// runs.cpp
AsyncResult<HttpResponse> get_runs(Call call);
AsyncResult<HttpResponse> get_run(Call call);
AsyncResult<HttpResponse> get_run_result(Call call);

// run_writes.cpp
AsyncResult<HttpResponse> get_runtimes(Call call);
AsyncResult<HttpResponse> post_runs(Call call);
AsyncResult<HttpResponse> put_run(Call call);
AsyncResult<HttpResponse> delete_run(Call call);

// schedule.cpp
AsyncResult<HttpResponse> get_schedule(Call call);
AsyncResult<HttpResponse> get_monitor(Call call);

// statistics.cpp
AsyncResult<HttpResponse> get_run_counter(Call call);
AsyncResult<HttpResponse> get_http_queue_backlog(Call call);
AsyncResult<HttpResponse> get_http_queue_length(Call call);
AsyncResult<HttpResponse> get_stat_peers(Call call);

// metrics.cpp
AsyncResult<HttpResponse> get_metrics(Call call);

// stat_archiving.cpp
AsyncResult<HttpResponse> get_stat_archiving_backlog(Call call);
AsyncResult<HttpResponse> get_stat_archiving_upcoming(Call call);

// stat_destinations.cpp
AsyncResult<HttpResponse> get_destinations(Call call);
AsyncResult<HttpResponse> get_given_up(Call call);
AsyncResult<HttpResponse> post_given_up(Call call);

}  // namespace pscheduler::api
