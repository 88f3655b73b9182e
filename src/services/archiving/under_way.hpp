#pragma once
// What is being done is marked while it is, however it ends; those who wait for its end are woken.

#include "pscheduler/services/archivist.hpp"

namespace pscheduler::services {

// An archiving that is being delivered; `at_archiver`: it takes a place at its archiver.
class Archivist::UnderWay {
 public:
  UnderWay(Archivist& archivist, const Archiving& archiving, bool at_archiver)
      : archivist_(archivist),
        key_(archiving.run, archiving.index),
        destination_(archiving.destination),
        archiver_(at_archiver ? archiving.archiver : std::string()) {
    archivist_.under_way_.insert(key_);
    ++archivist_.unrecorded_[destination_];
    if (!archiver_.empty()) ++archivist_.under_way_by_archiver_[archiver_];
  }
  ~UnderWay() {
    archivist_.under_way_.erase(key_);
    const auto unrecorded = archivist_.unrecorded_.find(destination_);
    if (--unrecorded->second == 0) archivist_.unrecorded_.erase(unrecorded);
    const auto busy = archivist_.under_way_by_archiver_.find(archiver_);
    if (busy != archivist_.under_way_by_archiver_.end() && --busy->second == 0) {
      archivist_.under_way_by_archiver_.erase(busy);
    }
    archivist_.look();
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  Archivist& archivist_;
  Key key_;
  std::string destination_;
  std::string archiver_;
};

// A run of which an outcome is being stored: of two that end at the same time, the second sees the first.
class Archivist::Recording {
 public:
  Recording(Archivist& archivist, RunId run) : archivist_(archivist), run_(run) {
    archivist_.recording_.insert(run_);
  }
  ~Recording() {
    archivist_.recording_.erase(run_);
    archivist_.look();
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

 private:
  Archivist& archivist_;
  RunId run_;
};

// What was given up is being offered again: one at a time, as each begins with what is stored.
class Archivist::Offering {
 public:
  explicit Offering(Archivist& archivist) : archivist_(archivist) { archivist_.offering_ = true; }
  ~Offering() {
    archivist_.offering_ = false;
    archivist_.changed_.notify_all();
  }
  Offering(const Offering&) = delete;
  Offering& operator=(const Offering&) = delete;

 private:
  Archivist& archivist_;
};

}  // namespace pscheduler::services
