#include "enter/network_namespace.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "enter/failure.hpp"

namespace pscheduler::enter {
namespace {

constexpr char kNamespaces[] = "/run/netns";
constexpr char kCgroups[] = "/sys/fs/cgroup";

// The folder belongs to root alone, so that what is in it was put there by root.
int open_namespaces(const char* name) {
  const int folder = open(kNamespaces, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0 && errno == ENOENT)
    give_up("There is no network namespace '", name, "' on this host, nor any.");
  if (folder < 0) give_up_with_errno("Cannot open ", kNamespaces);
  struct stat about {};
  if (fstat(folder, &about) != 0 || about.st_uid != 0 || (about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    give_up("Others than root may write to ", kNamespaces, ", so the namespaces in it are not used.");
  }
  return folder;
}

void join(const char* name) {
  const int folder = open_namespaces(name);
  const int space = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (space < 0 && errno == ENOENT) {
    give_up("There is no network namespace '", name,
            "' on this host; `ip netns list` shows those there are.");
  }
  if (space < 0) give_up_with_errno("Cannot open the network namespace ", name);
  if (ioctl(space, NS_GET_NSTYPE) != CLONE_NEWNET)
    give_up("'", name, "' in /run/netns is no network namespace.");
  if (setns(space, CLONE_NEWNET) != 0) give_up_with_errno("Cannot enter the network namespace ", name);
  close(space);
  close(folder);
}

// What happens to mounts from here on stays with this process and those it starts.
void have_own_mounts() {
  if (unshare(CLONE_NEWNS) != 0) give_up_with_errno("Cannot make a mount namespace");
  if (mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
    give_up_with_errno("Cannot keep mounts from spreading");
  }
}

// The cgroups stay where they were, for a VRF that may follow. Mounted above, so that they can still be
// found.
void show_own_devices(const char* name) {
  struct statvfs before {};
  const bool read_only = statvfs("/sys", &before) == 0 && (before.f_flag & ST_RDONLY) != 0;
  const int cgroups = open(kCgroups, O_PATH | O_DIRECTORY | O_CLOEXEC);
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | (read_only ? MS_RDONLY : 0UL);
  const bool shown = mount(name, "/sys", "sysfs", flags, nullptr) == 0;
  // Busy is what already shows just these devices, as when a namespace is entered from within itself.
  if (!shown && errno != EBUSY) {
    give_up_with_errno("Cannot mount a /sys that shows the devices of the namespace ", name);
  }
  if (!shown || cgroups < 0) return;
  char from[32];
  snprintf(from, sizeof from, "/proc/self/fd/%d", cgroups);
  mount(from, kCgroups, nullptr, MS_BIND | MS_REC, nullptr);  // a VRF says it, should they be missing
  close(cgroups);
}

void put_in_place(const char* folder, const char* entry) {
  char from[PATH_MAX];
  char to[PATH_MAX];
  const int length = snprintf(from, sizeof from, "%s/%s", folder, entry);
  if (length < 0 || static_cast<size_t>(length) >= sizeof from)
    give_up("A name in ", folder, " is too long.");
  snprintf(to, sizeof to, "/etc/%s", entry);
  if (mount(from, to, nullptr, MS_BIND, nullptr) != 0)
    give_up_with_errno(from, " cannot take its place in /etc");
}

void use_own_files(const char* name) {
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "/etc/netns/%s", name);
  DIR* const entries = opendir(folder);
  if (entries == nullptr && errno == ENOENT) return;
  if (entries == nullptr) give_up_with_errno("Cannot read ", folder);
  while (const dirent* entry = readdir(entries)) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      put_in_place(folder, entry->d_name);
  }
  closedir(entries);
}

}  // namespace

void enter_network_namespace(const char* name) {
  join(name);
  have_own_mounts();
  show_own_devices(name);
  use_own_files(name);
}

}  // namespace pscheduler::enter
