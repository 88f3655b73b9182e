#include "pscheduler/adapters/store/sqlite_store.hpp"

#include <fmt/format.h>

#include <limits>
#include <mutex>

#include "adapters/store/connection.hpp"
#include "adapters/store/failure.hpp"
#include "adapters/store/group_writer.hpp"
#include "adapters/store/lock_file.hpp"
#include "adapters/store/queries.hpp"
#include "adapters/store/read_thread.hpp"

namespace pscheduler::adapters {

using namespace store;

namespace {

// Results up to this are read on the calling thread, which takes well under a millisecond.
constexpr std::int64_t kInlineResultsBytesMax = 256 << 10;

constexpr auto kAnyResultsBytes = std::numeric_limits<std::int64_t>::max();

// Bounds the memory of one page.
constexpr int kPageSizeMax = 10'000;

constexpr Instant kEarliest = Instant::min();

bool is_page_size(int size) {
  return size >= 1 && size <= kPageSizeMax;
}

Error no_such_page_size(int size) {
  return {Errc::invalid_argument,
          fmt::format("the page size {} is not between 1 and {}", size, kPageSizeMax),
          {}};
}

}  // namespace

// Members are destroyed from the last up: readers and writer, and then the lock.
struct SqliteStore::Rooms {
  Rooms(LockFile taken, const std::string& path, std::unique_ptr<SQLite::Database> database,
        const StoreOptions& options)
      : file(path),
        lock(std::move(taken)),
        writer(std::move(database), path, options),
        points(open_reader(path, options)),
        lists(Queries(open_reader(path, options)), path, options.threads) {}

  // Asks on the calling thread.
  template <class Query>
  auto ask_now(Query query) {
    const std::lock_guard hold(points_mutex);
    return guarded(file, [&] { return query(points); });
  }

  const std::string file;
  LockFile lock;
  GroupWriter writer;
  std::mutex points_mutex;
  Queries points;
  ReadThread lists;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& file,
                                                       const StoreOptions& options) {
  // An absolute path also keeps SQLite from reading a name such as "file:x" as a URI.
  std::error_code error;
  const auto path = std::filesystem::absolute(file, error).string();
  if (error) {
    return fail(Errc::unavailable, fmt::format("the path {} cannot be made absolute ({}); give a full path",
                                               file.string(), error.message()));
  }
  auto lock = LockFile::take(path);
  if (!lock) return fail(std::move(lock.error()));
  auto database = open_writer(path, options);
  if (!database) return fail(std::move(database.error()));
  return guarded(path, [&] {
    auto rooms = std::make_unique<Rooms>(std::move(*lock), path, std::move(*database), options);
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(rooms)));
  });
}

SqliteStore::SqliteStore(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}

SqliteStore::~SqliteStore() {
  stop();
}

void SqliteStore::stop() {
  rooms_->writer.stop();
  rooms_->lists.stop();
}

ports::AsyncResult<void> SqliteStore::commit(ports::Changes changes) {
  return hand_over<void>([this, changes = std::move(changes)](Answer<void> answer) mutable {
    rooms_->writer.submit(std::move(changes), std::move(answer));
  });
}

ports::AsyncResult<std::optional<Task>> SqliteStore::task(TaskId id) {
  co_return rooms_->ask_now([&](Queries& queries) { return queries.task(id); });
}

ports::AsyncResult<ports::TaskPage> SqliteStore::tasks(std::optional<std::int64_t> cursor, int page_size) {
  if (!is_page_size(page_size)) co_return fail(no_such_page_size(page_size));
  auto page = co_await rooms_->lists.ask<ports::TaskPage>(
      [cursor, page_size](Queries& queries) { return queries.tasks(cursor, page_size); });
  co_return page;
}

ports::AsyncResult<std::optional<ports::StoredRun>> SqliteStore::run(TaskId task, RunId id) {
  using Found = std::optional<ports::StoredRun>;
  auto search =
      rooms_->ask_now([&](Queries& queries) { return queries.run(task, id, kInlineResultsBytesMax); });
  if (!search) co_return fail(std::move(search.error()));
  if (!search->found || search->run) co_return std::move(search->run);
  auto large = co_await rooms_->lists.ask<Found>(
      [task, id](Queries& queries) { return queries.run(task, id, kAnyResultsBytes).run; });
  co_return large;
}

