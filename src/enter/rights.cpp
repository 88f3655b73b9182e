#include "enter/rights.hpp"

#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "enter/failure.hpp"

namespace pscheduler::enter {
namespace {

constexpr char kSelf[] = "/proc/self/exe";

constexpr uint64_t bit(int capability) {
  return uint64_t{1} << capability;
}

constexpr uint64_t kNeeded = bit(CAP_SYS_ADMIN) | bit(CAP_NET_ADMIN);

struct Capabilities {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
};

uint64_t joined(uint32_t low, uint32_t high) {
  return uint64_t{high} << 32 | low;
}

Capabilities capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  if (syscall(SYS_capget, &header, data) != 0)
    give_up_with_errno("Cannot read the capabilities of this process");
  return {joined(data[0].effective, data[1].effective), joined(data[0].permitted, data[1].permitted),
          joined(data[0].inheritable, data[1].inheritable)};
}

void set_all_to(uint64_t kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; ++i) {
    const auto part = static_cast<uint32_t>(kept >> (32 * i));
    data[i] = {part, part, part};
  }
  if (syscall(SYS_capset, &header, data) != 0) give_up_with_errno("Cannot drop capabilities");
}

}  // namespace

void check_rights() {
  struct stat self {};
  if (stat(kSelf, &self) != 0) give_up_with_errno("Cannot look at ", kSelf);
  const bool has_all = (capabilities().effective & kNeeded) == kNeeded;
  if (!has_all) {
    give_up(
        "This host's daemon may not use network namespaces and VRFs; let it by running "
        "lib/pscheduler/enable-contexts as root, see docs/contexts.md.");
  }
  // Whoever could run it could enter each namespace of this host.
  if (getuid() != 0 && (self.st_mode & S_IXOTH) != 0) {
    give_up(
        "The program pscheduler-enter has capabilities and may be run by everybody, so it does nothing; "
        "run lib/pscheduler/enable-contexts as root.");
  }
}

void drop_rights() {
  const gid_t group = getgid();
  const uid_t user = getuid();
  if (setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0) {
    give_up_with_errno("Cannot become the user who called");
  }
  const Capabilities had = capabilities();
  const uint64_t kept = had.permitted & had.inheritable & ~kNeeded;
  set_all_to(kept);
  // A tool gets them here as it does without a context; the file's capabilities have emptied this set.
  for (int capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    if ((kept & bit(capability)) != 0) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
  }
}

}  // namespace pscheduler::enter
