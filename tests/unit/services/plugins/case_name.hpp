#pragma once
// The name of a table test's case is its member `name`.

#include <gtest/gtest.h>

#include <string>

namespace pscheduler::test {

struct CaseName {
  template <class Case>
  std::string operator()(const testing::TestParamInfo<Case>& tested) const {
    return tested.param.name;
  }
};

}  // namespace pscheduler::test