ports::AsyncResult<std::vector<RunId>> SqliteStore::runs(TaskId task, ports::RunFilter filter) {
  return rooms_->lists.ask<std::vector<RunId>>(
      [task, filter](Queries& queries) { return queries.runs(task, filter); });
}

ports::AsyncResult<std::optional<RunId>> SqliteStore::first_run(TaskId task) {
  return next_run(task, kEarliest);
}

ports::AsyncResult<std::optional<RunId>> SqliteStore::next_run(TaskId task, Instant from) {
  co_return rooms_->ask_now([&](Queries& queries) { return queries.first_run(task, from); });
}

ports::AsyncResult<std::vector<StateChange>> SqliteStore::history(RunId run) {
  co_return rooms_->ask_now([&](Queries& queries) { return queries.history(run); });
}

ports::AsyncResult<std::vector<Run>> SqliteStore::unfinished_runs() {
  return rooms_->lists.ask<std::vector<Run>>([](Queries& queries) { return queries.unfinished_runs(); });
}

ports::AsyncResult<std::vector<Task>> SqliteStore::planning_tasks() {
  return rooms_->lists.ask<std::vector<Task>>([](Queries& queries) { return queries.planning_tasks(); });
}

ports::AsyncResult<std::optional<Task>> SqliteStore::task_of_run(RunId run) {
  co_return rooms_->ask_now([&](Queries& queries) { return queries.task_of_run(run); });
}

ports::AsyncResult<std::vector<Run>> SqliteStore::open_runs(Instant now) {
  return rooms_->lists.ask<std::vector<Run>>([now](Queries& queries) { return queries.open_runs(now); });
}

ports::AsyncResult<std::vector<Archiving>> SqliteStore::archivings(RunId run) {
  co_return rooms_->ask_now([&](Queries& queries) { return queries.archivings().of_run(run); });
}

ports::AsyncResult<std::vector<ports::WaitingDestination>> SqliteStore::waiting_destinations() {
  return rooms_->lists.ask<std::vector<ports::WaitingDestination>>(
      [](Queries& queries) { return queries.archivings().waiting(); });
}

ports::AsyncResult<ports::ArchivingPage> SqliteStore::due_archivings(std::string destination, Instant now,
                                                                     int count_max) {
  auto query = [destination = std::move(destination), now, count_max](Queries& queries) {
    return queries.archivings().due(destination, now, count_max);
  };
  auto asking = rooms_->lists.ask<ports::ArchivingPage>(std::move(query));
  auto page = co_await std::move(asking);
  co_return page;
}

ports::AsyncResult<ports::ArchivingPage> SqliteStore::expired_archivings(Instant now, int count_max) {
  return rooms_->lists.ask<ports::ArchivingPage>(
      [now, count_max](Queries& queries) { return queries.archivings().expired(now, count_max); });
}

ports::AsyncResult<ports::ArchivingCounts> SqliteStore::archiving_counts(Instant now) {
  return rooms_->lists.ask<ports::ArchivingCounts>(
      [now](Queries& queries) { return queries.archivings().counts(now); });
}

ports::AsyncResult<std::vector<ports::DestinationQueue>> SqliteStore::destination_queues(int count_max) {
  return rooms_->lists.ask<std::vector<ports::DestinationQueue>>(
      [count_max](Queries& queries) { return queries.destinations().queues(count_max); });
}

ports::AsyncResult<std::vector<ports::GivenUp>> SqliteStore::given_up(std::string destination,
                                                                      ports::GivenUpPlace after,
                                                                      int count_max) {
  if (!is_page_size(count_max)) co_return fail(no_such_page_size(count_max));
  auto query = [destination = std::move(destination), after, count_max](Queries& queries) {
    return queries.destinations().given_up(destination, after, count_max);
  };
  auto asking = rooms_->lists.ask<std::vector<ports::GivenUp>>(std::move(query));
  auto found = co_await std::move(asking);
  co_return found;
}

ports::AsyncResult<std::vector<Destination>> SqliteStore::destinations() {
  return rooms_->lists.ask<std::vector<Destination>>(
      [](Queries& queries) { return queries.destinations().all(kPageSizeMax); });
}

ports::AsyncResult<std::vector<Errand>> SqliteStore::errands() {
  return rooms_->lists.ask<std::vector<Errand>>([](Queries& queries) { return queries.errands().all(); });
}

