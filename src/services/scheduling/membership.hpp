#pragma once
// Keeps an id in a set for as long as something is done for it.

#include <unordered_set>

namespace pscheduler::services {

template <class Id>
class Membership {
 public:
  Membership(std::unordered_set<Id>& set, Id id) : set_(set), id_(id) { set_.insert(id_); }
  ~Membership() { set_.erase(id_); }
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

 private:
  std::unordered_set<Id>& set_;
  Id id_;
};

}  // namespace pscheduler::services
