#pragma once
// VRFs: devices that stand for a routing table of their own.

namespace pscheduler::enter {

// Has all sockets that this process and those it starts open from now on bound to the VRF, as `ip vrf exec`
// does: by a program in the kernel that belongs to a cgroup, into which this process goes. Ends with a
// sentence when that cannot be.
void enter_vrf(const char* name);

}  // namespace pscheduler::enter
