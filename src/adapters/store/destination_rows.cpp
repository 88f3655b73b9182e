#include "adapters/store/destination_rows.hpp"

#include <map>
#include <utility>

#include "adapters/store/columns.hpp"
#include "adapters/store/destination_statements.hpp"

namespace pscheduler::adapters::store {
namespace {

Destination read(Row& from) {
  Destination destination;
  destination.id = from.text();
  destination.archiver = from.text();
  destination.label = from.text();
  destination.place = from.text();
  destination.last_success = from.optional_instant();
  destination.last_failure = from.optional_instant();
  destination.last_error = from.text();
  destination.failing_since = from.optional_instant();
  destination.reported = from.integer() != 0;
  destination.seen = from.instant();
  return destination;
}

struct Count {
  std::string destination;
  std::int64_t count;
  std::int64_t number;  // of one of them
};

std::vector<Count> counts(SQLite::Statement& statement, int count_max) {
  const Rearm rearm(statement);
  Parameters(statement).integer(std::int64_t{count_max});
  return read_all(statement, [](Row& from) {
    Count count;
    count.destination = from.text();
    count.count = from.integer();
    count.number = from.integer();
    return count;
  });
}

}  // namespace

DestinationWriter::DestinationWriter(SQLite::Database& database)
    : set_(database, kSetDestination),
      forget_(database, kForgetDestination),
      renew_(database, kRenewArchiving) {}

void DestinationWriter::set(const Destination& destination) {
  const Rearm rearm(set_);
  Parameters to(set_);
  to.text(destination.id).text(destination.archiver).text(destination.label).text(destination.place);
  to.instant(destination.last_success).instant(destination.last_failure).text(destination.last_error);
  to.instant(destination.failing_since).integer(destination.reported ? 1 : 0).instant(destination.seen);
  set_.exec();
}

void DestinationWriter::forget(const std::string& id) {
  const Rearm rearm(forget_);
  Parameters(forget_).text(id);
  forget_.exec();
}

void DestinationWriter::renew(const Archiving& archiving) {
  const Rearm rearm(renew_);
  Parameters(renew_).instant(archiving.expires).uuid(archiving.run.uuid()).integer(archiving.index);
  renew_.exec();
}

DestinationQueries::DestinationQueries(SQLite::Database& database)
    : all_(database, kAllDestinations),
      waiting_(database, kWaitingByDestination),
      given_up_counts_(database, kGivenUpByDestination),
      place_(database, kPlaceOfArchiving),
      all_given_up_(database, kAllGivenUp),
      given_up_there_(database, kGivenUpThere) {}

std::vector<Destination> DestinationQueries::all(int count_max) {
  const Rearm rearm(all_);
  Parameters(all_).integer(std::int64_t{count_max});
  return read_all(all_, read);
}

std::vector<ports::DestinationQueue> DestinationQueries::queues(int count_max) {
  std::map<std::string, ports::DestinationQueue> queues;
  const auto note_example = [this](ports::DestinationQueue& queue, std::int64_t number) {
    const Rearm rearm(place_);
    Parameters(place_).integer(number);
    if (!place_.executeStep()) return std::optional<Instant>();
    Row from(place_);
    queue.run = RunId(from.uuid());
    queue.index = static_cast<int>(from.integer());
    return std::optional(from.instant());
  };
  for (const auto& each : counts(given_up_counts_, count_max)) {
    auto& queue = queues[each.destination];
    queue.given_up = each.count;
    note_example(queue, each.number);
  }
  for (const auto& each : counts(waiting_, count_max)) {
    auto& queue = queues[each.destination];
    queue.waiting = each.count;
    queue.oldest = note_example(queue, each.number);
  }
  std::vector<ports::DestinationQueue> list;
  for (auto& [id, queue] : queues) {
    queue.destination = id;
    list.push_back(std::move(queue));
  }
  return list;
}

std::vector<ports::GivenUp> DestinationQueries::given_up(const std::string& destination,
                                                         ports::GivenUpPlace after, int count_max) {
  auto& statement = destination.empty() ? all_given_up_ : given_up_there_;
  const Rearm rearm(statement);
  Parameters to(statement);
  to.instant(after.at).integer(after.number);
  if (!destination.empty()) to.text(destination);
  to.integer(std::int64_t{count_max});
  return read_all(statement, [](Row& from) {
    ports::GivenUp found;
    found.archiving = read_archiving(from);
    found.place = {found.archiving.next_attempt, from.integer()};
    return found;
  });
}

std::size_t bytes_of(const Destination& destination) {
  return sizeof(destination) + destination.label.size() + destination.place.size() +
         destination.last_error.size();
}

}  // namespace pscheduler::adapters::store
