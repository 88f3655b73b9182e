// The dependency rules of docs/architecture.md, checked by reading every include of the product.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// What each part may include besides itself. Rows are in the order of the layers; none names a later one.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"base", {}},
    {"shepherd", {}},
    {"enter", {}},
    {"time", {"base"}},
    {"addr", {"base"}},
    {"json", {"base", "time", "addr"}},
    {"model", {"base", "time"}},
    {"schedule", {"base", "time", "model"}},
    {"limits", {"base", "time", "json", "addr", "model"}},
    {"ports", {"base", "time", "json", "model"}},
    {"services", {"base", "time", "json", "addr", "model", "schedule", "limits", "ports"}},
    {"api", {"base", "time", "json", "addr", "model", "schedule", "limits", "ports", "services"}},
    {"batch", {"base", "time", "json", "addr", "model", "ports"}},
    {"adapters", {"base", "time", "json", "addr", "model", "ports", "api/http.hpp", "shepherd"}},
    {"plugin_sdk", {"base", "time", "json", "addr", "model"}},
    {"plugins", {"base", "time", "json", "addr", "model", "plugin_sdk"}},
    {"cli",
     {"base", "time", "json", "addr", "model", "schedule", "limits", "ports", "batch", "adapters",
      "services/limit_rules.hpp"}},
    {"app",
     {"base", "time", "json", "addr", "model", "schedule", "limits", "ports", "services", "api", "adapters"}},
};

// Which rooms of the services may call which; everybody may use what runs and tasks are told through.
const std::map<std::string, std::set<std::string>> kRoomMayCall = {
    {"plugins", {}},
    {"runs", {}},
    {"limits", {}},
    {"housekeeping", {"runs"}},
    {"archiving", {"runs", "plugins"}},
    {"federation", {"runs"}},
    {"running", {"archiving", "federation", "runs", "plugins"}},
    {"scheduling", {"running", "federation", "limits", "runs", "plugins"}},
    {"submission", {"scheduling", "archiving", "federation", "limits", "runs", "plugins"}},
};

// The room a header of the services belongs to.
const std::map<std::string, std::string> kRoomOfHeader = {
    {"plugins.hpp", "plugins"},
    {"plugins_host.hpp", "plugins"},
    {"plugins_options.hpp", "plugins"},
    {"archivers.hpp", "plugins"},
    {"archivist.hpp", "archiving"},
    {"housekeeping.hpp", "housekeeping"},
    {"configurables_watch.hpp", "housekeeping"},
    {"archive_spec.hpp", "archiving"},
    {"archive_check.hpp", "archiving"},
    {"data_transforms.hpp", "archiving"},
    {"default_archives.hpp", "archiving"},
    {"destinations.hpp", "archiving"},
    {"wire_form.hpp", "runs"},
    {"context_lead.hpp", "runs"},
    {"run_events.hpp", "runs"},
    {"run_journal.hpp", "runs"},
    {"task_book.hpp", "runs"},
    {"runner.hpp", "running"},
    {"scheduling.hpp", "scheduling"},
    {"submission.hpp", "submission"},
    {"admission.hpp", "submission"},
    {"limit_rules.hpp", "limits"},
    {"limits.hpp", "limits"},
    {"quota_book.hpp", "limits"},
    {"plan_queue.hpp", "scheduling"},
    {"open_attempts.hpp", "scheduling"},
    {"claims.hpp", "scheduling"},
    {"task_request.hpp", "submission"},
    {"peer_memory.hpp", "federation"},
    {"peers.hpp", "federation"},
    {"peer_extension.hpp", "federation"},
    {"errands.hpp", "federation"},
};

// Libraries that one place alone may know; a plug-in's program of its own may, too.
struct Confined {
  std::string header;
  std::vector<std::string> places;
};
const std::vector<Confined> kConfined = {
    {"SQLiteCpp/", {"src/adapters/store/"}},
    {"sqlite3.h", {"src/adapters/store/"}},
    {"jq.h", {"src/adapters/jq/"}},
    {"jv.h", {"src/adapters/jq/"}},
    {"boost/beast", {"src/adapters/"}},
    {"openssl/", {"src/adapters/", "plugins/tool/iperf3/program/", "plugins/archiver/rabbitmq/program/"}},
    {"spdlog/", {"src/adapters/log/"}},
    {"curl/", {"plugins/"}},
    {"libpq-fe.h", {"plugins/archiver/postgresql/program/"}},
    {"amqp.h", {"plugins/archiver/rabbitmq/program/"}},
    {"librdkafka/", {"plugins/archiver/kafka/program/"}},
    {"net-snmp/", {"plugins/archiver/snmptrap/program/"}},
    {"systemd/", {"src/app/"}},
};

const std::set<std::string> kPureParts = {"base", "time", "json", "addr", "model", "schedule", "limits"};
const std::vector<std::string> kImpureHeaders = {"unistd.h", "sys/",     "fcntl.h", "ctime",
                                                 "time.h",   "random",   "thread",  "mutex",
                                                 "fstream",  "iostream", "spdlog/", "netdb.h"};
