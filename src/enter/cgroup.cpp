#include "enter/cgroup.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enter/failure.hpp"

namespace pscheduler::enter {
namespace {

constexpr char kNoCgroups[] = "This host has no cgroups of version 2, which VRFs need.";

// The path of this process's cgroup below the place where they are mounted, from the line "0::/PATH".
void find_own(char* path, size_t size) {
  FILE* const file = fopen("/proc/self/cgroup", "re");
  if (file == nullptr) give_up(kNoCgroups);
  char line[PATH_MAX];
  bool found = false;
  while (!found && fgets(line, sizeof line, file) != nullptr) found = strncmp(line, "0::/", 4) == 0;
  fclose(file);
  if (!found) give_up(kNoCgroups);
  line[strcspn(line, "\n")] = '\0';
  snprintf(path, size, "%s", line + 3);
}

// The fifth word of the line in mountinfo whose file system, after " - ", is cgroup2. The kernel writes
// blanks in paths as \040; nobody mounts cgroups at such a place.
void find_mounted(char* place, size_t size) {
  FILE* const file = fopen("/proc/self/mountinfo", "re");
  if (file == nullptr) give_up(kNoCgroups);
  char line[2 * PATH_MAX];
  bool found = false;
  while (!found && fgets(line, sizeof line, file) != nullptr) {
    if (strstr(line, " - cgroup2 ") == nullptr) continue;
    char* rest = line;
    const char* word = nullptr;
    for (int i = 0; i < 5; ++i) word = strsep(&rest, " ");
    found = word != nullptr && rest != nullptr;
    if (found) snprintf(place, size, "%s", word);
  }
  fclose(file);
  if (!found) give_up(kNoCgroups);
}

}  // namespace

int open_cgroup(const char* prefix, const char* name) {
  char place[PATH_MAX];
  char own[PATH_MAX];
  char path[2 * PATH_MAX];
  find_mounted(place, sizeof place);
  find_own(own, sizeof own);
  // Inside another one its parent's program would have the last word.
  char* const last = strrchr(own, '/');
  if (strncmp(last + 1, prefix, strlen(prefix)) == 0) *last = '\0';
  snprintf(path, sizeof path, "%s%s/%s%s", place, own, prefix, name);
  if (mkdir(path, 0755) != 0 && errno != EEXIST) {
    if (errno != EACCES && errno != EPERM) give_up_with_errno("Cannot make the cgroup ", path);
    give_up("The daemon's user may not make the cgroup ", path,
            ", which a VRF needs; have the service manager delegate its cgroup (Delegate=yes in the unit).");
  }
  const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) give_up_with_errno("Cannot open the cgroup ", path);
  return folder;
}

void join_cgroup(int folder) {
  const int processes = openat(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  if (processes < 0) give_up_with_errno("Cannot open the list of processes of a cgroup");
  if (write(processes, "0", 1) != 1) give_up_with_errno("Cannot move this process into its cgroup");
  close(processes);
}

}  // namespace pscheduler::enter
