#include "pg_connection.hpp"

#include <poll.h>

#include <vector>

#include "pscheduler/base/text.hpp"
#include "shared/poll_until.hpp"

namespace pscheduler::plugins {
namespace {

using PgResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

void ignore_notice(void* /*unused*/, const char* /*text*/) {}

// The library's words on one line.
std::string on_one_line(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : split(trim(text), '\n')) lines.emplace_back(trim(line));
  return join(lines, "; ");
}

}  // namespace

Result<PgConnection> PgConnection::open(const PgParameters& parameters) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : parameters.options) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  constexpr int kValuesAsTheyAre = 0;  // "dbname" is no connection text
  // Only the call that waits itself goes on to the next host when one keeps silent.
  PgConnection opened(PQconnectdbParams(keywords.data(), values.data(), kValuesAsTheyAre));
  PGconn* const connection = opened.connection_.get();
  if (connection == nullptr) return fail(Errc::unavailable, "There is not enough memory for a connection.");
  if (PQstatus(connection) != CONNECTION_OK) return opened.failure();
  PQsetNoticeProcessor(connection, &ignore_notice, nullptr);
  PQsetnonblocking(connection, 1);
  return opened;
}

Result<void> PgConnection::run(const std::string& statement, const std::string& parameter,
                               Deadline deadline) {
  PGconn* const connection = connection_.get();
  const char* const value = parameter.c_str();
  constexpr int kAsText = 0;
  if (PQsendQueryParams(connection, statement.c_str(), 1, nullptr, &value, nullptr, nullptr, kAsText) != 1)
    return failure();
  PSCHEDULER_TRY(finish_sending(deadline));
  Result<void> done;
  for (;;) {
    while (PQisBusy(connection) != 0) {
      PSCHEDULER_TRY(wait(POLLIN, deadline));
      if (PQconsumeInput(connection) != 1) return failure();
    }
    const PgResult result(PQgetResult(connection), &PQclear);
    if (!result) return done;
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
      done = fail(Errc::unreachable, on_one_line(PQresultErrorMessage(result.get())));
  }
}

Result<void> PgConnection::finish_sending(Deadline deadline) const {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return {};
    if (left < 0) return failure();
    // A server that has something to say first does not read before it has said it.
    PSCHEDULER_TRY(wait(POLLIN | POLLOUT, deadline));
    if (PQconsumeInput(connection_.get()) != 1) return failure();
  }
}

Result<void> PgConnection::wait(short events, Deadline deadline) const {
  const auto end = poll_until(PQsocket(connection_.get()), events, deadline);
  if (end == PollEnd::late) return fail(Errc::timed_out, "The database did not answer within the time.");
  if (end == PollEnd::failed) return failure();
  return {};
}

tl::unexpected<Error> PgConnection::failure() const {
  return fail(Errc::unreachable, on_one_line(PQerrorMessage(connection_.get())));
}

}  // namespace pscheduler::plugins
