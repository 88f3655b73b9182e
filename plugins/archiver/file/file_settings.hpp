#pragma once
// What an operator sets in /etc/pscheduler/archiver/file.conf, section [file].

#include <cstdint>
#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

struct FileSettings {
  std::string directory;            // all files are below it
  bool outside = false;             // whether tasks from other hosts may write
  std::int64_t file_bytes_max = 0;  // how large a file may get before it is rotated
  std::int64_t keep_max = 0;        // how many rotated ones of a file are kept
  std::int64_t files_max = 0;       // files and folders in `directory`, rotated ones included
  bool sync = true;                 // whether a line is on the disk before it counts as archived
  std::string source;               // the configuration's file, for messages

  // Errors name the file, the key and the remedy; a missing directory is one.
  static Result<FileSettings> load();
};

}  // namespace pscheduler::plugins
