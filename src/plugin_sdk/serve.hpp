#pragma once
// `serve`: one process that answers requests for the pure methods of all plug-ins of a program
// (docs/plugins.md).

#include "pscheduler/plugin_sdk/dispatcher.hpp"

namespace pscheduler::sdk {

// Says what it serves, then answers each record on `input` with one on `output`, in order, until the input
// ends or nobody reads the answers. The exit status.
int serve(Dispatcher& dispatcher, int input, int output);

}  // namespace pscheduler::sdk
