#pragma once
// What is being done is marked while it is, however it ends; those who wait for its end are woken.

#include <utility>

#include "pscheduler/services/archivist.hpp"
#include "services/archiving/destination_turns.hpp"

namespace pscheduler::services {

// An archiving from the beginning of its delivery until what came of that is recorded. While the archiver has
// it it has a place at its destination (`has_place`).
class Archivist::UnderWay {
 public:
  UnderWay(Archivist& archivist, Archiving archiving, bool has_place)
      : archivist_(archivist), archiving_(std::move(archiving)), has_place_(has_place), expires_(!has_place) {
    archivist_.under_way_.insert(key());
    ++archivist_.unrecorded_[archiving_.destination];
    if (expires_) ++archivist_.expiring_;
  }
  ~UnderWay() {
    leave_place(DeliveryEnd::unsent);
    archivist_.under_way_.erase(key());
    if (archivist_.reading_) archivist_.ended_.insert(key());
    const auto unrecorded = archivist_.unrecorded_.find(archiving_.destination);
    if (--unrecorded->second == 0) archivist_.unrecorded_.erase(unrecorded);
    if (expires_) --archivist_.expiring_;
    if (again_) archivist_.expect(*again_);
    archivist_.wake();
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

  [[nodiscard]] const Archiving& archiving() const { return archiving_; }

  // At its end it waits for another attempt, as `again` says.
  void goes_on(Archiving again) { again_ = std::move(again); }

  void leave_place(DeliveryEnd end) {
    if (!std::exchange(has_place_, false)) return;
    archivist_.turns_->give_back(archiving_.destination, end);
    archivist_.wake();
  }

 private:
  [[nodiscard]] Key key() const { return {archiving_.run, archiving_.index}; }

  Archivist& archivist_;
  Archiving archiving_;
  std::optional<Archiving> again_;
  bool has_place_;
  bool expires_;
};

// The store is being read on another thread: what ends meanwhile may be in the answer as it was before.
class Archivist::Reading {
 public:
  explicit Reading(Archivist& archivist) : archivist_(archivist) {
    archivist_.reading_ = true;
    archivist_.ended_.clear();
  }
  ~Reading() { archivist_.reading_ = false; }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  // Whether it is under way, or was when the reading began.
  [[nodiscard]] bool is_known(const Archiving& archiving) const {
    const Key key(archiving.run, archiving.index);
    return archivist_.under_way_.contains(key) || archivist_.ended_.contains(key);
  }

 private:
  Archivist& archivist_;
};

// A run of which an outcome is being stored: of two that end at the same time, the second sees the first.
class Archivist::Recording {
 public:
  Recording(Archivist& archivist, RunId run) : archivist_(archivist), run_(run) {
    archivist_.recording_.insert(run_);
  }
  ~Recording() {
    archivist_.recording_.erase(run_);
    archivist_.wake();
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
