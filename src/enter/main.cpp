// pscheduler-enter netns|vrf NAME PROGRAM: enters a network namespace or VRF of this host, then becomes the
// program, as the user who called it and with no more rights than that user has.
//
// It may have capabilities (docs/contexts.md), so it does nothing else: it reads no environment, no input and
// no file that others than root can write.

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "enter/failure.hpp"
#include "enter/network_namespace.hpp"
#include "enter/rights.hpp"
#include "enter/vrf.hpp"

namespace {

using namespace pscheduler::enter;

constexpr char kUsage[] = "usage: pscheduler-enter netns|vrf NAME PROGRAM";

// It becomes a part of paths.
void check_name(const char* name) {
  const bool is_component = *name != '\0' && strlen(name) <= NAME_MAX && strchr(name, '/') == nullptr &&
                            strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
  if (!is_component) give_up("'", name, "' is no name of a network namespace or VRF.");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) give_up(kUsage);
  const char* const kind = argv[1];
  const char* const name = argv[2];
  char* const program = argv[3];
  const bool is_namespace = strcmp(kind, "netns") == 0;
  if (!is_namespace && strcmp(kind, "vrf") != 0) give_up(kUsage);
  check_name(name);
  if (*program != '/') give_up("The program must be named by its whole path.");
  check_rights();
  if (is_namespace) {
    enter_network_namespace(name);
  } else {
    enter_vrf(name);
  }
  drop_rights();
  char* const arguments[] = {program, nullptr};
  execv(program, arguments);
  give_up_with_errno("Cannot execute ", program);
}
