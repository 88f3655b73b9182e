// A program with one plug-in of each class, as one outside the project is written.

#include "pscheduler/plugin_sdk/program.hpp"
#include "unit/plugin_sdk/sample_catalogue.hpp"

int main(int argc, char** argv) {
  return pscheduler::sdk::run_program(pscheduler::sdk::sample::catalogue(), argc, argv);
}
