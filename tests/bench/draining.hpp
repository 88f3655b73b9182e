#pragma once
// What waits for a server that was down, when it is there again.

#include <cstdint>

namespace pscheduler::bench {

// So many results, or a few more, of a daemon on 127.0.0.1 whose process is `pid`. Says how many they were,
// how many of them went per second from the server's opening until the daemon had recorded the last, through
// how many connections at most; how many are missing, came twice, or are without a record of their attempts;
// and the memory of the daemon with its plug-ins and without.
void measure_drain(std::uint16_t port, int pid, int results);

}  // namespace pscheduler::bench
