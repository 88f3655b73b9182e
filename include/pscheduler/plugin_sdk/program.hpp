#pragma once
// The main function of a program that holds plug-ins.
//
// Called through a link …/<class>/<plug-in>/<method> it is that method; through a link named `serve` it
// answers requests for the pure methods until its input ends; by its own name it takes class, plug-in, method
// and the method's arguments as words.

#include "pscheduler/plugin_sdk/catalogue.hpp"

namespace pscheduler::sdk {

// The exit status: 0, or 1 with one sentence on stderr. Blocks; single-threaded; no exception leaves it.
int run_program(const Catalogue& catalogue, int argc, char** argv);

}  // namespace pscheduler::sdk
