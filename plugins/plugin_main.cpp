// pscheduler-plugin: all native plug-ins in one program.

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/program.hpp"

int main(int argc, char** argv) {
  return pscheduler::sdk::run_program(pscheduler::plugins::native_catalogue(), argc, argv);
}
