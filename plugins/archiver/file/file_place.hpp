#pragma once
// A file below a directory, reached part by part: nothing on the way is followed that leads elsewhere.

#include <functional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"

namespace pscheduler::plugins {

// Asked before one more file or folder is made: an error prevents it.
using MayCreate = std::function<Result<void>()>;

struct FilePlace {
  sdk::Fd folder;
  std::string leaf;  // in `folder`
};

// Makes the folders that are missing (mode 0750). `directory` itself must be there and may be a link; below
// it links are refused. `name` has parts between slashes; empty ones, "." and ".." are refused.
Result<FilePlace> find_place(const std::string& directory, std::string_view name,
                             const MayCreate& may_create);

// Opens the file for appending, and makes it (mode 0640) when it is missing. Only a regular file with no
// other name is opened.
Result<sdk::Fd> open_at(const FilePlace& place, const MayCreate& may_create);

}  // namespace pscheduler::plugins
