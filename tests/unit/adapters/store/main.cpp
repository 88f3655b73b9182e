#include <gtest/gtest.h>

#include <cstring>

#include "unit/adapters/store/crash.hpp"

int main(int argc, char** argv) {
  using namespace pscheduler::adapters::test;
  if (argc == 3 && std::strcmp(argv[1], kCommitForEver) == 0) return commit_for_ever(argv[2]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
