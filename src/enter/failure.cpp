#include "enter/failure.hpp"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace pscheduler::enter {
namespace {

void say(const char* text) {
  // Nobody is left to be told when this fails.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, strlen(text));
}

}  // namespace

void give_up(const char* first, const char* second, const char* third, const char* fourth) {
  const char* const texts[] = {first, second, third, fourth};
  for (const char* text : texts) {
    if (text == nullptr) break;
    say(text);
  }
  say("\n");
  exit(1);
}

void give_up_with_errno(const char* first, const char* second) {
  const char* const reason = strerror(errno);
  say(first);
  say(second);
  say(": ");
  say(reason);
  say(".\n");
  exit(1);
}

}  // namespace pscheduler::enter
