#pragma once
// Members of the data of an archive specification that may be jq transforms: what they produce of a result is
// what the archiver gets, as a text. Which members may be is what an archiver says in its enumeration; it
// need not know jq.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/ports/scripts.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/services/plugins.hpp"

namespace pscheduler::services {

// Of {"script": …, "args": …, "output-raw": …}; nothing without a script.
std::optional<ArchiveTransform> read_archive_transform(const Json& object);

// Those of `data` that are transforms, by their names.
std::map<std::string, ArchiveTransform> data_transforms(const Plugin& archiver, const Json& data);

// What a transform that produced these outputs puts into the place of its member: the first of them, as the
// text it is or as compact JSON, or all if the transform says so. invalid_argument when there is none.
Result<std::string> text_of_outputs(const ArchiveTransform& transform, const std::vector<Json>& outputs);

}  // namespace pscheduler::services