ports::AsyncResult<std::vector<KnownPeer>> SqliteStore::known_peers() {
  return rooms_->lists.ask<std::vector<KnownPeer>>([](Queries& queries) { return queries.peers().all(); });
}

ports::AsyncResult<std::vector<Charge>> SqliteStore::charges(std::string account, Instant after,
                                                             Instant before, int count_max) {
  if (count_max < 1 || count_max > ports::kChargesReadMax) {
    co_return fail(Errc::invalid_argument, fmt::format("{} is not a number of charges from 1 to {}",
                                                       count_max, ports::kChargesReadMax));
  }
  auto query = [account = std::move(account), after, before, count_max](Queries& queries) {
    return queries.charges().of_account(account, after, before, count_max);
  };
  auto asking = rooms_->lists.ask<std::vector<Charge>>(std::move(query));
  auto found = co_await std::move(asking);
  co_return found;
}

ports::AsyncResult<Pause> SqliteStore::pause() {
  co_return rooms_->ask_now([](Queries& queries) { return queries.pause(); });
}

ports::AsyncResult<ports::Store::LastRuns> SqliteStore::last_runs() {
  co_return rooms_->ask_now([](Queries& queries) { return queries.last_runs(); });
}

ports::AsyncResult<ports::SchedulePage> SqliteStore::schedule_page(ports::ScheduleFilter filter,
                                                                   std::optional<ports::SchedulePlace> after,
                                                                   int page_size) {
  if (!is_page_size(page_size)) co_return fail(no_such_page_size(page_size));
  auto page = co_await rooms_->lists.ask<ports::SchedulePage>(
      [=](Queries& queries) { return queries.schedule().page(filter, after, page_size); });
  co_return page;
}

ports::AsyncResult<ports::RunsAround> SqliteStore::runs_around(Instant now, int count_max) {
  if (!is_page_size(count_max)) co_return fail(no_such_page_size(count_max));
  auto runs = co_await rooms_->lists.ask<ports::RunsAround>(
      [=](Queries& queries) { return queries.schedule().around(now, count_max); });
  co_return runs;
}

ports::AsyncResult<std::int64_t> SqliteStore::count_runs(RunState state, std::optional<Instant> from,
                                                         std::optional<Instant> until) {
  return rooms_->lists.ask<std::int64_t>(
      [=](Queries& queries) { return queries.schedule().count(state, from, until); });
}

ports::AsyncResult<ports::Census> SqliteStore::census() {
  auto census =
      co_await rooms_->lists.ask<ports::Census>([](Queries& queries) { return queries.schedule().census(); });
  if (census) {
    census->commits = commits();
    census->transactions = transactions();
  }
  co_return census;
}

ports::AsyncResult<std::vector<ports::OldRun>> SqliteStore::old_runs(ports::OldRuns which,
                                                                     ports::RetentionPlace after,
                                                                     int count_max) {
  if (!is_page_size(count_max)) co_return fail(no_such_page_size(count_max));
  auto runs = co_await rooms_->lists.ask<std::vector<ports::OldRun>>(
      [=](Queries& queries) { return queries.retention().runs(which, after, count_max); });
  co_return runs;
}

ports::AsyncResult<std::vector<ports::OldTask>> SqliteStore::old_tasks(ports::RetentionPlace after,
                                                                       int count_max) {
  if (!is_page_size(count_max)) co_return fail(no_such_page_size(count_max));
  auto tasks = co_await rooms_->lists.ask<std::vector<ports::OldTask>>(
      [=](Queries& queries) { return queries.retention().tasks(after, count_max); });
  co_return tasks;
}

ports::AsyncResult<std::int64_t> SqliteStore::numbers_end() {
  return rooms_->lists.ask<std::int64_t>([](Queries& queries) { return queries.retention().numbers_end(); });
}

ports::AsyncResult<std::int64_t> SqliteStore::count_orphans(ports::NumberRange range) {
  return rooms_->lists.ask<std::int64_t>(
      [range](Queries& queries) { return queries.retention().count_orphans(range); });
}

std::uint64_t SqliteStore::commits() const {
  return rooms_->writer.commits();
}

std::uint64_t SqliteStore::transactions() const {
  return rooms_->writer.transactions();
}

}  // namespace pscheduler::adapters
