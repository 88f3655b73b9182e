#include "enter/vrf.hpp"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "enter/cgroup.hpp"
#include "enter/failure.hpp"

namespace pscheduler::enter {
namespace {

constexpr size_t kNameBytesMax = 15;  // IFNAMSIZ without its end
constexpr char kCgroupPrefix[] = "pscheduler-vrf-";

const rtattr* find(const void* begin, size_t length, int type) {
  const auto* attribute = static_cast<const rtattr*>(begin);
  for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
    if ((attribute->rta_type & NLA_TYPE_MASK) == type) return attribute;
  }
  return nullptr;
}

bool is_vrf(const nlmsghdr* answer) {
  const auto* link = static_cast<const ifinfomsg*>(NLMSG_DATA(answer));
  const rtattr* information = find(IFLA_RTA(link), IFLA_PAYLOAD(answer), IFLA_LINKINFO);
  if (information == nullptr) return false;
  const rtattr* kind = find(RTA_DATA(information), RTA_PAYLOAD(information), IFLA_INFO_KIND);
  return kind != nullptr && RTA_PAYLOAD(kind) >= sizeof "vrf" &&
         memcmp(RTA_DATA(kind), "vrf", sizeof "vrf") == 0;
}

// What the kernel says of the device: one whole message, or an error.
void ask_about(const char* name, void* answer, size_t size) {
  struct {
    nlmsghdr header;
    ifinfomsg link;
    rtattr attribute;
    char name[kNameBytesMax + 1];
  } question{};
  const size_t length = strlen(name) + 1;
  memcpy(question.name, name, length);
  question.attribute.rta_type = IFLA_IFNAME;
  question.attribute.rta_len = static_cast<unsigned short>(RTA_LENGTH(length));
  question.header.nlmsg_type = RTM_GETLINK;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.header.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(sizeof(ifinfomsg)) + RTA_SPACE(length));
  question.link.ifi_family = AF_UNSPEC;
  const int channel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (channel < 0 || send(channel, &question, question.header.nlmsg_len, 0) < 0) {
    give_up_with_errno("Cannot ask the kernel for the VRF ", name);
  }
  const ssize_t got = recv(channel, answer, size, 0);
  const auto* const header = static_cast<const nlmsghdr*>(answer);
  const bool is_whole = got >= static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr))) &&
                        header->nlmsg_len >= NLMSG_LENGTH(sizeof(nlmsgerr)) &&
                        header->nlmsg_len <= static_cast<size_t>(got);
  if (!is_whole) give_up("The kernel said nothing of the network device ", name, " that can be read.");
  close(channel);
}

// The number of the VRF's device.
int device_of(const char* name) {
  alignas(nlmsghdr) char buffer[16384];
  ask_about(name, buffer, sizeof buffer);
  const auto* answer = reinterpret_cast<const nlmsghdr*>(buffer);
  if (answer->nlmsg_type != RTM_NEWLINK) {
    give_up("There is no VRF '", name, "' on this host; `ip vrf show` lists those there are.");
  }
  if (!is_vrf(answer))
    give_up("The network device '", name, "' is no VRF; `ip vrf show` lists those there are.");
  return static_cast<const ifinfomsg*>(NLMSG_DATA(answer))->ifi_index;
}

bpf_insn instruction(uint8_t code, uint8_t to, uint8_t from, int16_t offset, int32_t constant) {
  bpf_insn made{};
  made.code = code;
  made.dst_reg = to & 0xf;
  made.src_reg = from & 0xf;
  made.off = offset;
  made.imm = constant;
  return made;
}

int bpf(int command, bpf_attr& attributes) {
  return static_cast<int>(syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

// A program that binds each new socket to the device: the member bound_dev_if of its first argument is set,
// and 1 returned.
int load_program(int device) {
  const bpf_insn program[] = {
      instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, device),
      instruction(BPF_STX | BPF_MEM | BPF_W, BPF_REG_1, BPF_REG_3, offsetof(bpf_sock, bound_dev_if), 0),
      instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1),
      instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
  };
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_SOCK;
  attributes.expected_attach_type = BPF_CGROUP_INET_SOCK_CREATE;
  attributes.insns = reinterpret_cast<uintptr_t>(program);
  attributes.insn_cnt = sizeof program / sizeof program[0];
  attributes.license = reinterpret_cast<uintptr_t>("Apache-2.0");
  const int loaded = bpf(BPF_PROG_LOAD, attributes);
  if (loaded < 0) give_up_with_errno("The kernel does not take the program that binds sockets to the VRF");
  return loaded;
}

void attach(int program, int cgroup) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<uint32_t>(cgroup);
  attributes.attach_bpf_fd = static_cast<uint32_t>(program);
  attributes.attach_type = BPF_CGROUP_INET_SOCK_CREATE;
  if (bpf(BPF_PROG_ATTACH, attributes) != 0)
    give_up_with_errno("Cannot have sockets of a cgroup bound to the VRF");
}

}  // namespace

// Device and network namespace name the cgroup, so whatever is in it is bound alike.
void enter_vrf(const char* name) {
  if (strlen(name) > kNameBytesMax) give_up("There is no VRF '", name, "': names of devices are shorter.");
  const int device = device_of(name);
  struct stat space {};
  if (stat("/proc/self/ns/net", &space) != 0) give_up_with_errno("Cannot tell the network namespace");
  char group[64];
  snprintf(group, sizeof group, "%llu-%d", static_cast<unsigned long long>(space.st_ino), device);
  const int cgroup = open_cgroup(kCgroupPrefix, group);
  const int program = load_program(device);
  attach(program, cgroup);
  join_cgroup(cgroup);
  close(program);
  close(cgroup);
}

}  // namespace pscheduler::enter
