#pragma once
// Named network namespaces, as `ip netns` makes them.

namespace pscheduler::enter {

// Moves this process into it, with a /sys that shows its devices and with the files in /etc/netns/NAME in
// place of those in /etc, as `ip netns exec` does. The name is one component of a path. Ends with a sentence
// when that cannot be.
void enter_network_namespace(const char* name);

}  // namespace pscheduler::enter
