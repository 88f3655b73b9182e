// Archivers: processes that stay, one record and one answer at a time.

#include <gmock/gmock.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "case_name.hpp"
#include "host_fixture.hpp"

namespace pscheduler::test {
namespace {

using services::ArchiverReply;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class Archiver : public HostTest {
 public:
  Archiver() { add_archiver("box"); }

  // What it does with each record, which is in $record; begins and ends are noted.
  void add_loop(const std::string& body) {
    add_method("archiver", "box", "archive", R"(echo $$ >>"$HOME_DIR/starts"
rs=$(printf '\036')
while read -r record; do
  record=${record#$rs}
  printf '%s\n' "$record" >>"$HOME_DIR/records"
)" + body + R"(
done
echo $$ >>"$HOME_DIR/ends")");
  }

  Result<ArchiverReply> archive(const std::string& record) {
    return await(host().archive("box", "there", record));
  }

  [[nodiscard]] std::vector<std::string> lines(const std::string& file) const {
    std::vector<std::string> found;
    std::istringstream text(read_file(home() / file));
    for (std::string line; std::getline(text, line);) found.push_back(line);
    return found;
  }

  void wait_for_lines(const std::string& file, std::size_t count) {
    auto waiting = [](Archiver& test, std::string name, std::size_t wanted) -> ports::Async<void> {
      while (test.lines(name).size() < wanted) co_await test.clock_.sleep_for(5ms);
    };
    await(waiting(*this, file, count));
  }
};

const char* const kTakes = R"(printf '\036{"succeeded": true}\n')";

TEST_F(Archiver, AnswersRecordAfterRecordInOneProcess) {
  add_loop(kTakes);
  for (const std::string record : {R"({"n":1})", R"({"n":2})", R"({"n":3})"}) {
    const auto reply = archive(record);
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_TRUE(reply->succeeded);
  }
  EXPECT_EQ(processes_.starts, 1);
  EXPECT_THAT(lines("records"), ElementsAre(R"({"n":1})", R"({"n":2})", R"({"n":3})"));
}

TEST_F(Archiver, SaysWhyNotAndWhenToTryAgain) {
  add_loop(R"(printf '\036{"succeeded": false, "error": "disk full", "retry": "PT90S", "more": 1}\r\n')");
  const auto reply = archive("{}");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_FALSE(reply->succeeded);
  EXPECT_EQ(reply->error, "disk full");
  EXPECT_EQ(reply->retry, 90s);
  EXPECT_EQ(reply->document->at("more"), 1);
}

TEST_F(Archiver, WithoutAWordOfSuccessHasNone) {
  add_loop(R"(printf '\036{}\n')");
  const auto reply = archive("{}");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_FALSE(reply->succeeded);
  EXPECT_FALSE(reply->retry);
}

TEST_F(Archiver, MayAnswerOneRecordAndExit) {
  add_loop(std::string(kTakes) + "; exit 0");
  for (int i = 0; i < 4; ++i) {
    const auto reply = archive("{}");
    EXPECT_TRUE(reply && reply->succeeded);
  }
  EXPECT_EQ(lines("records").size(), 4U) << "a record was sent twice";
}

TEST_F(Archiver, ThatDiesOnceGetsTheRecordAgain) {
  add_loop(R"([ -e "$HOME_DIR/died" ] || { touch "$HOME_DIR/died"; exit 1; })" + std::string("\n") + kTakes);
  const auto reply = archive(R"({"n":1})");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_THAT(lines("records"), ElementsAre(R"({"n":1})", R"({"n":1})"));
}

TEST_F(Archiver, SurplusAnswerIsNotTakenForTheNext) {
  add_loop(R"(printf '\036{"succeeded": true}\n\036{"succeeded": false, "error": "surplus"}\n')");
  for (int i = 0; i < 3; ++i) {
    const auto reply = archive("{}");
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_TRUE(reply->succeeded);
  }
}

TEST_F(Archiver, HasSeveralProcessesAtOnceButNotMoreThanAllowed) {
  using namespace boost::asio::experimental::awaitable_operators;
  options_.limits.archiver_processes_max = 2;
  // Nobody answers before two are at it.
  add_loop(R"sh(touch "$HOME_DIR/at-$$"
while [ "$(ls "$HOME_DIR" | grep -c '^at-')" -lt 2 ]; do sleep 0.01; done
)sh" + std::string(kTakes));
  auto three = [](services::PluginHost& asked) -> ports::Async<int> {
    auto first = asked.archive("box", "there", "1");
    auto second = asked.archive("box", "there", "2");
    auto third = asked.archive("box", "there", "3");
    auto all = std::move(first) && std::move(second) && std::move(third);
    const auto replies = co_await std::move(all);
    co_return int(std::get<0>(replies).has_value()) + int(std::get<1>(replies).has_value()) +
        int(std::get<2>(replies).has_value());
  };
  EXPECT_EQ(await(three(host())), 3);
  EXPECT_EQ(processes_.starts, 2);
}

TEST_F(Archiver, IsReplacedAfterManyRecords) {
  options_.limits.archiver_records_max = 2;
  add_loop(kTakes);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(archive("{}"));
  EXPECT_EQ(processes_.starts, 2);
  wait_for_lines("ends", 1);
}

TEST_F(Archiver, EndsWhenThereIsNothingToDo) {
  options_.limits.archiver_idle = 50ms;
  add_loop(kTakes);
  EXPECT_TRUE(archive("{}"));
  wait_for_lines("ends", 1);
  EXPECT_TRUE(archive("{}"));
  EXPECT_EQ(processes_.starts, 2);
}

TEST_F(Archiver, IsRenewedByAnInventory) {
  add_loop(kTakes);
  EXPECT_TRUE(archive("{}"));
  await(host().take_inventory());
  wait_for_lines("ends", 1);
  EXPECT_TRUE(archive("{}"));
  EXPECT_EQ(processes_.starts, 2);
}

TEST_F(Archiver, EndsWithTheHost) {
  add_loop(kTakes);
  EXPECT_TRUE(archive("{}"));
  await(host().stop());
  EXPECT_THAT(left_behind(), IsEmpty());
  EXPECT_EQ(lines("ends").size(), 1U) << "it was not given the time to end by itself";
}

TEST_F(Archiver, OfACallerWhoGivesUpIsEnded) {
  using namespace boost::asio::experimental::awaitable_operators;
  add_loop("sleep 1000");
  host();
  auto given_up = [](Archiver& test) -> ports::Async<void> {
    auto asked = [](Archiver& waiting) -> ports::Async<void> {
      while (waiting.lines("records").empty()) co_await waiting.clock_.sleep_for(5ms);
    };
    auto archiving = test.host().archive("box", "there", "{}");
    auto waiting = asked(test);
    auto first = std::move(archiving) || std::move(waiting);
    co_await std::move(first);
  };
  await(given_up(*this));
  await(everybody_gone());
}

TEST_F(Archiver, ThatIsUnknownIsNotFound) {
  const auto reply = await(host().archive("nowhere", "there", "{}"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::not_found);
}

// What archivers must not do; each is a real program.
struct Bad {
  std::string name;
  std::string script;
  std::optional<Errc> error;  // absent: the answer is taken
  std::string message;        // part of it
  int starts = 1;
  bool late = false;         // it only ends at the deadline
  std::string or_else = {};  // what the message may hold instead
};

const std::string kReads = "read -r record; ";
const std::string kAnswers = R"(printf '\036{"succeeded": true}\n'; )";
const std::string kStays = "cat >/dev/null";

std::vector<Bad> bad_archivers() {
  const auto breaks = Errc::plugin_failed;
  const auto late = Errc::timed_out;
  return {
      {"exits_non_zero", "echo one >&2; echo no luck >&2; exit 3", breaks, "no luck", 3},
      {"killed_by_signal", kReads + "kill -9 $$", breaks, "ended without an answer", 3},
      {"prints_no_utf8", kReads + R"(printf '\036{"a": "\377"}\n'; )" + kStays, breaks, "UTF-8"},
      {"prints_no_json", kReads + R"(printf '\036hello\n'; )" + kStays, breaks, "unusable"},
      {"prints_no_record_separator", kReads + R"(printf '{"succeeded": true}\n'; )" + kStays, breaks,
       "without a record separator"},
      {"prints_an_empty_line", kReads + "echo; " + kStays, breaks, "without a record separator"},
      {"prints_no_object", kReads + R"(printf '\036[true]\n'; )" + kStays, breaks, "not with an object"},
      {"wants_a_retry_at_no_time",
       kReads + R"(printf '\036{"succeeded": false, "retry": "soon"}\n'; )" + kStays, breaks, "'soon'"},
      {"wants_a_retry_after_a_number",
       kReads + R"(printf '\036{"succeeded": false, "retry": 10}\n'; )" + kStays, breaks, "no duration"},
      {"prints_no_final_newline", kReads + R"(printf '\036{"succeeded": true}')", {}, ""},
      {"prints_no_final_newline_and_hangs",
       kReads + R"(printf '\036{"succeeded": true}'; )" + kStays,
       {},
       "",
       0,
       true},
      {"hangs_silently", "sleep 1000", late, "did not answer within 0.4 s", 3, true},
      {"hangs_after_a_partial_line", R"(printf '\036{"succeeded'; sleep 1000)", late, "did not answer", 3,
       true},
      {"prints_lines_for_ever", "exec yes", breaks, "without a record separator"},
      {"prints_for_ever_without_a_line", "exec tr '\\0' x </dev/zero", breaks, "more than 1048576 bytes"},
      {"ignores_sigterm", "trap '' TERM; while :; do sleep 1000; done", late, "did not answer", 3, true},
      {"prints_50_mb",
       kReads + R"(printf '\036{"a":"'; head -c 50000000 /dev/zero | tr '\0' x; printf '"}\n')", breaks,
       "more than 1048576 bytes"},
      {"floods_stderr", kReads + R"(head -c 5000000 /dev/zero | tr '\0' x >&2; )" + kAnswers, {}, ""},
      {"never_reads_a_large_record", "sleep 1000", late, "did not take its record within 0.4 s", 3, true},
      {"closes_its_input_on_a_large_record", "exec 0<&-; sleep 1000", late, "did not take its record", 3,
       true},
      {"closes_stdout_and_keeps_running", kReads + "exec 1>&-; sleep 1000", late, "did not answer", 3, true},
      {"leaves_a_child_with_its_stdout", kReads + "sleep 1000 & " + kAnswers, {}, ""},
      {"leaves_a_child_with_redirected_stdio",
       kReads + "sleep 1000 </dev/null >/dev/null 2>&1 & " + kAnswers,
       {},
       ""},
      {"leaves_a_grandchild_in_its_own_session", kReads + "(setsid sleep 1000 &); " + kAnswers, {}, ""},
      // What the shell says of it may come after its end has been seen.
      {"has_no_program_to_become", "exec /no/such/program", breaks, "/no/such/program", 3, false,
       "ended without taking its record"},
  };
}

class BadArchiver : public Archiver, public testing::WithParamInterface<Bad> {};

TEST_P(BadArchiver, FailsOnlyItsOwnRecordInTimeAndLeavesNothing) {
  const Bad& bad = GetParam();
  add_method("archiver", "box", "archive", bad.script);
  if (bad.late) options_.limits.archiver_answer = 400ms;
  // Larger than any pipe where it shall be in the way.
  const bool large = bad.name.find("large") != std::string::npos;
  const auto reply = archive("\"" + std::string(large ? 300'000 : 10, 'x') + "\"");
  ASSERT_EQ(reply.has_value(), !bad.error) << (reply ? "" : reply.error().message);
  if (reply) {
    EXPECT_TRUE(reply->succeeded);
  } else {
    EXPECT_EQ(reply.error().code, bad.error);
    EXPECT_THAT(reply.error().message, HasSubstr("The archiver box (archive)"));
    const auto& other = bad.or_else.empty() ? bad.message : bad.or_else;
    EXPECT_THAT(reply.error().message, testing::AnyOf(HasSubstr(bad.message), HasSubstr(other)));
    EXPECT_EQ(log_.count("ARCHIVER_FAILED"), static_cast<std::size_t>(bad.starts));
  }
  if (bad.starts > 0) {
    EXPECT_EQ(processes_.starts, bad.starts);
  }
  await(host().stop());
  EXPECT_THAT(left_behind(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, BadArchiver, testing::ValuesIn(bad_archivers()), test::CaseName());

TEST_F(Archiver, ThatCannotBeStartedIsAFailureThatNamesIt) {
  for (const bool executable : {false, true}) {
    write_file(root() / "archiver/box/archive", executable ? "#!/no/such/interpreter\n" : "#!/bin/sh\n",
               executable);
    const auto reply = archive("{}");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::plugin_failed);
    EXPECT_THAT(reply.error().message, HasSubstr("The archiver box (archive) could not be started"));
  }
}

}  // namespace
}  // namespace pscheduler::test
