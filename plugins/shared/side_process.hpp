#pragma once
// A second process of a tool that runs both ends of a measurement by itself.

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

class SideProcess {
 public:
  // Calls the function in a copy of this process, which must have one thread. It is ended together with the
  // object, and when the tool ends.
  static Result<SideProcess> start(const std::function<Json()>& function);

  SideProcess(SideProcess&& other) noexcept;
  SideProcess& operator=(SideProcess&&) = delete;
  ~SideProcess();

  // What the function returned; nothing when it has not within the limit.
  std::optional<Json> wait(Duration limit);

 private:
  SideProcess(pid_t pid, int fd) : pid_(pid), fd_(fd) {}

  pid_t pid_;
  int fd_;
};

}  // namespace pscheduler::plugins
