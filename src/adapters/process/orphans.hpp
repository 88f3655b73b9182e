#pragma once
// The processes of a shepherd that was killed. They come to this process, the nearest subreaper.
//
// Shepherds are in our session and every program under one is in a session of its own that it cannot leave
// but for another new one. So a child of ours in a foreign session is an orphan.

namespace pscheduler::adapters {

struct OrphanSweep {
  int ended = 0;      // reaped by this sweep
  bool left = false;  // some are still there: sweep again
};

// Sends SIGKILL to every orphan and its process group, and reaps those that have ended.
OrphanSweep sweep_orphans();

// Makes orphans come to this process.
void adopt_orphans();

}  // namespace pscheduler::adapters