const std::vector<std::string> kImpureWords = {"system_clock::now", "steady_clock::now", "getenv("};

constexpr int kLinesMax = 400;

struct Source {
  std::string path;  // below the source folder
  std::string text;
  std::vector<std::string> includes;
};

std::string part_of(const std::string& path) {
  for (const std::string prefix : {"include/pscheduler/", "src/"}) {
    if (path.starts_with(prefix))
      return path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size());
  }
  return path.substr(0, path.find('/'));
}

std::vector<Source> product_sources() {
  const fs::path top = PSCHEDULER_SOURCE_DIR;
  std::vector<Source> sources;
  for (const auto* folder : {"include", "src", "plugins"}) {
    for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      Source source;
      source.path = fs::relative(entry.path(), top).string();
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      source.text = text.str();
      std::istringstream lines(source.text);
      for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("#include")) continue;
        const auto from = line.find_first_of("\"<");
        const auto to = line.find_last_of("\">");
        if (from != std::string::npos && to > from)
          source.includes.push_back(line.substr(from + 1, to - from - 1));
      }
      sources.push_back(std::move(source));
    }
  }
  return sources;
}

// The project's header behind an include, as "part/rest"; nothing for those of libraries and of the own
// folder.
std::optional<std::string> project_header(const std::string& include) {
  constexpr std::string_view kPrefix = "pscheduler/";
  if (!include.starts_with(kPrefix)) return std::nullopt;
  return include.substr(kPrefix.size());
}

class Architecture : public testing::Test {
 protected:
  static const std::vector<Source>& sources() {
    static const auto all = product_sources();
    return all;
  }
};

TEST_F(Architecture, IncludesGoOnlyToLowerParts) {
  ASSERT_GT(sources().size(), 100u);
  for (const auto& source : sources()) {
    const auto rule = kMayInclude.find(part_of(source.path));
    ASSERT_NE(rule, kMayInclude.end()) << source.path << " belongs to no part";
    for (const auto& include : source.includes) {
      const auto header = project_header(include);
      if (!header) continue;
      const std::string part = header->substr(0, header->find('/'));
      EXPECT_TRUE(part == rule->first || rule->second.contains(part) || rule->second.contains(*header))
          << source.path << " must not include " << include;
    }
  }
}

TEST_F(Architecture, RoomsOfTheServicesCallOnlyThoseTheyMay) {
  for (const auto& source : sources()) {
    if (part_of(source.path) != "services") continue;
    std::string room;
    if (source.path.starts_with("src/services/")) {
      room = source.path.substr(13, source.path.find('/', 13) - 13);
    } else {
      const auto known = kRoomOfHeader.find(fs::path(source.path).filename().string());
      ASSERT_NE(known, kRoomOfHeader.end()) << source.path << " belongs to no room";
      room = known->second;
    }
    ASSERT_TRUE(kRoomMayCall.contains(room)) << room;
    for (const auto& include : source.includes) {
      const auto header = project_header(include);
      if (!header || !header->starts_with("services/")) continue;
      const auto other = kRoomOfHeader.find(header->substr(9));
      ASSERT_NE(other, kRoomOfHeader.end()) << include << " belongs to no room";
      EXPECT_TRUE(other->second == room || kRoomMayCall.at(room).contains(other->second))
          << source.path << " (" << room << ") must not call " << other->second;
    }
  }
}

TEST_F(Architecture, NoCycleAmongTheRoomsOfTheServices) {
  std::set<std::string> settled;
  for (std::size_t round = 0; round <= kRoomMayCall.size(); ++round) {
    for (const auto& [room, others] : kRoomMayCall) {
      bool all = true;
      for (const auto& other : others) all = all && settled.contains(other);
      if (all) settled.insert(room);
    }
  }
  EXPECT_EQ(settled.size(), kRoomMayCall.size());
}

TEST_F(Architecture, LibrariesStayWhereTheyBelong) {
  for (const auto& source : sources()) {
    for (const auto& include : source.includes) {
      for (const auto& [header, places] : kConfined) {
        if (!include.starts_with(header)) continue;
        EXPECT_TRUE(
            std::ranges::any_of(places, [&](const auto& place) { return source.path.starts_with(place); }))
            << source.path << " must not know " << include;
      }
    }
  }
}

TEST_F(Architecture, PurePartsKnowNoSystemNoClockAndNoChance) {
  for (const auto& source : sources()) {
    if (!kPureParts.contains(part_of(source.path))) continue;
    for (const auto& include : source.includes) {
      for (const auto& header : kImpureHeaders) {
        EXPECT_FALSE(include == header || (header.ends_with('/') && include.starts_with(header)))
            << source.path << " is pure and must not include " << include;
      }
    }
    for (const auto& word : kImpureWords) {
      EXPECT_THAT(source.text, testing::Not(testing::HasSubstr(word))) << source.path;
    }
  }
}

TEST_F(Architecture, NoFileIsTooLongToKeepInMind) {
  for (const auto& source : sources()) {
    const auto lines = std::count(source.text.begin(), source.text.end(), '\n');
    EXPECT_LE(lines, kLinesMax) << source.path;
  }
}

}  // namespace
